public import Coinslot
public import Primitives

/// A node's notice on its WebSocket that the network confirmed a block.
///
/// Which extras come with it depends on what other clients of the node asked for, so all of them are optional.
public struct ConfirmationMessage: Hashable, Sendable {
  /// When the node sent it, milliseconds since 1970 by its clock.
  public let timeMS: Int64?
  /// Whose chain the block belongs to.
  public let account: Bytes32
  /// How much moves; zero and nil both mean that the node does not know.
  public let amount: Amount?
  /// The block's hash.
  public let hash: Bytes32
  /// How it became final.
  ///
  /// All ways are equally final.
  public let way: Way
  /// The block, where it was asked for.
  public let spoken: SpokenBlock?
  /// The vote, where some client asked for it.
  public let election: Election?
  /// The block's number in its account's chain, where some client asked for it.
  public let height: UInt64?
  /// When the node first had it, seconds since 1970 by its clock, where some client asked for it.
  public let localTimestamp: UInt64?

  /// How a block became final.
  public enum Way: Hashable, Sendable {
    /// By a vote on it.
    case activeQuorum
    /// By a vote on a block after it, while it was itself being voted on.
    case activeConfirmationHeight
    /// By a vote on a block after it; never tells a callback.
    case inactive
    /// A word we do not know.
    case other
  }

  /// The vote on a block.
  public struct Election: Hashable, Sendable {
    /// How long it took, milliseconds.
    public let durationMS: UInt64?
    /// Voting weight for the block, raw.
    public let tally: Amount?
    /// Voting weight of final votes, raw.
    public let final: Amount?
    /// How many blocks stood against each other.
    public let blocks: UInt64?
    /// How many voted.
    public let voters: UInt64?
  }

  /// Whether it speaks of a send.
  ///
  /// False where the block is not in it.
  public var claimsSend: Bool {
    switch spoken?.block {
    case .state: spoken?.subtype == .send
    case .send: spoken?.subtype == nil || spoken?.subtype == .send
    case .receive, .open, .change, nil: false
    }
  }
}

extension ConfirmationMessage {
  init(message: NodeObject, timeMS: Int64?) throws(NanoRefusal) {
    self.timeMS = timeMS
    account = try message.required("account", NanoText.account)
    amount = try message.optional("amount", NanoText.amount)
    hash = try message.required("hash", NanoText.bytes32)
    way = Way(try message.required("confirmation_type", NanoText.text))
    spoken = if let block = message["block"] { try SpokenBlock(block) } else { nil }
    election = try message["election_info"].map { value throws(NanoRefusal) in
      try Election(NodeObject(value, "election_info"))
    }
    let sideband = try message["sideband"].map { value throws(NanoRefusal) in try NodeObject(value, "sideband") }
    height = try sideband?.optional("height", NanoText.number)
    localTimestamp = try sideband?.optional("local_timestamp", NanoText.number)
  }
}

extension ConfirmationMessage.Way {
  init(_ word: String) {
    self =
      switch word {
      case "active_quorum": .activeQuorum
      case "active_confirmation_height": .activeConfirmationHeight
      case "inactive": .inactive
      default: .other
      }
  }

  /// The word a node writes; nil for one we do not know.
  public var word: String? {
    switch self {
    case .activeQuorum: "active_quorum"
    case .activeConfirmationHeight: "active_confirmation_height"
    case .inactive: "inactive"
    case .other: nil
    }
  }
}

extension ConfirmationMessage.Election {
  fileprivate init(_ object: NodeObject) throws(NanoRefusal) {
    durationMS = try object.optional("duration", NanoText.number)
    tally = try object.optional("tally", NanoText.amount)
    final = try object.optional("final", NanoText.amount)
    blocks = try object.optional("blocks", NanoText.number)
    voters = try object.optional("voters", NanoText.number)
  }
}
