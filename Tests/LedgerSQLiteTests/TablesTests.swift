import Coinslot
import GRDB
import Testing

@testable import LedgerSQLite

/// How rows are read: as what their columns are, one at a time.
@Suite struct TablesTests {
  private func read<T>(_ sql: String, _ body: (inout RowReader) throws -> T) throws -> T? {
    try DatabaseQueue().read { try Tables($0).first(sql, [], body) }
  }

  @Test func readsColumnsInOrder() throws {
    let found = try read("SELECT 7, 'seven', x'0700', NULL, -1, 1, x'00000000000000000000000000000007'") { row throws in
      #expect(try row.int() == 7)
      #expect(try row.text() == "seven")
      #expect(try row.bytes() == [7, 0])
      #expect(try row.textIfAny() == nil)
      #expect(try row.uint64() == .max)
      #expect(try row.bool())
      #expect(try row.amount() == Amount(7))
      return true
    }
    #expect(found == true)
  }

  @Test func readsNothingAsNothing() throws {
    try read("SELECT NULL, NULL, NULL, NULL") { row throws in
      #expect(try row.int64IfAny() == nil)
      #expect(try row.bytesIfAny() == nil)
      #expect(try row.amountIfAny() == nil)
      #expect(try row.wordIfAny(Standing.self) == nil)
    }
    #expect(try read("SELECT 1 WHERE 0") { try $0.int() } == nil)
  }

  /// What no version of the ledger writes is refused, not read as something like it.
  @Test(arguments: ["'7'", "7.0", "x'37'", "NULL"])
  func refusesWhatIsNoNumber(_ value: String) {
    #expect(throws: BadRow.self) { try read("SELECT \(value)") { try $0.int64() } }
  }

  @Test(arguments: ["7", "7.0", "x'37'", "NULL"])
  func refusesWhatIsNoText(_ value: String) {
    #expect(throws: BadRow.self) { try read("SELECT \(value)") { try $0.text() } }
  }

  @Test(arguments: ["7", "'0123456789abcdef'", "x'37'", "zeroblob(17)", "NULL"])
  func refusesWhatIsNoAmount(_ value: String) {
    #expect(throws: BadRow.self) { try read("SELECT \(value)") { try $0.amount() } }
  }

  @Test func refusesAColumnThatIsNotThere() {
    #expect(throws: BadRow.self) {
      try read("SELECT 1") { row in
        _ = try row.int64()
        _ = try row.int64IfAny()
      }
    }
  }

  /// Rows without end: whoever wanted them all first would never be done.
  @Test func readsOneRowAtATime() throws {
    struct Enough: Error {}
    let numbers = "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t) SELECT n FROM t"
    try DatabaseQueue().read { db throws in
      // Twice, since the statement is kept: what was left in the middle starts anew.
      for _ in 1...2 {
        var found: [Int] = []
        #expect(throws: Enough.self) {
          try Tables(db).each(numbers) { row in
            found.append(try row.int())
            if found.count == 3 { throw Enough() }
          }
        }
        #expect(found == [1, 2, 3])
      }
    }
  }

  @Test func numbersWhatItInserts() throws {
    try DatabaseQueue().write { db throws in
      let tables = Tables(db)
      try tables.run("CREATE TABLE t (number INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT)")
      let first = try tables.insert(row: "INSERT INTO t (word) VALUES (?)", ["a"])
      let second = try tables.insert(row: "INSERT INTO t (word) VALUES (?)", ["b"])
      #expect(second == first + 1)
      #expect(try tables.first("SELECT word FROM t WHERE number = ?", [second]) { try $0.text() } == "b")
    }
  }
}
