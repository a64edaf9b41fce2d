public import Primitives

/// A retired receive block.
///
/// It says neither whose it is nor what the account owns.
public struct LegacyReceive: Hashable, Sendable {
  /// The hash of the block before.
  public let previous: Bytes32
  /// The hash of the send it takes up.
  public let source: Bytes32
  /// Signature and work.
  public let seal: Block.Seal

  /// A block of its fields.
  public init(previous: Bytes32, source: Bytes32, seal: Block.Seal) {
    self.previous = previous
    self.source = source
    self.seal = seal
  }

  /// BLAKE2b-256 over previous and source.
  public var hash: Bytes32 {
    var input = HashInput()
    input.append(previous)
    input.append(source)
    return input.digest
  }
}
