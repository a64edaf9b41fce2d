/// CRC-32 (ISO 3309, the one of Ethernet and ZIP): finds torn and rotten records.
///
/// No protection against a forger.
public struct CRC32: Sendable {
  private var state: UInt32 = 0xffff_ffff

  /// A checksum of nothing yet.
  public init() {}

  /// Adds one byte.
  public mutating func update(_ byte: UInt8) {
    state ^= UInt32(byte)
    // Bit by bit: records are a few dozen bytes, a table would be a kilobyte of a small flash.
    for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 1 ? 0xedb8_8320 : 0) }
  }

  /// Adds bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    for i in 0..<bytes.count { update(bytes[i]) }
  }

  /// The checksum of all that was added.
  public var value: UInt32 { ~state }

  /// The checksum of `bytes`.
  public static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    var sum = CRC32()
    sum.update(bytes)
    return sum.value
  }
}
