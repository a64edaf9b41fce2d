/// Reads JSON (RFC 8259) strictly, in one pass, without allocating.
///
/// Each call of `next` gives one token; the caller hands in the same bytes each time. What it accepts is checked
/// whole: grammar, UTF-8, escapes, surrogate pairs, depth. Refused beyond the RFC: half a surrogate pair (it is no
/// character) and a byte order mark. Duplicate keys are left to the caller, who knows which keys it reads.
///
/// After a refusal the tokenizer stays where it is; do not go on with it.
public struct JSONTokenizer: Sendable {
  /// Where the next token is looked for.
  public private(set) var offset = 0
  /// How many arrays and objects are open.
  public private(set) var depth = 0

  private let maxDepth: Int
  /// One bit an open container, innermost lowest: 1 for an object.
  private var kinds: UInt64 = 0
  private var expected = Expected.value

  private enum Expected {
    case value
    case valueOrEndOfArray
    case keyOrEndOfObject
    case key
    case commaOrEnd
    case end
  }

  /// A tokenizer that refuses more than `maxDepth` nested arrays and objects; at most 64.
  public init(maxDepth: Int = 32) {
    precondition(maxDepth >= 0 && maxDepth <= 64)
    self.maxDepth = maxDepth
  }

  /// The next token; `.end` once the whole text was read, and ever after.
  ///
  /// - Throws: `JSONRefusal` with the rule and the place.
  public mutating func next(in bytes: Span<UInt8>) throws(JSONRefusal) -> JSONToken {
    skipSpace(in: bytes)
    switch expected {
    case .value, .key: break
    case .valueOrEndOfArray: if peek(bytes) == 0x5d { return close() }
    case .keyOrEndOfObject: if peek(bytes) == 0x7d { return close() }
    case .commaOrEnd:
      guard let byte = peek(bytes) else { throw JSONRefusal(.endsEarly, at: offset) }
      if byte == (isInObject ? 0x7d : 0x5d) { return close() }
      guard byte == 0x2c else { throw JSONRefusal(.unexpectedByte, at: offset) }
      offset += 1
      skipSpace(in: bytes)
      expected = isInObject ? .key : .value
    case .end:
      guard offset == bytes.count else { throw JSONRefusal(.trailingBytes, at: offset) }
      return .end
    }
    guard let byte = peek(bytes) else { throw JSONRefusal(.endsEarly, at: offset) }
    if expected == .key || expected == .keyOrEndOfObject { return try key(byte, in: bytes) }
    return try value(byte, in: bytes)
  }

  /// Reads over the next whole value, whatever it is: after a key or where an element can stand.
  ///
  /// - Throws: `JSONRefusal` where the value is not right, or where no value can stand.
  public mutating func skipValue(in bytes: Span<UInt8>) throws(JSONRefusal) {
    let outside = depth
    let start = offset
    switch try next(in: bytes) {
    case .beginObject, .beginArray: while depth > outside { _ = try next(in: bytes) }
    case .string, .number, .bool, .null: return
    case .endObject, .endArray, .key, .end: throw JSONRefusal(.unexpectedByte, at: start)
    }
  }
}

extension JSONTokenizer {
  private var isInObject: Bool { kinds & 1 == 1 }

