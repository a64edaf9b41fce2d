import Coinslot
import GRDB

/// Copies of the ledger.
enum Backup {
  /// Writes a consistent copy to a new file; blocks until it is checked and synced.
  ///
  /// - Throws: `BackupDamaged`, `LedgerError.notWritable`; there is no file of that name then.
  static func write(_ pool: DatabasePool, to path: String) throws {
    guard !Files.exists(path) else { throw LedgerError.notWritable("\(path) exists; choose a name that is free") }
    let partial = "\(path).partial"
    Files.remove(partial)
    try Files.make(partial, exclusively: true)
    do {
      let copy = try DatabaseQueue(path: partial)
      try pool.backup(to: copy)
      // The copy comes in WAL mode as its origin; without it, it is one file that needs no other.
      let mode = try copy.inDatabase { db in try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") }
      let trouble = try copy.inDatabase(findTrouble)
      try copy.close()
      guard mode == "delete" else { throw BackupDamaged(trouble: ["it stays in \(mode ?? "no") mode"]) }
      guard trouble.isEmpty else { throw BackupDamaged(trouble: trouble) }
      try Files.sync(file: partial)
      try Files.move(partial, to: path)
    } catch {
      for leftover in [partial, "\(partial)-wal", "\(partial)-shm", "\(partial)-journal"] { Files.remove(leftover) }
      throw error
    }
  }
}
