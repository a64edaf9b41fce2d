public import Coinslot
public import Nano
public import Primitives

/// A block in the toy ledger with what a node keeps beside it.
public struct ToyEntry: Sendable {
  /// The block.
  public let block: Block
  /// Its hash.
  public let hash: Bytes32
  /// Whose chain it is in.
  public let account: Bytes32
  /// What the account owns after it.
  public let balance: Amount
  /// Its place in the chain, from 1.
  public let height: UInt64
  /// When this node put it in, in seconds since 1970; not a time of the network.
  public let localTimestampS: Int64
  /// What it does.
  public let subtype: Subtype
  /// The epoch of the account after it, 0 … 2.
  public let epoch: Int
  /// The block from which the representative is in force, and who that is.
  package let representativeBlock: Bytes32
  package let representative: Bytes32
  /// How it is known how much it moves.
  package let amount: AmountSource
  /// What a receive took up, kept for the day it is taken back.
  package let taken: ToyReceivable?
  /// Whether it came live over the network, which old nodes ask before they tell anyone.
  package let arrivedMS: Int64?

  /// The block after it; zero for the last of its chain.
  public internal(set) var successor: Bytes32
  /// Whether the network has made it final.
  public internal(set) var isConfirmed: Bool

  /// Whom it pays; nil for everything but a send.
  public var destination: Bytes32? { subtype == .send ? block.destination : nil }

  /// The send it takes up; nil for everything but a receive, and for the first block of the whole ledger.
  public var source: Bytes32? {
    switch block {
    case .state(let state): subtype == .receive ? state.link : nil
    case .receive(let receive): receive.source
    case .open(let open): open.source
    case .send, .change: nil
    }
  }
}

/// How a node knows what a block moves.
package enum AmountSource: Hashable, Sendable {
  /// From the balances after it and after the block before it.
  case balances
  /// A file said so.
  case stated(Amount)
  /// Not at all: a block from a file, without the block before it.
  case unknown
}

/// Money on its way: sent, not yet taken up.
public struct ToyReceivable: Hashable, Sendable {
  /// How much.
  public let amount: Amount
  /// Who sent it.
  public let source: Bytes32
  /// The epoch of the sender's account then.
  public let epoch: Int
}

/// Where one account's chain begins, ends, and is final up to.
package struct ToyAccount: Sendable {
  var open: Bytes32
  var frontier: Bytes32
  var confirmedHeight: UInt64
  var confirmedFrontier: Bytes32
}