  @inline(__always)
  private func peek(_ bytes: Span<UInt8>) -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  @inline(__always)
  private mutating func skipSpace(in bytes: Span<UInt8>) {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
      offset += 1
    }
  }

  private mutating func key(_ byte: UInt8, in bytes: Span<UInt8>) throws(JSONRefusal) -> JSONToken {
    guard byte == 0x22 else { throw JSONRefusal(.unexpectedByte, at: offset) }
    let text = try string(in: bytes)
    skipSpace(in: bytes)
    guard let colon = peek(bytes) else { throw JSONRefusal(.endsEarly, at: offset) }
    guard colon == 0x3a else { throw JSONRefusal(.unexpectedByte, at: offset) }
    offset += 1
    expected = .value
    return .key(text)
  }

  @inline(__always)
  private mutating func value(_ byte: UInt8, in bytes: Span<UInt8>) throws(JSONRefusal) -> JSONToken {
    switch byte {
    case 0x22:
      let text = try string(in: bytes)
      didReadValue()
      return .string(text)
    case 0x7b:
      try open(isObject: true)
      expected = .keyOrEndOfObject
      return .beginObject
    case 0x5b:
      try open(isObject: false)
      expected = .valueOrEndOfArray
      return .beginArray
    case 0x2d, 0x30...0x39:
      let range = try number(in: bytes)
      didReadValue()
      return .number(JSONNumber(range: range))
    case 0x74:
      try word("true", in: bytes)
      return .bool(true)
    case 0x66:
      try word("false", in: bytes)
      return .bool(false)
    case 0x6e:
      try word("null", in: bytes)
      return .null
    default: throw JSONRefusal(.unexpectedByte, at: offset)
    }
  }

  private mutating func open(isObject: Bool) throws(JSONRefusal) {
    guard depth < maxDepth else { throw JSONRefusal(.tooDeep, at: offset) }
    depth += 1
    kinds = kinds << 1 | (isObject ? 1 : 0)
    offset += 1
  }

  private mutating func close() -> JSONToken {
    let token: JSONToken = isInObject ? .endObject : .endArray
    depth -= 1
    kinds >>= 1
    offset += 1
    didReadValue()
    return token
  }

  @inline(__always)
  private mutating func didReadValue() { expected = depth == 0 ? .end : .commaOrEnd }

  private mutating func word(_ word: StaticString, in bytes: Span<UInt8>) throws(JSONRefusal) {
    for i in 0..<word.utf8CodeUnitCount {
      guard offset + i < bytes.count else { throw JSONRefusal(.endsEarly, at: bytes.count) }
      guard bytes[offset + i] == word.byte(at: i) else { throw JSONRefusal(.badWord, at: offset + i) }
    }
    offset += word.utf8CodeUnitCount
    didReadValue()
  }

  private mutating func number(in bytes: Span<UInt8>) throws(JSONRefusal) -> Range<Int> {
    let start = offset
    if bytes[offset] == 0x2d { offset += 1 }
    if peek(bytes) == 0x30 {
      offset += 1
      if let byte = peek(bytes), byte &- 0x30 < 10 { throw JSONRefusal(.badNumber, at: offset) }
    } else {
      try digits(in: bytes)
    }
    if peek(bytes) == 0x2e {
      offset += 1
      try digits(in: bytes)
    }
    if let byte = peek(bytes), byte | 0x20 == 0x65 {
      offset += 1
      if let sign = peek(bytes), sign == 0x2b || sign == 0x2d { offset += 1 }
      try digits(in: bytes)
    }
    return start..<offset
  }

  private mutating func digits(in bytes: Span<UInt8>) throws(JSONRefusal) {
    let start = offset
    while offset < bytes.count, bytes[offset] &- 0x30 < 10 { offset += 1 }
    guard offset > start else {
      throw JSONRefusal(offset == bytes.count ? .endsEarly : .badNumber, at: offset)
    }
  }

  private mutating func string(in bytes: Span<UInt8>) throws(JSONRefusal) -> JSONText {
    let start = offset + 1
    var i = start
    var hasEscapes = false
    while true {
      i = JSONPlainRun.end(in: bytes, from: i, to: bytes.count)
      guard i < bytes.count else { throw JSONRefusal(.endsEarly, at: bytes.count) }
      let byte = bytes[i]
      if byte == 0x22 {
        offset = i + 1
        return JSONText(range: start..<i, hasEscapes: hasEscapes)
      }
      if byte == 0x5c {
        hasEscapes = true
        i = try JSONTokenizer.escapeEnd(bytes, at: i)
      } else if byte < 0x20 {
        throw JSONRefusal(.controlCharacter, at: i)
      } else {
        let length = UTF8Form.length(bytes, at: i)
        // Text cut inside a character is a text that ends early, as cut anywhere else.
        guard length != UTF8Form.cut else { throw JSONRefusal(.endsEarly, at: bytes.count) }
        guard length > 0 else { throw JSONRefusal(.badUTF8, at: i) }
        i += length
      }
    }
  }

  private static func escapeEnd(_ bytes: Span<UInt8>, at start: Int) throws(JSONRefusal) -> Int {
    guard start + 1 < bytes.count else { throw JSONRefusal(.endsEarly, at: bytes.count) }
    switch bytes[start + 1] {
    case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: return start + 2
    case 0x75: break
    default: throw JSONRefusal(.badEscape, at: start)
    }
    let first = try unit(bytes, at: start + 2, of: start)
    guard first & 0xf800 == 0xd800 else { return start + 6 }
    guard first < 0xdc00 else { throw JSONRefusal(.loneSurrogate, at: start) }
    guard start + 6 < bytes.count else { throw JSONRefusal(.endsEarly, at: bytes.count) }
    guard bytes[start + 6] == 0x5c else { throw JSONRefusal(.loneSurrogate, at: start) }
    guard start + 7 < bytes.count else { throw JSONRefusal(.endsEarly, at: bytes.count) }
    guard bytes[start + 7] == 0x75 else { throw JSONRefusal(.loneSurrogate, at: start) }
    let second = try unit(bytes, at: start + 8, of: start + 6)
    guard second & 0xfc00 == 0xdc00 else { throw JSONRefusal(.loneSurrogate, at: start) }
    return start + 12
  }

  private static func unit(_ bytes: Span<UInt8>, at offset: Int, of escape: Int) throws(JSONRefusal) -> UInt32 {
    for i in offset..<offset + 4 {
      guard i < bytes.count else { throw JSONRefusal(.endsEarly, at: bytes.count) }
      guard Hex.value(bytes[i]) < 16 else { throw JSONRefusal(.badEscape, at: escape) }
    }
    return JSONText.fourDigits(bytes, at: offset)
  }
}
