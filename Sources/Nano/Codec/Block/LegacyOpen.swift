public import Primitives

/// A retired first block of an account.
///
/// It does not say what the account owns.
public struct LegacyOpen: Hashable, Sendable {
  /// The hash of the send it takes up.
  public let source: Bytes32
  /// The key that votes with the balance.
  public let representative: Bytes32
  /// The key of the account.
  public let account: Bytes32
  /// Signature and work.
  public let seal: Block.Seal

  /// A block of its fields.
  public init(source: Bytes32, representative: Bytes32, account: Bytes32, seal: Block.Seal) {
    self.source = source
    self.representative = representative
    self.account = account
    self.seal = seal
  }

  /// BLAKE2b-256 over source, representative and account.
  public var hash: Bytes32 {
    var input = HashInput()
    input.append(source)
    input.append(representative)
    input.append(account)
    return input.digest
  }
}
