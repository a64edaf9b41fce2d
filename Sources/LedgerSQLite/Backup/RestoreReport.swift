/// What a restore did.
public struct RestoreReport: Hashable, Sendable {
  /// What the backup held.
  public let backup: BackupReport
  /// The life that the restored ledger begins.
  public let incarnation: Int64
  /// The moment before which an unknown payment is held, wall-clock milliseconds; never before anything that the backup
  /// or the replaced ledger shows.
  public let restoredAtMS: Int64
  /// Where the replaced ledger is kept; nil where there was none.
  public let replaced: String?
  /// The newest moment that the replaced ledger shows, wall-clock milliseconds; nil where it could not be read.
  public let replacedNewestMomentMS: Int64?
  /// How many open pieces of work ended as held, since no device can tell what became of them.
  public let held: Int
  /// How many ended as unknown, which their device may still correct.
  public let unknown: Int
}

extension SQLiteLedger {
  /// Puts a backup in the place of a data folder's ledger, as a new life of it.
  ///
  /// The backup is verified first; the replaced ledger is kept beside the restored one. From then on a payment that was
  /// made before this moment and that the ledger does not know is held (`HoldReason.foundAfterRestore`), and work that
  /// the backup shows as open ends (`Restoration`): either may have happened after the backup was made. Events start
  /// anew, with numbers beyond the old ones.
  ///
  /// `backup` is a file made by `backUp`; it is copied, and stays as it is. The folder is made where it is not there yet.
  /// `nowMS` is now, wall-clock milliseconds.
  ///
  /// - Throws: `BackupDamaged` and as `verifyBackup`, with nothing changed; `LedgerError.inUse` while a server works with
  ///   the folder; `LedgerError.notWritable`.
  ///
  /// ## On failure
  /// Stopped at any point the folder holds either the ledger as it was, or one that refuses to serve until a restore is
  /// repeated, or the restored one. Repeating it is always safe.
  public static func restore(
    backup: String,
    into folder: String,
    nowMS: Int64,
    forgetting settings: [String] = []
  ) throws -> RestoreReport {
    try Restore(backup: backup, folder: folder, nowMS: nowMS, forgotten: settings).run()
  }
}
