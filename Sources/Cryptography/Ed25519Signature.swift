public import Primitives

/// An Ed25519 signature: the point R and the scalar S, 32 bytes each.
public struct Ed25519Signature: Hashable, Sendable {
  /// The first 32 bytes.
  public let r: Bytes32
  /// The last 32 bytes, little endian.
  public let s: Bytes32

  /// A signature of its halves.
  public init(r: Bytes32, s: Bytes32) {
    self.r = r
    self.s = s
  }

  /// Reads exactly 64 bytes.
  ///
  /// - Throws: `Refusal.short` or `.long` for any other count.
  public init(decoding bytes: Span<UInt8>) throws(Refusal) {
    guard bytes.count >= 64 else { throw .short(needed: 64, had: bytes.count) }
    guard bytes.count == 64 else { throw .long(limit: 64, had: bytes.count) }
    r = try Bytes32(decoding: bytes.extracting(0..<32))
    s = try Bytes32(decoding: bytes.extracting(32..<64))
  }

  /// The 64 bytes.
  public var bytes: [UInt8] { r.bytes + s.bytes }
}
