/// One piece of a JSON text.
///
/// Texts and numbers are places in the bytes, not copies.
public enum JSONToken: Equatable, Sendable {
  case beginObject
  case endObject
  case beginArray
  case endArray
  case key(JSONText)
  case string(JSONText)
  case number(JSONNumber)
  case bool(Bool)
  case null
  /// The whole text was read; only white space followed.
  case end
}

/// A number in a JSON text: the place of its characters, whose form has been checked.
public struct JSONNumber: Equatable, Sendable {
  /// Where its characters are.
  public let range: Range<Int>

  package init(range: Range<Int>) { self.range = range }

  /// Its value where it is written as a whole number from 0 to 2⁶⁴ − 1; nil for any other.
  public func uint64(in bytes: Span<UInt8>) -> UInt64? { DecimalDigits.uint64(bytes, range) }

  /// Its value where it is written as a whole number from 0 to 2¹²⁸ − 1; nil for any other.
  public func uint128(in bytes: Span<UInt8>) -> UInt128? { DecimalDigits.uint128(bytes, range) }

  /// Its value where it is written as a whole number of 64 bits; nil for any other, `-0` among them.
  public func int64(in bytes: Span<UInt8>) -> Int64? {
    guard bytes[range.lowerBound] == 0x2d else { return uint64(in: bytes).flatMap { Int64(exactly: $0) } }
    guard let size = DecimalDigits.uint64(bytes, range.lowerBound + 1..<range.upperBound), size > 0 else { return nil }
    return size == 1 << 63 ? .min : Int64(exactly: size).map { -$0 }
  }
}

/// A string or key in a JSON text: the place of its raw characters between the quotes, checked to be right.
public struct JSONText: Equatable, Sendable {
  /// Where its characters are, without the quotes.
  public let range: Range<Int>
  /// Whether a backslash is among them; without one the raw bytes are the text.
  public let hasEscapes: Bool

  package init(range: Range<Int>, hasEscapes: Bool) {
    self.range = range
    self.hasEscapes = hasEscapes
  }

  /// Whether the text is `other`.
  ///
  /// Allocates nothing.
  public func equals(_ other: StaticString, in bytes: Span<UInt8>) -> Bool {
    guard hasEscapes else { return other.equals(bytes, range) }
    guard other.utf8CodeUnitCount <= range.count else { return false }
    var at = 0
    var same = true
    func compare(_ byte: UInt8) {
      same = same && at < other.utf8CodeUnitCount && other.byte(at: at) == byte
      at += 1
    }
    var i = range.lowerBound
    while i < range.upperBound {
      if bytes[i] == 0x5c {
        i = JSONText.resolveEscape(in: bytes, at: i, compare)
      } else {
        compare(bytes[i])
        i += 1
      }
    }
    return same && at == other.utf8CodeUnitCount
  }

  /// Appends the text with its escapes resolved, as UTF-8.
  public func decode(in bytes: Span<UInt8>, into out: inout [UInt8]) {
    out.reserveCapacity(out.count + range.count)
    var i = range.lowerBound
    while true {
      let end = hasEscapes ? JSONPlainRun.backslash(in: bytes, from: i, to: range.upperBound) : range.upperBound
      bytes.extracting(i..<end).withUnsafeBufferPointer { out.append(contentsOf: $0) }
      guard end < range.upperBound else { return }
      i = JSONText.resolveEscape(in: bytes, at: end) { out.append($0) }
    }
  }

  /// The text with its escapes resolved, as UTF-8.
  public func decoded(in bytes: Span<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    decode(in: bytes, into: &out)
    return out
  }

  /// Hands on the bytes that the escape at `offset` stands for, and gives where it ends.
  ///
  /// The tokenizer has checked every escape, so none is refused here.
  @inline(__always)
  private static func resolveEscape(in bytes: Span<UInt8>, at offset: Int, _ emit: (UInt8) -> Void) -> Int {
    let kind = bytes[offset + 1]
    switch kind {
    case 0x62: emit(0x08)
    case 0x66: emit(0x0c)
    case 0x6e: emit(0x0a)
    case 0x72: emit(0x0d)
    case 0x74: emit(0x09)
    case 0x75:
      let first = fourDigits(bytes, at: offset + 2)
      guard first & 0xfc00 == 0xd800 else {
        emitUTF8(first, emit)
        return offset + 6
      }
      emitUTF8(0x10000 + (first & 0x3ff) << 10 + fourDigits(bytes, at: offset + 8) & 0x3ff, emit)
      return offset + 12
    default: emit(kind)
    }
    return offset + 2
  }

  /// The value of four hexadecimal digits; above 0xffff where they are none.
  package static func fourDigits(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
    var value: UInt32 = 0
    for i in offset..<offset + 4 {
      let digit = Hex.value(bytes[i])
      guard digit < 16 else { return .max }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  @inline(__always)
  private static func emitUTF8(_ scalar: UInt32, _ emit: (UInt8) -> Void) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3f) }
    switch scalar {
    case ..<0x80: emit(UInt8(scalar))
    case ..<0x800:
      emit(UInt8(0xc0 | scalar >> 6))
      emit(tail(0))
    case ..<0x10000:
      emit(UInt8(0xe0 | scalar >> 12))
      emit(tail(6))
      emit(tail(0))
    default:
      emit(UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18))
      emit(tail(12))
      emit(tail(6))
      emit(tail(0))
    }
  }
}
