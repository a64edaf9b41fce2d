import Coinslot
import GRDB

extension Backup {
  /// What is wrong in a ledger, at most twenty lines; nothing where all is well.
  ///
  /// First SQLite's structure, since rows of a broken file mean nothing; then references; then the books.
  static func findTrouble(in db: Database) throws -> [String] {
    let structure: [String]
    do {
      structure = try String.fetchAll(db, sql: "PRAGMA integrity_check(10)")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      return [error.message ?? "damaged"]
    }
    guard structure == ["ok"] else { return structure }
    let strays = try Row.fetchAll(db, sql: "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 10")
    if !strays.isEmpty { return strays.map { "a row of \($0[0] as String) points to no row of \($0[1] as String)" } }
    let tables = Tables(db)
    var trouble: [String] = []
    for rule in rules {
      let found = try tables.all("\(rule.sql) LIMIT 3") { try $0.text() }
      if !found.isEmpty { trouble.append("\(rule.words): \(found.joined(separator: ", "))") }
    }
    return trouble + (try findWrongSums(in: tables))
  }

  private struct Rule {
    let words: String
    let sql: String
  }

  private static let rules: [Rule] = [
    Rule(
      words: "payments in no pot that there is",
      sql: "SELECT name FROM payment WHERE standing NOT IN (\(list(Standing.allCases.map(\.rawValue))))"
    ),
    Rule(
      words: "sales without their payment",
      sql: """
        SELECT id FROM sale
        WHERE NOT EXISTS (SELECT 1 FROM payment WHERE payment.id = sale.payment AND payment.sale = sale.id)
        """
    ),
    Rule(
      words: "payments that bought something and have no sale",
      sql: """
        SELECT name FROM payment WHERE sale IS NULL AND standing IN ('sold', 'refund_due', 'refunded', 'reverted')
        """
    ),
    Rule(
      words: "payments in another pot than their sale says",
      sql: """
        SELECT payment.name FROM payment JOIN sale ON sale.id = payment.sale
        WHERE payment.standing <> CASE sale.outcome \(pots) ELSE 'sold' END
        """
    ),
    Rule(
      words: "part payments of no quote that waits for more",
      sql: """
        SELECT name FROM payment WHERE standing = 'part' AND (sale IS NOT NULL OR quote IS NULL
          OR quote IN (SELECT id FROM quote WHERE state NOT IN ('open', 'expired')))
        """
    ),
    Rule(
      words: "payments from before the start that bought something",
      sql: "SELECT name FROM payment WHERE standing = 'before_start' AND sale IS NOT NULL"
    ),
    Rule(
      words: "sales that run without work",
      sql: """
        SELECT id FROM sale WHERE outcome IS NULL
          AND NOT EXISTS (SELECT 1 FROM dispatch WHERE dispatch.sale = sale.id AND state <> 'settled')
        """
    ),
    Rule(
      words: "work that ended without an outcome, or has one and did not end",
      sql: "SELECT id FROM dispatch WHERE (state = 'settled') <> (outcome IS NOT NULL)"
    ),
    Rule(
      words: "work with a number that its output has not given",
      sql: """
        SELECT id FROM dispatch WHERE number IS NOT NULL AND number >= ifnull(
          (SELECT next FROM channel WHERE channel.device = dispatch.device AND channel.output = dispatch.output), 0)
        """
    ),
    Rule(
      words: "payments newer than the newest moment",
      sql: """
        SELECT name FROM payment WHERE recorded_at_ms > ifnull((SELECT newest_at_ms FROM moment), recorded_at_ms - 1)
        """
    ),
  ]

  private static let pots = Outcome.allCases.map { outcome in
    "WHEN '\(outcome.rawValue)' THEN '\(Standing(saleOutcome: outcome).rawValue)'"
  }.joined(separator: " ")

  private static func list(_ words: [String]) -> String { words.map { "'\($0)'" }.joined(separator: ", ") }

  /// Quotes that say they received something else than their payments add up to.
  private static func findWrongSums(in tables: Tables) throws -> [String] {
    var sums: [String: (told: Amount, found: Amount)] = [:]
    try tables.each(
      "SELECT quote.id, received, amount FROM quote LEFT JOIN payment ON payment.quote = quote.id WHERE received <> ?",
      [Amount.zero.blob]
    ) { row in
      let id = try row.text()
      let told = try row.amount()
      let amount = try row.amountIfAny() ?? .zero
      sums[id] = (told, (sums[id]?.found ?? .zero).adding(amount) ?? Amount(.max))
    }
    let wrong = sums.filter { $0.value.told != $0.value.found }.keys.sorted().prefix(3)
    return wrong.isEmpty ? [] : ["quotes that received something else than was paid: \(wrong.joined(separator: ", "))"]
  }
}
