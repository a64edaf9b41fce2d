public import Coinslot
public import Primitives

/// `receivable`: the sends to one account that it has not taken up.
///
/// Ordered by hash, not by time.
public struct ReceivableSends: RPCAction, Hashable {
  /// The account.
  public let account: Bytes32
  /// The most sends to list.
  public let count: Int
  /// What else is asked.
  public let options: ReceivableOptions
  /// Whether to use the name that nodes before version 23 know: `pending`.
  public let usesOldName: Bool

  /// Asks for the sends of an account.
  public init(account: Bytes32, count: Int, options: ReceivableOptions = .init(), usesOldName: Bool = false) {
    self.account = account
    self.count = count
    self.options = options
    self.usesOldName = usesOldName
  }

  /// The question.
  public var question: RPCQuestion {
    options.added(
      to: RPCQuestion(usesOldName ? "pending" : "receivable").account("account", account).number("count", count)
    )
  }

  /// Reads the answer.
  ///
  /// - Throws: `NanoRefusal`.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> [ReceivableSend] {
    guard let blocks = value["blocks"] else { throw .missing("blocks") }
    return try ReceivableSend.list(blocks)
  }
}

/// What can be asked of sends that were not taken up.
public struct ReceivableOptions: Hashable, Sendable {
  /// Whether each send names amount and payer.
  public let source: Bool?
  /// Whether only final sends are listed.
  ///
  /// Say it always: nodes before version 22 list others too if not told.
  public let onlyConfirmed: Bool?
  /// The least amount listed.
  public let threshold: Amount?
  /// How many sends to leave out at the beginning.
  public let offset: Int?

  /// Options; by default final sends only, with amount and payer.
  public init(source: Bool? = true, onlyConfirmed: Bool? = true, threshold: Amount? = nil, offset: Int? = nil) {
    self.source = source
    self.onlyConfirmed = onlyConfirmed
    self.threshold = threshold
    self.offset = offset
  }

  func added(to question: RPCQuestion) -> RPCQuestion {
    question.flag("source", source).flag("include_only_confirmed", onlyConfirmed).amount("threshold", threshold)
      .number("offset", offset)
  }
}

/// A send that was not taken up.
public struct ReceivableSend: Hashable, Sendable {
  /// Its hash: the identity of the payment.
  public let hash: Bytes32
  /// How much it pays, where that was asked.
  public let amount: Amount?
  /// The payer, where that was asked.
  public let source: Bytes32?

  /// The list in any of its forms: hashes, amounts by hash, amount and payer by hash, or `""` for none.
  static func list(_ value: JSONValue) throws(NanoRefusal) -> [ReceivableSend] {
    if value.array != nil {
      var sends: [ReceivableSend] = []
      for element in try NodeObject.list(value, "blocks") {
        let hash = try NodeObject.read(element, "blocks", NanoText.bytes32)
        sends.append(ReceivableSend(hash: hash, amount: nil, source: nil))
      }
      return sends
    }
    var sends: [ReceivableSend] = []
    for member in try NodeObject(value, "blocks").members {
      let hash = try NanoText.bytes32(Array(member.key.utf8).span, "blocks")
      sends.append(try ReceivableSend(hash: hash, member.value))
    }
    return sends
  }

  private init(hash: Bytes32, amount: Amount?, source: Bytes32?) {
    self.hash = hash
    self.amount = amount
    self.source = source
  }

  private init(hash: Bytes32, _ value: JSONValue) throws(NanoRefusal) {
    guard value.object != nil else {
      self.init(hash: hash, amount: try NodeObject.read(value, "amount", NanoText.amount), source: nil)
      return
    }
    let object = try NodeObject(value, "blocks")
    self.init(
      hash: hash,
      amount: try object.required("amount", NanoText.amount),
      source: try object.optional("source", NanoText.account)
    )
  }
}
