import Coinslot
import GRDB
import Logging

/// A restore, step by step.
struct Restore {
  /// The backup.
  let backup: String
  /// The data folder.
  let folder: String
  /// Now, wall-clock milliseconds.
  let nowMS: Int64
  /// Settings that must not come back to life, such as the hash of an admin token that was changed since.
  var forgotten: [String] = []
  /// Called before each step that changes something on the disk, so that a test can end it there.
  var before: (Step) throws -> Void = { _ in }

  /// What changes something on the disk, in this order.
  enum Step: CaseIterable {
    /// The restored ledger is made beside the old one.
    case prepare
    /// The witness says that a restore is on its way: no server starts from here on.
    case announce
    /// The old ledger's log gets its name beside it.
    case moveLog
    /// The old ledger gets its name beside it.
    case moveLedger
    /// The restored ledger gets its place; from here on it serves.
    case place
    /// The witness says that it is done.
    case confirm
  }

  private var file: String { "\(folder)/\(SQLiteLedger.fileName)" }
  private var draft: String { "\(file).restoring" }

  /// Does it.
  func run() throws -> RestoreReport {
    _ = try SQLiteLedger.verifyBackup(backup)
    let lock = try FolderLock(folder)
    defer { lock.release() }
    // One that says nothing is no reason to refuse the only way out.
    let witness = try? Incarnation.read(folder)
    try rejoinLog(witness)
    let old = Lost(file) ?? moved(witness).flatMap { Lost($0) }
    let life = max(witness?.number ?? 0, old?.identity?.incarnation ?? 0)
    try before(.prepare)
    let prepared = try prepare(after: life, old)
    let replaced = nameOfReplaced(witness)
    try before(.announce)
    let ledger = prepared.identity.ledger, number = prepared.identity.incarnation
    try Incarnation(ledger: ledger, number: number, state: .restoring(replaced: replaced)).write(folder)
    let hadLedger = Files.exists(file)
    try before(.moveLog)
    if (Files.size("\(file)-wal") ?? 0) > 0 { try Files.move("\(file)-wal", to: "\(folder)/\(replaced)-wal") }
    for leftover in ["-wal", "-shm"] { Files.remove(file + leftover) }
    try before(.moveLedger)
    if hadLedger { try Files.move(file, to: "\(folder)/\(replaced)") }
    try before(.place)
    try Files.move(draft, to: file)
    try before(.confirm)
    try Incarnation(ledger: ledger, number: number, state: .kept).write(folder)
    return RestoreReport(
      backup: prepared.report,
      incarnation: number,
      restoredAtMS: prepared.identity.restoredAtMS ?? nowMS,
      replaced: Files.exists("\(folder)/\(replaced)") ? "\(folder)/\(replaced)" : nil,
      replacedNewestMomentMS: old?.newestMomentMS,
      held: prepared.held,
      unknown: prepared.unknown
    )
  }

  /// Where an interrupted restore has moved the ledger to, as far as it came.
  private func moved(_ witness: Incarnation?) -> String? {
    guard case .restoring(let name)? = witness?.state else { return nil }
    return "\(folder)/\(name)"
  }

  /// Gives a ledger its log back that an interrupted restore has moved without it.
  private func rejoinLog(_ witness: Incarnation?) throws {
    guard let moved = moved(witness), !Files.exists(moved), Files.exists("\(moved)-wal"), Files.exists(file),
      (Files.size("\(file)-wal") ?? 0) == 0
    else { return }
    for leftover in ["-wal", "-shm"] { Files.remove(file + leftover) }
    try Files.move("\(moved)-wal", to: "\(file)-wal")
  }

  /// The name that the replaced ledger gets: the one that an interrupted restore has begun to use, else a free one.
  private func nameOfReplaced(_ witness: Incarnation?) -> String {
    if case .restoring(let name)? = witness?.state, !Files.exists("\(folder)/\(name)") { return name }
    let name = "\(SQLiteLedger.fileName).replaced-\(nowMS)"
    var number = 1
    var free = name
    while Files.exists("\(folder)/\(free)") || Files.exists("\(folder)/\(free)-wal") {
      number += 1
      free = "\(name)-\(number)"
    }
    return free
  }
}

