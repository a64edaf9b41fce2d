/// Writes JSON into bytes: the caller says what comes, the writer puts commas, spaces and escapes.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("ms")
/// writer.number(600_000)
/// writer.endObject()       // {"ms":600000}
/// ```
public struct JSONWriter: Sendable {
  /// What was written so far, after what it was given to append to.
  public private(set) var bytes: [UInt8]

  private let style: Style
  private var depth = 0
  private var needsComma = false
  private var isAfterKey = false

  /// How the text is laid out.
  public enum Style: Sendable {
    /// No white space at all.
    case compact
    /// One line, `", "` and `": "`.
    case spaced
    /// One member or element a line, indented by four spaces a level, `": "`; no line feed at the end.
    case pretty
  }

  /// A writer that appends to `bytes`.
  public init(style: Style = .compact, appendingTo bytes: consuming [UInt8] = []) {
    self.style = style
    self.bytes = bytes
  }

  /// Opens an object.
  public mutating func beginObject() { begin(0x7b) }
  /// Closes the object.
  public mutating func endObject() { end(0x7d) }
  /// Opens an array.
  public mutating func beginArray() { begin(0x5b) }
  /// Closes the array.
  public mutating func endArray() { end(0x5d) }

  /// Writes a key; a value must follow.
  public mutating func key(_ key: StaticString) {
    startItem()
    quote { key.utf8CodeUnitCount > $0 ? key.byte(at: $0) : nil }
    endKey()
  }

  /// Writes a string from UTF-8; what is no UTF-8 is written as U+FFFD.
  public mutating func string(utf8 text: Span<UInt8>) {
    startItem()
    quote(text)
    didWriteValue()
  }

  /// Writes a string.
  public mutating func string(_ text: StaticString) {
    startItem()
    quote { text.utf8CodeUnitCount > $0 ? text.byte(at: $0) : nil }
    didWriteValue()
  }

  /// Writes a string of the decimal digits of a whole number.
  package mutating func digits(_ value: UInt128) {
    startItem()
    bytes.append(0x22)
    DecimalDigits.append(value, to: &bytes)
    bytes.append(0x22)
    didWriteValue()
  }

  /// Writes a string of 64 hexadecimal digits in upper case, or of 128 where a second value follows the first.
  package mutating func upperHex(_ first: Bytes32, _ second: Bytes32? = nil) {
    startItem()
    bytes.append(0x22)
    appendUpperHex(first)
    if let second { appendUpperHex(second) }
    bytes.append(0x22)
    didWriteValue()
  }

  /// Writes a string of lower-case hexadecimal digits.
  public mutating func hex(_ value: Span<UInt8>) {
    startItem()
    bytes.append(0x22)
    for i in 0..<value.count { Hex.append(value[i], to: &bytes) }
    bytes.append(0x22)
    didWriteValue()
  }

  /// Writes a whole number.
  public mutating func number(_ value: UInt64) {
    startItem()
    DecimalDigits.append(value, to: &bytes)
    didWriteValue()
  }

  /// Writes a whole number.
  public mutating func number(_ value: UInt128) {
    startItem()
    DecimalDigits.append(value, to: &bytes)
    didWriteValue()
  }

  /// Writes a whole number.
  public mutating func number(_ value: Int64) {
    startItem()
    if value < 0 { bytes.append(0x2d) }
    DecimalDigits.append(value.magnitude, to: &bytes)
    didWriteValue()
  }

  /// Writes a whole number.
  public mutating func number(_ value: Int) { number(Int64(value)) }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  /// Writes `null`.
  public mutating func null() { raw("null") }

  /// Writes a line feed behind the whole text.
  package mutating func endLine() { bytes.append(0x0a) }

  private mutating func raw(_ word: StaticString) {
    startItem()
    for i in 0..<word.utf8CodeUnitCount { bytes.append(word.byte(at: i)) }
    didWriteValue()
  }

