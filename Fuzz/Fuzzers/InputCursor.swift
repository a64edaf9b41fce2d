import Primitives

/// Cuts an input into choices and payloads; past the end every choice is 0 and every payload empty.
struct InputCursor {
  private(set) var offset = 0

  mutating func byte(_ bytes: Span<UInt8>) -> Int {
    guard offset < bytes.count else { return 0 }
    defer { offset += 1 }
    return Int(bytes[offset])
  }

  /// A number of `count` bytes, the first the most significant.
  mutating func number(_ bytes: Span<UInt8>, bytes count: Int) -> UInt64 {
    var value: UInt64 = 0
    for _ in 0..<count { value = value << 8 | UInt64(byte(bytes)) }
    return value
  }

  mutating func payload(_ bytes: Span<UInt8>, _ count: Int) -> [UInt8] {
    let end = min(bytes.count, offset + count)
    defer { offset = end }
    return bytes.copy(offset..<end)
  }

  mutating func rest(_ bytes: Span<UInt8>) -> [UInt8] { payload(bytes, bytes.count) }

  func isAtEnd(_ bytes: Span<UInt8>) -> Bool { offset >= bytes.count }
}

extension Span where Element == UInt8 {
  func copy(_ range: Range<Int>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(range.count)
    for i in range { out.append(self[i]) }
    return out
  }

  var copy: [UInt8] { copy(0..<count) }

  /// The bytes as text; nil where they are no UTF-8.
  var text: String? { String(validating: copy, as: UTF8.self) }
}
