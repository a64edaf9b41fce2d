public import Coinslot
public import Primitives

/// What follows from a block and the block before it about one account we watch.
///
/// Pure; believes no claim of anyone.
///
/// Signature and finality are asked for elsewhere: this says only what the block means once it is final.
public enum SendJudgement: Hashable, Sendable {
  /// It pays the watched account this much.
  case payment(Amount)
  /// If it pays anybody, then not the watched account.
  case notForTrackedAccount
  /// The balance does not fall, or there was none before.
  case notASend
  /// The block before, or its balance, is not known; only our node can tell the amount.
  case amountUnknown
  /// What was given as the block before does not hash to `previous`.
  case predecessorMismatch
  /// The block before belongs to another account.
  case predecessorOtherAccount
  /// `link_as_account` names another account than the signed link.
  case inconsistentLinkAsAccount

  /// The block before the one judged, as far as it is known.
  public struct Predecessor: Hashable, Sendable {
    /// The block.
    public let block: Block
    /// Whose chain it is in; most legacy blocks do not say.
    public let owner: Bytes32?
    /// What the account owned after it; most legacy blocks do not say.
    public let balance: Amount?

    /// A block, with what our own node adds where the block is silent.
    public init(_ block: Block, owner: Bytes32? = nil, balance: Amount? = nil) {
      self.block = block
      self.owner = block.account ?? owner
      self.balance = block.balance ?? balance
    }
  }

  /// Judges a block.
  ///
  /// - Parameters:
  ///   - spoken: The block and what was said beside it.
  ///   - owner: Whose chain it is in, where the block does not say and our node does.
  ///   - predecessor: The block before, where known.
  ///   - tracked: The key of the watched account.
  public init(
    _ spoken: SpokenBlock,
    owner: Bytes32? = nil,
    predecessor: Predecessor?,
    tracked: Bytes32
  ) {
    self = Self.judge(spoken, owner: spoken.block.account ?? owner, predecessor, tracked)
  }

  private static func judge(
    _ spoken: SpokenBlock,
    owner: Bytes32?,
    _ predecessor: Predecessor?,
    _ tracked: Bytes32
  ) -> SendJudgement {
    guard spoken.isConsistent else { return .inconsistentLinkAsAccount }
    guard let destination = spoken.block.destination, let previous = spoken.block.previous,
      let balance = spoken.block.balance
    else { return .notASend }
    let isForUs = destination == tracked
    guard let predecessor else { return isForUs ? .amountUnknown : .notForTrackedAccount }
    guard predecessor.block.hash == previous else { return .predecessorMismatch }
    guard let owner, let before = predecessor.owner, let had = predecessor.balance else {
      return isForUs ? .amountUnknown : .notForTrackedAccount
    }
    guard before == owner else { return .predecessorOtherAccount }
    guard let amount = had.subtracting(balance), amount > .zero else { return .notASend }
    return isForUs ? .payment(amount) : .notForTrackedAccount
  }
}
