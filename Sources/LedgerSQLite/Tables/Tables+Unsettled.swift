import Coinslot
import GRDB

extension Tables {
  /// How much waits for a person or a machine.
  func unsettled(nowMS: Int64) throws -> Unsettled {
    var unsettled = Unsettled()
    // The condition is the index's own, word for word: only so SQLite sees that it may use it.
    let sales = try all(
      """
      SELECT outcome, count(*), min(ended_at_ms) FROM sale
      WHERE outcome IN ('unknown', 'refund_due', 'held') GROUP BY outcome
      """
    ) { (try $0.word(Outcome.self), try Unsettled.Pile(&$0)) }
    for (outcome, pile) in sales {
      switch outcome {
      case .unknown: unsettled.unknown = pile
      case .refundDue: unsettled.refundDue = pile
      default: unsettled.held = pile
      }
    }
    unsettled.heldAlone = try pile(
      "SELECT count(*), min(recorded_at_ms) FROM payment WHERE standing = 'held' AND sale IS NULL"
    )
    unsettled.openWork = try pile("SELECT count(*), min(created_at_ms) FROM dispatch WHERE state <> 'settled'")
    unsettled.overdue = try pile(
      """
      SELECT count(*), min(deadline_at_ms) FROM dispatch
      WHERE state <> 'settled' AND state <> 'accepted' AND deadline_at_ms <= ?
      """,
      [nowMS]
    )
    return unsettled
  }

  /// Every account that ever had a payment or a start mark.
  ///
  /// Hops from account to account in the index, however many payments each has.
  func accounts() throws -> [Account] {
    var found = Set(
      try all("SELECT DISTINCT chain, address FROM mark") {
        Account(chain: try $0.word(Chain.self), canonical: try $0.text())
      }
    )
    var last = (chain: "", address: "")
    while let next = try first(
      "SELECT chain, address FROM payment WHERE (chain, address) > (?, ?) ORDER BY chain, address LIMIT 1",
      [last.chain, last.address],
      { Account(chain: try $0.word(Chain.self), canonical: try $0.text()) }
    ) {
      found.insert(next)
      last = (next.chain.rawValue, next.address)
    }
    return found.sorted { ($0.chain.rawValue, $0.address) < ($1.chain.rawValue, $1.address) }
  }

  private func pile(_ sql: String, _ arguments: StatementArguments = []) throws -> Unsettled.Pile {
    try first(sql, arguments) { try Unsettled.Pile(&$0) } ?? Unsettled.Pile()
  }
}

extension Unsettled.Pile {
  fileprivate init(_ row: inout RowReader) throws {
    self.init(count: try row.int(), oldestMS: try row.int64IfAny())
  }
}
