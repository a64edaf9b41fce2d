import Coinslot
import GRDB
import Logging

extension SQLiteLedger {
  /// Opens the ledger of a locked folder, brings its tables up to date, and proves that it is the folder's own and that
  /// commits will last.
  ///
  /// - Throws: As `init`.
  ///
  /// Where the disk has no room even to open it, the ballast is given up once.
  static func open(
    _ folder: String,
    checkpointPages: Int,
    migrations: [Migration],
    ballast: Ballast?,
    logger: Logger
  ) throws -> DatabasePool {
    do {
      return try open(folder, checkpointPages: checkpointPages, migrations: migrations, logger: logger)
    } catch {
      guard ballast?.release() == true else { throw error }
      logger.critical("no room to open the ledger; the ballast was given up", metadata: ["error": "\(error)"])
      return try open(folder, checkpointPages: checkpointPages, migrations: migrations, logger: logger)
    }
  }

  private static func open(
    _ folder: String,
    checkpointPages: Int,
    migrations: [Migration],
    logger: Logger
  ) throws -> DatabasePool {
    let file = "\(folder)/\(fileName)"
    let witness = try Incarnation.read(folder)
    if !Files.exists(file) {
      // A ledger that is gone is not made anew in silence.
      _ = try Incarnation.judge(witness, ledger: nil, folder: folder, fresh: "")
    }
    try Files.make(file)
    let (found, identity) = try inspect(file, known: migrations.count)
    let fresh = try DatabaseQueue().read { try Tables($0).freshName() }
    let step = try Incarnation.judge(witness, ledger: identity, folder: folder, fresh: fresh)
    let pool = try DatabasePool(path: file, configuration: configuration)
    // GRDB sets `synchronous = NORMAL` while it opens, after any preparation of ours: what counts is set now.
    try pool.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA synchronous = FULL;
          PRAGMA fullfsync = ON;
          PRAGMA checkpoint_fullfsync = ON;
          PRAGMA secure_delete = ON;
          PRAGMA journal_size_limit = 67108864;
          PRAGMA cache_size = -16384;
          PRAGMA wal_autocheckpoint = \(max(0, checkpointPages));
          """
      )
    }
    try Migration.run(migrations, in: pool, file: file, from: found, logger: logger)
    // What undoes one change of many is kept in memory, a few pages at a time: in a file it would cost a write for each
    // page, and leave payers in a folder that is not ours. An upgrade may have much to undo, so only from here on.
    try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA temp_store = MEMORY") }
    try take(step, pool, folder: folder)
    let durability = try Durability(of: pool)
    guard durability.isFull else { throw LedgerError.notDurable("\(file): \(durability)") }
    return pool
  }

  /// Gives a new ledger its name, or notes that it has it.
  private static func take(_ step: Incarnation.Step, _ pool: DatabasePool, folder: String) throws {
    switch step {
    case .none: break
    case .confirm(let kept): try kept.write(folder)
    case .name(let making):
      try making.write(folder)
      try pool.write { db in
        try Tables(db).keep(Identity(ledger: making.ledger, incarnation: making.number, restoredAtMS: nil))
      }
      try Incarnation(ledger: making.ledger, number: making.number, state: .kept).write(folder)
    }
  }

  static var configuration: Configuration {
    var configuration = Configuration()
    configuration.label = "coinslot.ledger"
    configuration.maximumReaderCount = 4
    // Another program that looks into the file must not make a payment fail.
    configuration.busyMode = .timeout(5)
    return configuration
  }

  /// Looks at a file before anything is written to it; gives the version of its tables, 0 where it has none, and which
  /// ledger it is.
  private static func inspect(_ file: String, known: Int) throws -> (version: Int, identity: Identity?) {
    var configuration = configuration
    configuration.readonly = true
    let (owner, version, tables): (Int, Int, Int)
    let identity: Identity?
    do {
      (owner, version, tables, identity) = try DatabaseQueue(path: file, configuration: configuration).read { db in
        (
          try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
          try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
          try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'grdb%'") ?? 0,
          try db.tableExists("identity") ? try Tables(db).identity() : nil
        )
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
      throw LedgerError.notWritable("\(file) is not a ledger; move it away, or put a backup in its place")
    }
    guard owner == Migration.owner || (owner == 0 && version == 0 && tables == 0) else {
      throw LedgerError.notWritable("\(file) belongs to another program; move it away")
    }
    guard version <= known else { throw tooNew(version, known: known, file: file) }
    return (version, identity)
  }

  /// A ledger of a newer version, with the way back to the copy that was made before its upgrade.
  private static func tooNew(_ found: Int, known: Int, file: String) -> LedgerError {
    let copies = stride(from: known, to: 0, by: -1).map { Migration.copy(of: file, version: $0) }
    let command = copies.first(where: Files.exists).map { "coinslot restore \($0) --data \(Files.parent(of: file))" }
    return .tooNew(found: found, known: known, restore: command)
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
