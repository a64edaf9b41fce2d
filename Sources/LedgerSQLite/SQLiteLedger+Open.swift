import Coinslot
import GRDB
import Logging

extension SQLiteLedger {
  /// Opens the file, brings its tables up to date and proves that commits will last.
  ///
  /// - Throws: As `init`.
  static func open(
    _ file: String,
    checkpointPages: Int,
    migrations: [Migration],
    logger: Logger
  ) throws -> DatabasePool {
    try Files.make(file)
    let found = try inspect(file, known: migrations.count)
    let pool = try DatabasePool(path: file, configuration: configuration)
    // GRDB sets `synchronous = NORMAL` while it opens, after any preparation of ours: what counts is set now.
    try pool.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA fullfsync = ON;
          PRAGMA checkpoint_fullfsync = ON;
          PRAGMA journal_size_limit = 67108864;
          PRAGMA cache_size = -16384;
          PRAGMA wal_autocheckpoint = \(max(0, checkpointPages));
          """
      )
    }
    try Migration.run(migrations, in: pool, file: file, from: found, logger: logger)
    let durability = try Durability(of: pool)
    guard durability.isFull else { throw LedgerError.notDurable("\(file): \(durability)") }
    return pool
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "coinslot.ledger"
    configuration.maximumReaderCount = 4
    // Another program that looks into the file must not make a payment fail.
    configuration.busyMode = .timeout(5)
    return configuration
  }

  /// Looks at a file before anything is written to it; gives the version of its tables, 0 where it has none.
  private static func inspect(_ file: String, known: Int) throws -> Int {
    var configuration = configuration
    configuration.readonly = true
    let (owner, version, tables): (Int, Int, Int)
    do {
      (owner, version, tables) = try DatabaseQueue(path: file, configuration: configuration).read { db in
        (
          try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
          try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
          try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'grdb%'") ?? 0
        )
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw LedgerError.notWritable("\(file) is not a ledger; move it away, or put a backup in its place")
    }
    guard owner == Migration.owner || (owner == 0 && version == 0 && tables == 0) else {
      throw LedgerError.notWritable("\(file) belongs to another program; move it away")
    }
    guard version <= known else { throw LedgerError.tooNew(found: version, known: known) }
    return version
  }
}

/// How the writer keeps commits, as read back from it.
struct Durability: CustomStringConvertible {
  /// `wal` as it must be.
  let journalMode: String
  /// 2, that is FULL: each commit is synced.
  let synchronous: Int
  /// 1: rows cannot point to nothing.
  let foreignKeys: Int

  /// Asks the writer.
  init(of pool: DatabasePool) throws {
    (journalMode, synchronous, foreignKeys) = try pool.writeWithoutTransaction { db in
      (
        try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "",
        try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1,
        try Int.fetchOne(db, sql: "PRAGMA foreign_keys") ?? -1
      )
    }
  }

  /// Whether a commit that returned survives a power cut.
  var isFull: Bool { journalMode == "wal" && synchronous == 2 && foreignKeys == 1 }
  /// What was read.
  var description: String { "journal_mode=\(journalMode) synchronous=\(synchronous) foreign_keys=\(foreignKeys)" }
}
