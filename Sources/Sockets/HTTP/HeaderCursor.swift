import Primitives

/// Walks the header lines of an HTTP/1.1 head (RFC 9112 section 5), strictly and without allocation.
///
/// Strict, because a line that two programs read differently is how requests are smuggled: lines end in CR LF, a name
/// is a token right before its colon, no folded lines, no control characters in a value.
struct HeaderCursor {
  /// Where the next line starts.
  private(set) var offset: Int

  /// One line: where its name and its value (without white space around it) lie.
  struct Line {
    let name: Range<Int>
    let value: Range<Int>
  }

  /// A cursor at the first header line.
  init(at offset: Int) { self.offset = offset }

  /// The next line; nil at the end of `bytes`.
  ///
  /// - Throws: `HTTPFault` 400 where the line is not well-formed.
  mutating func next(in bytes: Span<UInt8>) throws(HTTPFault) -> Line? {
    guard offset < bytes.count else { return nil }
    var i = offset
    while i < bytes.count, Self.isTokenCharacter(bytes[i]) { i += 1 }
    guard i > offset, i < bytes.count, bytes[i] == UInt8(ascii: ":") else {
      throw HTTPFault(400, "a header line does not start with a name and a colon")
    }
    let name = offset..<i
    i += 1
    while i < bytes.count, Self.isBlank(bytes[i]) { i += 1 }
    let start = i
    while i < bytes.count, bytes[i] >= 0x20 && bytes[i] != 0x7f || bytes[i] == 0x09 { i += 1 }
    guard i + 1 < bytes.count, bytes[i] == 0x0d, bytes[i + 1] == 0x0a else {
      throw HTTPFault(400, "a header value holds a control character")
    }
    var end = i
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    offset = i + 2
    return Line(name: name, value: start..<end)
  }

  /// The offset behind the first CR LF CR LF that ends after the first three bytes from `start`.
  static func endOfHead(_ span: Span<UInt8>, from start: Int) -> Int? {
    var i = start + 3
    while i < span.count {
      // Steps of four: where byte i is not the line feed of an empty line, i tells how near one can be.
      switch span[i] {
      case 0x0a:
        if span[i - 1] == 0x0d, span[i - 2] == 0x0a, span[i - 3] == 0x0d { return i + 1 }
        i += 2
      case 0x0d: i += 1
      default: i += 4
      }
    }
    return nil
  }

  /// Space or tab.
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Whether a byte may stand in a token (RFC 9110 section 5.6.2).
  static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7a, 0x41...0x5a, 0x30...0x39: true
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e, 0x5f, 0x60, 0x7c, 0x7e: true
    default: false
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether the bytes in `range` are `text`, upper and lower case of ASCII letters being the same.
  ///
  /// `text` is in lower case.
  func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { want in
      for i in 0..<want.count where ASCII.lowered(self[range.lowerBound + i]) != want[i] { return false }
      return true
    }
  }

  /// Whether the comma-separated list in `range` holds the token `text` (in lower case).
  func list(_ range: Range<Int>, holds text: StaticString) -> Bool {
    var found = false
    forEachElement(of: range) { found = found || matches($0, text) }
    return found
  }

  /// Calls `body` with each non-empty element of the comma-separated list in `range`.
  func forEachElement(of range: Range<Int>, _ body: (Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start
      while end < range.upperBound, self[end] != UInt8(ascii: ",") { end += 1 }
      let next = end + 1
      while start < end, HeaderCursor.isBlank(self[start]) { start += 1 }
      while end > start, HeaderCursor.isBlank(self[end - 1]) { end -= 1 }
      if start < end { body(start..<end) }
      start = next
    }
  }

  /// The bytes in `range` as text; what is no UTF-8 becomes U+FFFD.
  func text(_ range: Range<Int>) -> String {
    extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}

/// Letters of ASCII.
enum ASCII {
  /// The lower case of a letter; other bytes as they are.
  static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}
