import Coinslot
import GRDB
import Logging

/// One step of the tables from a version to the next.
///
/// A step that was ever released never changes.
struct Migration: Sendable {
  /// What is done, inside the step's transaction.
  let apply: @Sendable (Database) throws -> Void

  /// Every step; version n is reached by the first n.
  static let all: [Migration] = [first, second, third, fourth]
  /// Marks a file as a ledger of ours: `COIN`.
  static let owner = 0x434F_494E

  /// Brings the tables up to date, each step in one transaction with its version number.
  ///
  /// - Throws: `BackupDamaged` or `LedgerError.notWritable` where the copy of the ledger as it was cannot be made or
  ///   fails its check; nothing was changed then.
  ///
  /// ## On failure
  /// Stopped in between it goes on at the next start. Before the first step a checked copy of the ledger as it was is
  /// put beside it (`ledger.sqlite.v1`), since older versions of Coinslot refuse the new tables. A copy of that name
  /// from an earlier upgrade is kept under another.
  static func run(_ all: [Migration], in pool: DatabasePool, file: String, from found: Int, logger: Logger) throws {
    guard found < all.count else { return }
    if found > 0 {
      let copy = copy(of: file, version: found)
      if Files.exists(copy) { try setAside(copy) }
      try Backup.write(pool, to: copy)
      logger.notice("ledger copied before its upgrade", metadata: ["ledger.copy": "\(copy)"])
    }
    try apply(all, in: pool, from: found, logger: logger)
  }

  /// Makes the steps from a version on.
  static func apply(_ all: [Migration] = all, in writer: some DatabaseWriter, from found: Int, logger: Logger) throws {
    for version in found..<max(found, all.count) {
      try writer.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          try all[version].apply(db)
          try db.execute(sql: "PRAGMA user_version = \(version + 1); PRAGMA application_id = \(owner);")
          return .commit
        }
      }
      logger.debug("ledger migrated", metadata: ["ledger.version": "\(version + 1)"])
    }
  }

  /// The copy of a ledger that is made before it leaves a version.
  static func copy(of file: String, version: Int) -> String { "\(file).v\(version)" }

  private static func setAside(_ copy: String) throws {
    for number in 2...99 where !Files.exists("\(copy)-\(number)") {
      return try Files.move(copy, to: "\(copy)-\(number)")
    }
    throw LedgerError.notWritable("\(copy) and 98 older copies are there; move some away")
  }
}