// MARK: The restored ledger

extension Restore {
  private struct Prepared {
    let report: BackupReport
    let identity: Identity
    let held: Int, unknown: Int
  }

  /// Makes the restored ledger beside the old one, whole, checked and synced.
  private func prepare(after life: Int64, _ old: Lost?) throws -> Prepared {
    for leftover in ["", "-wal", "-shm", "-journal"] { Files.remove(draft + leftover) }
    try Files.copy(backup, to: draft)
    // What was copied counts, whatever happened to the file meanwhile.
    let report = try SQLiteLedger.verifyBackup(draft)
    let queue = try DatabaseQueue(path: draft, configuration: SQLiteLedger.configuration)
    do {
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")
      }
      try Migration.apply(in: queue, from: report.version, logger: Logger(label: "coinslot.ledger"))
      let prepared = try queue.write { db in try begin(Tables(db), report, after: life, old) }
      let trouble = try queue.read(Backup.findTrouble)
      guard trouble.isEmpty else { throw BackupDamaged(trouble: trouble) }
      try queue.close()
      try Files.sync(file: draft)
      try Files.sync(folder: folder)
      return prepared
    } catch {
      try? queue.close()
      for leftover in ["", "-wal", "-shm", "-journal"] { Files.remove(draft + leftover) }
      throw error
    }
  }

  /// Begins the new life: a number above all that were, no open work, events beyond all that were told.
  private func begin(_ tables: Tables, _ report: BackupReport, after life: Int64, _ old: Lost?) throws -> Prepared {
    // A moment far ahead was a wrong clock's; to believe it would hold everything until then.
    let seen = [report.newestMomentMS, old?.newestMomentMS].map { $0?.addingHeld(1) } + [old?.identity?.restoredAtMS]
    let newest = seen.compactMap { $0 }.filter { $0 <= nowMS + 3_600_000 }.max()
    let identity = Identity(
      ledger: try report.ledger ?? tables.freshName(),
      incarnation: max(report.incarnation, life) + 1,
      restoredAtMS: max(nowMS, newest ?? .min)
    )
    try tables.keep(identity)
    for setting in forgotten { try tables.forget(setting: setting) }
    try tables.startEventsAnew(after: max(try tables.newestEvent(), old?.newestEvent ?? 0) + Restoration.eventGap)
    let change = Change(tables: tables, nowMS: nowMS, entropy: NoNames())
    var told: [EventDraft] = [.restored(incarnation: identity.incarnation, atMS: identity.restoredAtMS ?? nowMS)]
    var held = 0, unknown = 0
    for channel in try tables.busyChannels() {
      let work = try tables.openWork(on: channel)
      let (ended, drafts) = try change.commit(work.map { Restoration.ended($0, atMS: nowMS) }, over: work)
      held += ended.count { $0.outcome == .held }
      unknown += ended.count { $0.outcome == .unknown }
      told += drafts
    }
    let line = AuditLine(
      atMS: nowMS,
      actor: "operator",
      action: "ledger.restored",
      note: "life \(identity.incarnation); \(held) held, \(unknown) unknown"
    )
    try change.commit(telling: told, noting: line)
    return Prepared(report: report, identity: identity, held: held, unknown: unknown)
  }
}

/// What can be learned of the ledger that is replaced.
private struct Lost {
  let identity: Identity?
  let newestMomentMS: Int64?
  let newestEvent: Int64

  /// Nil where there is none, or where it cannot be read.
  init?(_ file: String) {
    guard Files.exists(file) else { return nil }
    var configuration = SQLiteLedger.configuration
    configuration.readonly = true
    let found = try? DatabaseQueue(path: file, configuration: configuration).read { db in
      let tables = Tables(db)
      return (
        identity: try db.tableExists("identity") ? try tables.identity() : nil,
        moment: try tables.newestMoment(),
        event: try tables.newestEvent()
      )
    }
    guard let found else { return nil }
    (identity, newestMomentMS, newestEvent) = (found.identity, found.moment, found.event)
  }
}

/// A restore gives no names: it records nothing new.
private struct NoNames: Entropy {
  func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
