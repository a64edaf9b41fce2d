public import Coinslot
public import Primitives

/// `account_info`: where an account stands.
///
/// For one that was never opened a node answers `accountNotFound`.
public struct AccountInfo: RPCAction, Hashable {
  /// The account.
  public let account: Bytes32
  /// Whether the confirmed values are told (version 22 and later).
  public let includeConfirmed: Bool
  /// Whether the sum of what is not taken up is told.
  public let receivable: Bool

  /// Asks for an account.
  public init(account: Bytes32, includeConfirmed: Bool = true, receivable: Bool = true) {
    self.account = account
    self.includeConfirmed = includeConfirmed
    self.receivable = receivable
  }

  /// The question.
  public var question: RPCQuestion {
    RPCQuestion("account_info").account("account", account).flag("receivable", receivable ? true : nil)
      .flag("include_confirmed", includeConfirmed ? true : nil)
  }

  /// Reads the answer.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Reply {
    let object = try NodeObject(value, "answer")
    return Reply(
      frontier: try object.required("frontier", NanoText.bytes32),
      balance: try object.required("balance", NanoText.amount),
      blockCount: try object.required("block_count", NanoText.number),
      confirmedBalance: try object.optional("confirmed_balance", NanoText.amount),
      confirmedHeight: try object.optional("confirmed_height", NanoText.number),
      confirmedFrontier: try object.optional("confirmed_frontier", NanoText.bytes32OrNone) ?? nil,
      receivable: try object.optional("receivable", before: "pending", NanoText.amount),
      confirmedReceivable: try object.optional(
        "confirmed_receivable",
        before: "confirmed_pending",
        NanoText.amount
      )
    )
  }

  /// Where an account stands.
  public struct Reply: Hashable, Sendable {
    /// Its newest block.
    public let frontier: Bytes32
    /// What it owns after that.
    public let balance: Amount
    /// How many blocks it has.
    public let blockCount: UInt64
    /// What it owns after its newest final block.
    public let confirmedBalance: Amount?
    /// How many of its blocks are final.
    public let confirmedHeight: UInt64?
    /// Its newest final block.
    public let confirmedFrontier: Bytes32?
    /// What was sent to it and is not taken up.
    public let receivable: Amount?
    /// What was finally sent to it and is not finally taken up.
    public let confirmedReceivable: Amount?
  }
}