  /// Writes a number from characters that are known to be one.
  package mutating func number(digits: some Sequence<UInt8>) {
    startItem()
    bytes.append(contentsOf: digits)
    didWriteValue()
  }
}

extension JSONWriter {
  private mutating func begin(_ bracket: UInt8) {
    startItem()
    bytes.append(bracket)
    depth += 1
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    precondition(depth > 0 && !isAfterKey)
    depth -= 1
    if needsComma { breakLine() }
    bytes.append(bracket)
    didWriteValue()
  }

  package mutating func startItem() {
    if isAfterKey {
      isAfterKey = false
      return
    }
    if needsComma {
      bytes.append(0x2c)
      if style == .spaced { bytes.append(0x20) }
    }
    if depth > 0 { breakLine() }
  }

  package mutating func endKey() {
    bytes.append(0x3a)
    if style != .compact { bytes.append(0x20) }
    isAfterKey = true
  }

  package mutating func didWriteValue() { needsComma = true }

  private mutating func breakLine() {
    guard style == .pretty else { return }
    bytes.append(0x0a)
    for _ in 0..<4 * depth { bytes.append(0x20) }
  }

  /// Writes the bytes that `at` gives until nil, quoted and escaped.
  @inline(__always)
  package mutating func quote(_ at: (Int) -> UInt8?) {
    bytes.append(0x22)
    var i = 0
    while let byte = at(i) {
      i += 1
      put(byte)
    }
    bytes.append(0x22)
  }

  /// Writes UTF-8, quoted and escaped; plain runs are copied whole.
  private mutating func quote(_ text: Span<UInt8>) {
    bytes.append(0x22)
    var i = 0
    var isChecked = false
    while true {
      let end = JSONPlainRun.end(in: text, from: i, to: text.count)
      text.extracting(i..<end).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
      guard end < text.count else { break }
      // Nothing before this byte was beyond ASCII, so what is repaired from here on is repaired rightly.
      if text[end] >= 0x80, !isChecked {
        isChecked = true
        let rest = text.extracting(end..<text.count)
        if !UTF8Form.isValid(rest) {
          for byte in UTF8Form.repaired(rest) { put(byte) }
          break
        }
      }
      put(text[end])
      i = end + 1
    }
    bytes.append(0x22)
  }

  /// Writes one byte of a string, escaped where it must be.
  @inline(__always)
  private mutating func put(_ byte: UInt8) {
    switch byte {
    case 0x22, 0x5c: escape(byte)
    case 0x0a: escape(0x6e)
    case 0x0d: escape(0x72)
    case 0x09: escape(0x74)
    case ..<0x20:
      escape(0x75)
      bytes.append(0x30)
      bytes.append(0x30)
      Hex.append(byte, to: &bytes)
    default: bytes.append(byte)
    }
  }

  private mutating func appendUpperHex(_ value: Bytes32) {
    let digits: InlineArray<8, UInt64> = [
      JSONWriter.upperDigits(value.words.0 >> 32), JSONWriter.upperDigits(value.words.0 & 0xffff_ffff),
      JSONWriter.upperDigits(value.words.1 >> 32), JSONWriter.upperDigits(value.words.1 & 0xffff_ffff),
      JSONWriter.upperDigits(value.words.2 >> 32), JSONWriter.upperDigits(value.words.2 & 0xffff_ffff),
      JSONWriter.upperDigits(value.words.3 >> 32), JSONWriter.upperDigits(value.words.3 & 0xffff_ffff),
    ]
    digits.span.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// The eight digits of a number below 2³², the first at the lowest address.
  private static func upperDigits(_ number: UInt64) -> UInt64 {
    // A nibble to a byte, then all eight to letters and figures at once.
    var nibbles = (number << 16 | number) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff
    nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (nibbles + 0x3030_3030_3030_3030 + letters * 7).bigEndian
  }

  private mutating func escape(_ kind: UInt8) {
    bytes.append(0x5c)
    bytes.append(kind)
  }
}
