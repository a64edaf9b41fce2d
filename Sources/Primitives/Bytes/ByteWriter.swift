/// Writes fields one after the other, up to a limit given at the start.
public struct ByteWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []
  /// The most bytes it takes.
  public let limit: Int

  /// A writer for at most `limit` bytes.
  public init(limit: Int) {
    precondition(limit >= 0)
    self.limit = limit
  }

  /// Writes one byte.
  ///
  /// - Throws: `Refusal.long` where the limit is reached; nothing is written then.
  public mutating func uint8(_ value: UInt8) throws(Refusal) {
    try makeRoom(1)
    bytes.append(value)
  }

  /// Writes a whole number, its most significant byte first unless told otherwise.
  ///
  /// - Throws: `Refusal.long` where it does not fit; nothing is written then.
  public mutating func integer<I: FixedWidthInteger & UnsignedInteger>(
    _ value: I,
    littleEndian: Bool = false
  ) throws(Refusal) {
    let count = I.bitWidth / 8
    try makeRoom(count)
    for i in 0..<count {
      let shift = 8 * (littleEndian ? i : count - 1 - i)
      bytes.append(UInt8(truncatingIfNeeded: value >> I(shift)))
    }
  }

  /// Writes bytes.
  ///
  /// - Throws: `Refusal.long` where they do not fit; nothing is written then.
  public mutating func append(_ more: Span<UInt8>) throws(Refusal) {
    try makeRoom(more.count)
    for i in 0..<more.count { bytes.append(more[i]) }
  }

  /// Writes 32 bytes.
  ///
  /// - Throws: `Refusal.long` where they do not fit; nothing is written then.
  public mutating func append(_ more: Bytes32) throws(Refusal) {
    try makeRoom(32)
    more.append(to: &bytes)
  }

  private func makeRoom(_ count: Int) throws(Refusal) {
    guard limit - bytes.count >= count else { throw .long(limit: limit, had: bytes.count + count) }
  }
}
