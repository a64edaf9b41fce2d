public import Primitives

/// A retired change of representative.
///
/// It says neither whose it is nor what the account owns.
public struct LegacyChange: Hashable, Sendable {
  /// The hash of the block before.
  public let previous: Bytes32
  /// The key that votes with the balance from now on.
  public let representative: Bytes32
  /// Signature and work.
  public let seal: Block.Seal

  /// A block of its fields.
  public init(previous: Bytes32, representative: Bytes32, seal: Block.Seal) {
    self.previous = previous
    self.representative = representative
    self.seal = seal
  }

  /// BLAKE2b-256 over previous and representative.
  public var hash: Bytes32 {
    var input = HashInput()
    input.append(previous)
    input.append(representative)
    return input.digest
  }
}
