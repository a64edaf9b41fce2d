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
    guard UTF8Form.isValid(text) else {
      let repaired = UTF8Form.repaired(text)
      quote { repaired.count > $0 ? repaired[$0] : nil }
      return didWriteValue()
    }
    quote { text.count > $0 ? text[$0] : nil }
    didWriteValue()
  }

  /// Writes a string.
  public mutating func string(_ text: StaticString) {
    startItem()
    quote { text.utf8CodeUnitCount > $0 ? text.byte(at: $0) : nil }
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
      switch byte {
      case 0x22, 0x5c:
        bytes.append(0x5c)
        bytes.append(byte)
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
    bytes.append(0x22)
  }

  private mutating func escape(_ kind: UInt8) {
    bytes.append(0x5c)
    bytes.append(kind)
  }
}
