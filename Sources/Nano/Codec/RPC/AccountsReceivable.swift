public import Primitives

/// `accounts_receivable`: the sends to several accounts that they have not taken up.
public struct AccountsReceivable: RPCAction, Hashable {
  /// The accounts.
  public let accounts: [Bytes32]
  /// The most sends to list of each.
  public let count: Int
  /// What else is asked.
  public let options: ReceivableOptions
  /// Whether to use the name that nodes before version 24 know: `accounts_pending`.
  public let usesOldName: Bool

  /// Asks for the sends of accounts.
  public init(accounts: [Bytes32], count: Int, options: ReceivableOptions = .init(), usesOldName: Bool = false) {
    self.accounts = accounts
    self.count = count
    self.options = options
    self.usesOldName = usesOldName
  }

  /// The question.
  public var question: RPCQuestion {
    options.added(
      to: RPCQuestion(usesOldName ? "accounts_pending" : "accounts_receivable")
        .list("accounts", accounts.map { NanoAddress.encode($0) }).number("count", count)
    )
  }

  /// Reads the answer: the sends by account.
  ///
  /// An account without any may be missing from it.
  ///
  /// - Throws: `NanoRefusal`; `.badAccount` where an account stands in it that was not asked for.
  public func reply(from value: JSONValue) throws(NanoRefusal) -> [Bytes32: [ReceivableSend]] {
    let asked = Set(accounts)
    var sends: [Bytes32: [ReceivableSend]] = [:]
    for member in try NodeObject(value, "answer").object("blocks").members {
      let account = try NanoText.account(Array(member.key.utf8).span, "blocks")
      guard asked.contains(account) else { throw .badAccount("blocks") }
      guard sends[account] == nil else { throw .twice("blocks") }
      sends[account] = try ReceivableSend.list(member.value)
    }
    return sends
  }
}
