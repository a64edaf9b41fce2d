public import Coinslot
public import Primitives

/// A retired send block.
///
/// It does not say whose it is.
public struct LegacySend: Hashable, Sendable {
  /// The hash of the block before.
  public let previous: Bytes32
  /// The key paid to.
  public let destination: Bytes32
  /// What the account owns after this block.
  public let balance: Amount
  /// Signature and work.
  public let seal: Block.Seal

  /// A block of its fields.
  public init(previous: Bytes32, destination: Bytes32, balance: Amount, seal: Block.Seal) {
    self.previous = previous
    self.destination = destination
    self.balance = balance
    self.seal = seal
  }

  /// BLAKE2b-256 over previous, destination and balance (16 bytes, big endian).
  public var hash: Bytes32 {
    var input = HashInput()
    input.append(previous)
    input.append(destination)
    input.append(balance.units)
    return input.digest
  }
}
