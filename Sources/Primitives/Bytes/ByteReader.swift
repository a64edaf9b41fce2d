/// Reads fields from the front of bytes and never past their end.
///
/// The caller hands in the same bytes each time.
public struct ByteReader: Sendable {
  /// Where the next field starts.
  public private(set) var offset: Int

  /// A reader that starts at `offset`.
  public init(at offset: Int = 0) {
    precondition(offset >= 0)
    self.offset = offset
  }

  /// How many bytes are left.
  public func remaining(in bytes: Span<UInt8>) -> Int { max(0, bytes.count - offset) }

  /// The next byte.
  ///
  /// - Throws: `Refusal.short` where there is none.
  public mutating func uint8(in bytes: Span<UInt8>) throws(Refusal) -> UInt8 {
    bytes[try take(1, in: bytes).lowerBound]
  }

  /// The next whole number, its most significant byte first unless told otherwise.
  ///
  /// - Throws: `Refusal.short` where its bytes are not all there.
  public mutating func integer<I: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ type: I.Type,
    in bytes: Span<UInt8>,
    littleEndian: Bool = false
  ) throws(Refusal) -> I {
    let range = try take(I.bitWidth / 8, in: bytes)
    var value: I = 0
    for i in 0..<range.count {
      let byte = bytes[littleEndian ? range.upperBound - 1 - i : range.lowerBound + i]
      value = value << 8 | I(truncatingIfNeeded: byte)
    }
    return value
  }

  /// The next 32 bytes.
  ///
  /// - Throws: `Refusal.short` where they are not all there.
  public mutating func bytes32(in bytes: Span<UInt8>) throws(Refusal) -> Bytes32 {
    let range = try take(32, in: bytes)
    return try Bytes32(decoding: bytes.extracting(range))
  }

  /// The place of the next `count` bytes, which are read over.
  ///
  /// - Throws: `Refusal.short` where they are not all there, `.badValue` where `count` is negative.
  public mutating func take(_ count: Int, in bytes: Span<UInt8>) throws(Refusal) -> Range<Int> {
    guard count >= 0 else { throw .badValue("a negative length") }
    guard remaining(in: bytes) >= count else { throw .short(needed: count, had: remaining(in: bytes)) }
    defer { offset += count }
    return offset..<offset + count
  }

  /// Nothing may be left.
  ///
  /// - Throws: `Refusal.long` where something is.
  public func finish(in bytes: Span<UInt8>) throws(Refusal) {
    guard remaining(in: bytes) == 0 else { throw .long(limit: offset, had: bytes.count) }
  }
}
