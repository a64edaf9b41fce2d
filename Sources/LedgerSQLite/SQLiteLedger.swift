public import Coinslot
import Dispatch
import GRDB
public import Logging

/// The ledger in one SQLite file, for one server.
///
/// `<folder>/ledger.sqlite` in WAL mode with `synchronous = FULL`: a call that returned has been synced, and a power
/// cut forgets nothing of it. All changes go through one writer, where calls that wait together share one sync
/// (`GroupCommit`); reads run beside it on a consistent snapshot and see every change whose call has returned.
///
/// ## On failure
/// Killed at any moment, it opens again with every change that was committed, and with none of one that was not.
/// A full disk makes calls throw and changes nothing; where a `Ballast` is held it is released first and the commit tried
/// once more. When there is room again work goes on. Where a sync itself failed, a change whose call threw may still be
/// found after a power cut; every change can be repeated.
public final class SQLiteLedger: Ledger {
  /// The folder that this ledger has locked.
  public let folder: String
  let pool: DatabasePool
  let entropy: any Entropy
  let logger: Logger
  let copies = DispatchQueue(label: "coinslot.ledger.copies")
  private let commits: GroupCommit
  private let lock: FolderLock

  /// Opens the ledger of a data folder, making both where they are not there yet.
  ///
  /// Blocks while it reads and, after a crash, recovers the file; call it before the server serves.
  /// - Parameters:
  ///   - folder: The data folder; made with mode 0700. An existing one keeps its mode; the ledger's files get 0600.
  ///   - entropy: Where names of payments, sales and work come from.
  ///   - bell: Rung after each commit that appended events.
  ///   - logger: Told of opening, migrating and closing, at debug.
  ///   - ballast: Released when a commit finds no room; nil for none.
  ///   - diskIsFull: Told on each commit that found no room, with whether the ballast made some; called on the writer, so
  ///     it must not wait for the ledger.
  ///   - didSync: Told of each commit that changed something, with how long it took until it was on disk; called on the
  ///     writer, so it must not wait for the ledger.
  ///   - checkpointPages: After how many 4 KiB pages SQLite moves changes from its log to the file; 0 for not before it is closed.
  /// - Throws: `LedgerError.notWritable`, `.inUse`, `.tooNew`, `.foreign`, `.notDurable`, each with what was found;
  ///   `BackupDamaged` where the copy before an upgrade fails its check; what SQLite says of a damaged file.
  public convenience init(
    folder: String,
    entropy: any Entropy,
    bell: Bell? = nil,
    logger: Logger = Logger(label: "coinslot.ledger"),
    ballast: Ballast? = nil,
    diskIsFull: @escaping @Sendable (_ madeRoom: Bool) -> Void = { _ in },
    didSync: @escaping @Sendable (_ microseconds: Int64) -> Void = { _ in },
    checkpointPages: Int = 1_000
  ) throws {
    try self.init(
      folder: folder,
      entropy: entropy,
      bell: bell,
      logger: logger,
      ballast: ballast,
      diskIsFull: diskIsFull,
      didSync: didSync,
      checkpointPages: checkpointPages,
      migrations: Migration.all
    )
  }

  init(
    folder: String,
    entropy: any Entropy,
    bell: Bell?,
    logger: Logger,
    ballast: Ballast? = nil,
    diskIsFull: @escaping @Sendable (_ madeRoom: Bool) -> Void = { _ in },
    didSync: @escaping @Sendable (_ microseconds: Int64) -> Void = { _ in },
    checkpointPages: Int,
    migrations: [Migration]
  ) throws {
    let lock = try FolderLock(folder)
    let pool = try Self.open(
      folder,
      checkpointPages: checkpointPages,
      migrations: migrations,
      ballast: ballast,
      logger: logger
    )
    let told = try pool.read { try Tables($0).newestEvent() }
    self.folder = folder
    self.pool = pool
    self.entropy = entropy
    self.logger = logger
    self.lock = lock
    let watch = bell.map { EventWatch($0, told: told) }
    commits = GroupCommit(
      pool,
      makeRoom: {
        let madeRoom = ballast?.release() ?? false
        logger.log(
          level: madeRoom ? .critical : .error,
          "the disk is full",
          metadata: ["ballast.released": "\(madeRoom)"]
        )
        diskIsFull(madeRoom)
        return madeRoom
      },
      didSync: didSync,
      didCommit: { db in watch?.look(at: db) }
    )
    logger.debug("ledger opened", metadata: ["ledger.folder": "\(folder)", "event.newest": "\(told)"])
  }

  /// The ledger's file in its folder.
  public static let fileName = "ledger.sqlite"

  /// Waits for changes under way, then closes file and lock.
  ///
  /// Calls after this throw.
  ///
  /// - Throws: Where reads are still under way; then nothing is closed but changes are refused.
  public func close() async throws {
    await commits.close()
    do {
      // So that a closed ledger is in its one file; where a reader stands in the way, the next start does it.
      try await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    } catch {
      logger.debug("ledger closed with its log", metadata: ["error": "\(error)"])
    }
    try pool.close()
    lock.release()
  }
}

extension SQLiteLedger {
  /// Makes one change; it is on disk when this returns.
  func change<T: Sendable>(
    at nowMS: Int64,
    _ body: @escaping @Sendable (Change) throws -> T
  ) async throws -> T {
    let entropy = entropy
    return try await commits.write { db in try body(Change(tables: Tables(db), nowMS: nowMS, entropy: entropy)) }
  }

  /// Makes one change that knows no time.
  func change<T: Sendable>(_ body: @escaping @Sendable (Tables) throws -> T) async throws -> T {
    try await commits.write { db in try body(Tables(db)) }
  }

  /// Reads a consistent snapshot.
  func read<T: Sendable>(_ body: @escaping @Sendable (Tables) throws -> T) async throws -> T {
    try await pool.read { db in try body(Tables(db)) }
  }
}
