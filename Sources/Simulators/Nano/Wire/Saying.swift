package import Coinslot
package import Nano
package import Primitives

/// What the toy node says of one block: the truth, unless a fault has been at it.
package struct Saying: Sendable, Equatable {
  /// The block it shows.
  package var block: Block
  /// The hash it names.
  package var hash: Bytes32
  /// Whose chain it says it is in.
  package var account: Bytes32
  /// How much it says it moves; nil where it cannot tell.
  package var amount: Amount?
  /// What it says it does.
  package var subtype: Subtype
  /// Its place in the chain.
  package var height: UInt64
  /// When the node put it in, in seconds since 1970.
  package var localTimestampS: Int64

  package init(
    _ block: Block,
    account: Bytes32,
    amount: Amount?,
    subtype: Subtype,
    height: UInt64 = 1,
    localTimestampS: Int64 = 0
  ) {
    self.block = block
    hash = block.hash
    self.account = account
    self.amount = amount
    self.subtype = subtype
    self.height = height
    self.localTimestampS = localTimestampS
  }

  package init(_ entry: ToyEntry, amount: Amount?) {
    self.init(
      entry.block,
      account: entry.account,
      amount: amount,
      subtype: entry.subtype,
      height: entry.height,
      localTimestampS: entry.localTimestampS
    )
  }

  package var isState: Bool { if case .state = block { true } else { false } }
}

/// How a block became final.
package enum Way: String, Sendable, CaseIterable {
  /// By a vote on it.
  case activeQuorum = "active_quorum"
  /// By a vote on a later block while a vote on it was open, or again on request.
  case activeConfirmationHeight = "active_confirmation_height"
  /// By a vote on a later block; never called back.
  case inactive
}

/// The vote on a block, as far as a toy network has votes.
package struct Election: Sendable, Equatable {
  package var durationMS: Int64
  package var endedMS: Int64
  package var tally: Amount
  package var final: Amount
  package var blocks = 1
  package var voters = 1
  package var requests = 0
  /// Who voted, with which weight, when.
  package var votes: [(representative: Bytes32, weight: Amount, timestampMS: Int64)] = []

  package init(durationMS: Int64, endedMS: Int64, tally: Amount, final: Amount) {
    self.durationMS = durationMS
    self.endedMS = endedMS
    self.tally = tally
    self.final = final
  }

  package static func == (a: Election, b: Election) -> Bool {
    (a.durationMS, a.endedMS, a.tally, a.final, a.blocks) == (b.durationMS, b.endedMS, b.tally, b.final, b.blocks)
      && (a.voters, a.requests) == (b.voters, b.requests) && a.votes.elementsEqual(b.votes, by: ==)
  }
}
