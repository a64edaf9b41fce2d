import Foundation
import GRDBSQLite

/// SQLite itself, as durable as the ledger is: the yardstick for what a commit can cost on this disk.
final class RawSQLite {
  private var db: OpaquePointer?
  private var insert: OpaquePointer?

  struct Failed: Error { let words: String }

  /// Opens a file with the ledger's settings.
  init(_ file: String) throws {
    guard sqlite3_open(file, &db) == SQLITE_OK else { throw failure }
    try run("PRAGMA journal_mode = WAL")
    try run("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16384")
    try run("PRAGMA wal_autocheckpoint = 1000")
  }

  deinit {
    sqlite3_finalize(insert)
    sqlite3_close(db)
  }

  func run(_ sql: String) throws {
    guard sqlite3_exec(db, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  private var failure: Failed { Failed(words: String(cString: sqlite3_errmsg(db))) }

  /// Rows a second.
  func rowsPerSecond(batch: Int, seconds: Double) throws -> Double {
    try rows(batch: batch, seconds: seconds).perSecond
  }

  /// The pace of rows, each the size of a payment and found by its name, committed `batch` at a time.
  func rows(batch: Int, seconds: Double) throws -> Writing.Pace {
    try run("CREATE TABLE IF NOT EXISTS payment (id TEXT NOT NULL UNIQUE, facts BLOB NOT NULL) STRICT")
    if insert == nil {
      let sql = "INSERT INTO payment VALUES (hex(randomblob(32)), randomblob(300))"
      guard sqlite3_prepare_v2(db, sql, -1, &insert, nil) == SQLITE_OK else { throw failure }
    }
    let began = ContinuousClock().now, cpuUS = Stopwatch.processUS
    var rows = 0
    while Stopwatch.seconds(since: began) < seconds {
      try run("BEGIN IMMEDIATE")
      for _ in 0..<batch {
        guard sqlite3_step(insert) == SQLITE_DONE else { throw failure }
        sqlite3_reset(insert)
      }
      try run("COMMIT")
      rows += batch
    }
    return Writing.Pace(of: rows, since: began, cpuUS)
  }
}
