public import Coinslot
public import Primitives

/// A state block: the account's whole state after it.
public struct StateBlock: Hashable, Sendable {
  /// The key of the account, which signs.
  public let account: Bytes32
  /// The hash of the account's block before; zero for its first.
  public let previous: Bytes32
  /// The key that votes with this balance.
  public let representative: Bytes32
  /// What the account owns after this block.
  public let balance: Amount
  /// In a send the key paid to, in a receive the hash of the send, else zero or a mark of an epoch.
  public let link: Bytes32
  /// Signature and work.
  public let seal: Block.Seal

  /// A block of its fields.
  public init(
    account: Bytes32,
    previous: Bytes32,
    representative: Bytes32,
    balance: Amount,
    link: Bytes32,
    seal: Block.Seal
  ) {
    self.account = account
    self.previous = previous
    self.representative = representative
    self.balance = balance
    self.link = link
    self.seal = seal
  }

  /// BLAKE2b-256 over preamble, account, previous, representative, balance (16 bytes, big endian) and link.
  public var hash: Bytes32 {
    StateBlock.hash(
      account: account,
      previous: previous,
      representative: representative,
      balance: balance,
      link: link
    )
  }

  /// The hash of a block that is still to be signed.
  public static func hash(
    account: Bytes32,
    previous: Bytes32,
    representative: Bytes32,
    balance: Amount,
    link: Bytes32
  ) -> Bytes32 {
    var input = HashInput()
    input.append(NanoFacts.statePreamble)
    input.append(account)
    input.append(previous)
    input.append(representative)
    input.append(balance.units)
    input.append(link)
    return input.digest
  }
}
