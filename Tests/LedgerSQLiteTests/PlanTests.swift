import Coinslot
import GRDB
import TestKit
import Testing

@testable import LedgerSQLite

/// What alarms ask every few seconds reads indexes, not tables.
@Suite struct PlanTests {
  let folders = Folders()

  /// How SQLite answers each statement that `body` makes.
  private func plans(_ body: @escaping @Sendable (Tables) throws -> Void) throws -> [String] {
    let ledger = try folders.open(folders.fresh())
    return try ledger.pool.read { db in
      let statements = Shared<[String]>([])
      db.trace { event in
        if case .statement(let statement) = event { statements.change { $0.append(statement.expandedSQL) } }
      }
      try body(Tables(db))
      db.trace(options: [])
      return try statements.value.filter { $0.hasPrefix("SELECT") }.flatMap { sql in
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
      }
    }
  }

  /// Reads of a whole table, but for those that are small by nature.
  private func scans(_ plans: [String]) -> [String] {
    plans.filter { $0.hasPrefix("SCAN") && !$0.contains("USING") && $0 != "SCAN mark" && !$0.contains("CONSTANT") }
  }

  @Test func countsWhatWaitsByIndex() throws {
    let plans = try plans { _ = try $0.unsettled(nowMS: 1) }
    #expect(scans(plans) == [])
    for index in ["sale_unsettled", "payment_held_alone", "dispatch_open"] {
      #expect(plans.contains { $0.contains(index) }, "\(plans)")
    }
  }

  @Test func hopsFromAccountToAccount() throws {
    let plans = try plans { _ = try $0.accounts() }
    #expect(plans.contains { $0.hasPrefix("SEARCH payment USING COVERING INDEX payment_by_account") }, "\(plans)")
  }

  @Test func findsPeopleAndQuotesByIndex() throws {
    let plans = try plans { tables in
      _ = try tables.person("nano_payer")
      _ = try tables.openQuotes(of: "alice", nowMS: 1)
      _ = try tables.unfinishedQuotes(nowMS: 1)
      _ = try tables.payments(Page(), account: nil)
      _ = try tables.identity()
    }
    #expect(scans(plans).filter { $0 != "SCAN identity" } == [], "\(plans)")
  }
}
