public import Coinslot
public import Primitives

/// `account_history`: the blocks of an account one after the other, unconfirmed ones among them.
public struct AccountHistory: RPCAction, Hashable {
  /// The account.
  public let account: Bytes32
  /// The most blocks to list.
  public let count: Int
  /// Whether all fields of all blocks are told; without it changes of representative are left out.
  public let raw: Bool
  /// The block to begin with; the newest, or with `reverse` the first, where nil.
  public let head: Bytes32?
  /// Whether the list goes forward in time (version 19 and later).
  public let reverse: Bool

  /// Asks for a part of an account's history.
  public init(account: Bytes32, count: Int, raw: Bool = true, head: Bytes32? = nil, reverse: Bool = false) {
    self.account = account
    self.count = count
    self.raw = raw
    self.head = head
    self.reverse = reverse
  }

  /// The question.
  public var question: RPCQuestion {
    RPCQuestion("account_history").account("account", account).number("count", count)
      .flag("raw", raw ? true : nil).hash("head", head).flag("reverse", reverse ? true : nil)
  }

  /// Reads the answer.
  ///
  /// - Throws: `NanoRefusal`; `.badAccount` where it is another account's history.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> Reply {
    let object = try NodeObject(value, "answer")
    guard try object.required("account", NanoText.account) == account else { throw .badAccount("account") }
    var entries: [Entry] = []
    for element in try object.list("history") { entries.append(try Entry(try NodeObject(element, "history"))) }
    return Reply(
      entries: entries,
      previous: try object.optional("previous", NanoText.bytes32OrNone) ?? nil,
      next: try object.optional("next", NanoText.bytes32OrNone) ?? nil
    )
  }

  /// A part of a history.
  public struct Reply: Hashable, Sendable {
    /// The blocks.
    public let entries: [Entry]
    /// Where the next part begins, going back.
    public let previous: Bytes32?
    /// Where the next part begins, going forward.
    public let next: Bytes32?
  }

  /// One block of a history.
  public struct Entry: Hashable, Sendable {
    /// `state`, or a type of legacy block; without `raw` what a state block does.
    public let type: String
    /// What a state block does, with `raw`.
    public let subtype: Subtype?
    /// The other side: the payee of a send, the payer of a receive.
    public let counterparty: Bytes32?
    /// How much moves.
    public let amount: Amount?
    /// `link` of a state block, with `raw`.
    public let link: Bytes32?
    /// The send that a legacy block takes up, with `raw`.
    public let source: Bytes32?
    /// What the account owned after it, with `raw`.
    public let balance: Amount?
    /// The block before, with `raw`.
    public let previous: Bytes32?
    /// Its number in the chain, from 1.
    public let height: UInt64
    /// Its hash.
    ///
    /// Not the identity of a payment it takes up: that is `takenUp`.
    public let hash: Bytes32
    /// Whether it is final (version 23 and later).
    public let isConfirmed: Bool?
    /// When the node first had it, seconds since 1970 by the node's clock; 0 for very old blocks.
    public let localTimestamp: UInt64

    /// The hash of the send that this block takes up, which is the identity of that payment; nil for other blocks.
    public var takenUp: Bytes32? {
      if type == "state" { return subtype == .receive ? link : nil }
      return type == "receive" || type == "open" ? source ?? link : nil
    }
  }
}

extension AccountHistory.Entry {
  fileprivate init(_ object: NodeObject) throws(NanoRefusal) {
    type = try object.required("type", NanoText.text)
    subtype = try object.optional("subtype", NanoText.subtype)
    counterparty = try object.optional("account", NanoText.account)
    amount = try object.optional("amount", NanoText.amount)
    link = try object.optional("link", NanoText.bytes32)
    source = try object.optional("source", NanoText.bytes32)
    // Nobody needs the balance of a legacy block from here, so nobody's history shall become unreadable by it.
    balance =
      type == "state"
      ? try object.optional("balance", NanoText.amount) : try? object.optional("balance", NanoText.amount)
    previous = try object.optional("previous", NanoText.bytes32OrNone) ?? nil
    height = try object.required("height", NanoText.number)
    hash = try object.required("hash", NanoText.bytes32)
    isConfirmed = try object.optional("confirmed", NanoText.flag)
    localTimestamp = try object.required("local_timestamp", NanoText.number)
  }
}
