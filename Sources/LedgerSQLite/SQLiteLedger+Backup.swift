import Coinslot
import Dispatch
import GRDB

extension SQLiteLedger {
  /// Writes a consistent copy to a new file while work goes on: one file, mode 0600, checked and synced before it gets
  /// its name.
  ///
  /// - Throws: `LedgerError.notWritable` where the name is taken or the file cannot be written, `BackupDamaged` where
  ///   the copy fails its check; there is no file of that name then.
  ///
  /// ## On failure
  /// Stopped in between it leaves `<path>.partial`, which the next backup to that path replaces.
  public func backUp(to path: String) async throws {
    let pool = pool
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      copies.async { continuation.resume(with: Result { try Backup.write(pool, to: path) }) }
    }
  }
}

/// Copies of the ledger.
enum Backup {
  /// Writes a consistent copy to a new file; blocks until it is checked and synced.
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
      guard mode == "delete", trouble == ["ok"] else { throw BackupDamaged(trouble: trouble) }
      try Files.sync(file: partial)
      try Files.move(partial, to: path)
    } catch {
      for leftover in [partial, "\(partial)-wal", "\(partial)-shm", "\(partial)-journal"] { Files.remove(leftover) }
      throw error
    }
  }
}

extension Backup {
  /// What SQLite finds wrong in a file: `ok` alone where nothing is.
  private static func findTrouble(in db: Database) throws -> [String] {
    do {
      return try String.fetchAll(db, sql: "PRAGMA integrity_check(10)")
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      return [error.message ?? "damaged"]
    }
  }
}

/// A copy of the ledger failed its check; most likely the ledger itself, or a disk, is damaged.
public struct BackupDamaged: Error, Sendable {
  /// What the check found, at most ten lines.
  public let trouble: [String]
}
