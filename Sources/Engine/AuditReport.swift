package import Coinslot

/// Whether every unit that came to our accounts is accounted for, in the ledger and against what the nodes tell.
package struct AuditReport: Sendable {
  /// Accounts told of one by one; beyond them only counts, those that do not add up first.
  package static let mostAccounts = 1_000
  /// Payments named in a list of one account.
  package static let mostNamed = 100

  /// When it began, wall-clock milliseconds.
  package let beganAtMS: Int64
  /// When it ended, wall-clock milliseconds.
  package internal(set) var endedAtMS: Int64
  /// The accounts, in the ledger's order.
  package internal(set) var accounts: [AccountAudit] = []
  /// How many accounts were compared, told or not.
  package internal(set) var count = 0
  /// How many of them do not add up or could not be compared.
  package internal(set) var unexplained = 0
  /// Accounts that nothing watches on the nodes' ledgers, with the reason; at most `mostAccounts`.
  package internal(set) var skipped: [(account: Account, why: String)] = []
  /// Why there was no audit at all.
  package internal(set) var trouble: String?

  /// Whether every unit is explained.
  package var isExplained: Bool { trouble == nil && unexplained == 0 }
  /// Whether every account could be compared, whatever came of it.
  package var isComplete: Bool { trouble == nil && accounts.allSatisfy { $0.trouble == nil } }

  init(beganAtMS: Int64) {
    self.beganAtMS = beganAtMS
    endedAtMS = beganAtMS
  }

  mutating func skip(_ account: Account, _ why: String) {
    if skipped.count < Self.mostAccounts { skipped.append((account, why)) }
  }

  mutating func add(_ account: AccountAudit) {
    count += 1
    if !account.isExplained { unexplained += 1 }
    if accounts.count < Self.mostAccounts {
      accounts.append(account)
    } else if !account.isExplained, let place = accounts.lastIndex(where: \.isExplained) {
      accounts.remove(at: place)
      accounts.append(account)
    }
  }
}

/// One account: what the ledger has in its pots, what the node lists, and where the two differ.
package struct AccountAudit: Sendable {
  /// Payments that have something in common: how many, how much, and the first of them.
  package struct Tally: Hashable, Sendable {
    /// How many.
    package internal(set) var count = 0
    /// How much, as far as it is told; nil past what an amount can hold.
    package internal(set) var sum: Amount? = .zero
    /// How many of them have an amount that nobody tells.
    package internal(set) var untold = 0
    /// The first of them, as many as are named.
    package internal(set) var named: [PaymentID] = []

    mutating func add(_ id: PaymentID, _ amount: Amount?, naming most: Int) {
      count += 1
      if let amount { sum = sum.flatMap { $0.adding(amount) } } else { untold += 1 }
      if named.count < most { named.append(id) }
    }
  }

  /// A payment of which ledger and node tell different amounts.
  package struct Difference: Hashable, Sendable {
    /// The payment.
    package let id: PaymentID
    /// How much by the ledger.
    package let ledger: Amount
    /// How much by the node.
    package let node: Amount
  }

  /// The account.
  package let account: Account
  /// What is paid there.
  package let asset: Asset
  /// When watching it began, wall-clock milliseconds.
  package let sinceMS: Int64
  /// The least amount that its slots hear of; nil where no slot sells there any more.
  package let least: Amount?
  /// How much counts in each pot.
  package internal(set) var pots: [Standing: Amount] = [:]
  /// Payments in the ledger.
  package internal(set) var recorded = Tally()
  /// Payments that the node lists.
  package internal(set) var listed = Tally()
  /// Payments that the node lists and the ledger lacks.
  package internal(set) var missing = Tally()
  /// Payments whose amounts differ: how many, and the first of them.
  package internal(set) var differing = 0
  /// The first of those that differ.
  package internal(set) var differences: [Difference] = []
  /// Payments of the ledger that the node does not list.
  package internal(set) var notListed = Tally()
  /// Payments below the least amount, which the ledger does not record.
  package internal(set) var dust = Tally()
  /// Payments that came where no slot sells any more.
  package internal(set) var unwatched = Tally()
  /// Payments so young that one side may not have them yet.
  package internal(set) var young = 0
  /// What the node cannot tell, and what was too much to compare, in words.
  package internal(set) var gaps: [String] = []
  /// How the ledger's own sums contradict its payments; nil where they do not.
  package internal(set) var sumTrouble: String?
  /// Why it could not be compared; nil where it was.
  package internal(set) var trouble: String?

  init(account: Account, asset: Asset, sinceMS: Int64, least: Amount?) {
    self.account = account
    self.asset = asset
    self.sinceMS = sinceMS
    self.least = least
  }

  /// All that was ever received, which is the sum of the pots; nil past what an amount can hold.
  package var received: Amount? {
    pots.values.reduce(Amount.zero) { sum, pot in sum.flatMap { $0.adding(pot) } }
  }

  /// Whether every unit is explained: the books add up, and the node contradicts them nowhere.
  ///
  /// A node that cannot tell all (`gaps`) proves nothing by what it does not list.
  package var isExplained: Bool {
    trouble == nil && sumTrouble == nil && missing.count == 0 && differing == 0
      && (notListed.count == 0 || !gaps.isEmpty)
  }

  /// What is wrong, in words for the operator; nil where every unit is explained.
  package var words: String? {
    if isExplained { return nil }
    if let trouble { return "not compared: \(trouble)" }
    var parts: [String] = []
    if let sumTrouble { parts.append(sumTrouble) }
    if missing.count > 0 { parts.append("the node lists \(text(missing)) that the ledger lacks") }
    if differing > 0 { parts.append("\(differing) payment(s) with another amount") }
    if notListed.count > 0, gaps.isEmpty {
      parts.append("the ledger has \(text(notListed)) that the node does not list")
    }
    return parts.joined(separator: "; ")
  }

  private func text(_ tally: Tally) -> String {
    let sum = tally.sum.map { asset.textWithUnit($0) } ?? "more than can be added up"
    return "\(tally.count) payment(s) of \(tally.untold > 0 ? "at least " : "")\(sum)"
  }
}
