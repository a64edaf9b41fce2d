public import Coinslot

/// What a backup holds, as found by reading all of it.
public struct BackupReport: Hashable, Sendable {
  /// The version of its tables.
  public let version: Int
  /// The ledger it is a copy of, given once when that was made; nil before version 2.
  public let ledger: String?
  /// Which life of that ledger, raised by each restore; 0 before version 2.
  public let incarnation: Int64
  /// When that ledger was last restored, wall-clock milliseconds; nil where it never was.
  public let restoredAtMS: Int64?
  /// The newest moment anything was committed in it, wall-clock milliseconds; nil for a fresh one.
  public let newestMomentMS: Int64?
  /// How long the file is.
  public let bytes: Int64
  /// How many payments stand in each pot.
  public let payments: [Standing: Int]
  /// How many sales, pieces of work, pieces that had not ended, quotes, devices and kept events it holds.
  public let sales: Int, dispatches: Int, openDispatches: Int, quotes: Int, devices: Int, events: Int
}

extension SQLiteLedger {
  /// Reads a whole backup and checks it: whose it is, SQLite's structure, every reference, and our own books.
  ///
  /// Nothing is written, neither to the file nor beside it. Blocks as long as reading takes.
  ///
  /// - Throws: `BackupDamaged` with what was found, also for a file that is no ledger or still in use;
  ///   `LedgerError.tooNew`; `LedgerError.notWritable` where it cannot be read.
  public static func verifyBackup(_ path: String) throws -> BackupReport {
    try Backup.verify(path, known: Migration.all.count)
  }
}

/// A copy of the ledger failed its check; most likely the ledger itself, or a disk, is damaged.
public struct BackupDamaged: Error, Sendable, CustomStringConvertible {
  /// What the check found, at most twenty lines.
  public let trouble: [String]

  /// All of it in one line.
  public var description: String { "the copy failed its check: \(trouble.joined(separator: "; "))" }
}
