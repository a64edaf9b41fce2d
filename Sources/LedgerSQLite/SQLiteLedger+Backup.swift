import Coinslot
import Dispatch

extension SQLiteLedger {
  /// Writes a consistent copy to a new file while work goes on: one file, mode 0600, checked and synced before it gets
  /// its name.
  ///
  /// - Throws: `LedgerError.notWritable` where the name is taken or the file cannot be written, `BackupDamaged` where
  ///   the copy fails its check; there is no file of that name then.
  ///
  /// ## On failure
  /// Stopped in between it leaves `<path>.partial`, which the next backup to that path replaces.
  public func backUp(to path: String, nowMS: Int64) async throws {
    let pool = pool
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      copies.async { continuation.resume(with: Result { try Backup.write(pool, to: path) }) }
    }
    try await keep(setting: Self.lastBackup, "\(nowMS)")
  }
}
