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
  static let all: [Migration] = [first]
  /// Marks a file as a ledger of ours: `COIN`.
  static let owner = 0x434F_494E

  /// Brings the tables up to date, each step in one transaction with its version number.
  ///
  /// ## On failure
  /// Stopped in between it goes on at the next start. Before the first step a copy of the ledger as it was is put
  /// beside it (`ledger.sqlite.v1`), since older versions of Coinslot refuse the new tables.
  static func run(_ all: [Migration], in pool: DatabasePool, file: String, from found: Int, logger: Logger) throws {
    guard found < all.count else { return }
    let copy = "\(file).v\(found)"
    if found > 0 && !Files.exists(copy) { try Backup.write(pool, to: copy) }
    for version in found..<all.count {
      try pool.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          try all[version].apply(db)
          try db.execute(sql: "PRAGMA user_version = \(version + 1); PRAGMA application_id = \(owner);")
          return .commit
        }
      }
      logger.debug("ledger migrated", metadata: ["ledger.version": "\(version + 1)"])
    }
  }
}
