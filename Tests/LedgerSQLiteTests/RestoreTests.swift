import Coinslot
import Foundation
import GRDB
import TestKit
import Testing

@testable import LedgerSQLite

/// A restore begins a new life of the ledger, and may be cut off anywhere.
@Suite struct RestoreTests {
  let folders = Folders()
  struct Cut: Error {}

  /// A folder with a ledger that knows more than its backup.
  private func folderAndBackup() async throws -> (folder: String, backup: String) {
    let folder = folders.fresh(), backup = folders.fresh()
    let ledger = try folders.open(folder)
    try await ledger.keep(setting: "state", "backed up")
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 1_000)
    try await ledger.backUp(to: backup, nowMS: 1_000)
    try await ledger.keep(setting: "state", "newer")
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 9_000)
    try await ledger.close()
    return (folder, backup)
  }

  /// What a ledger that no server works with holds.
  private func stored(_ file: String) throws -> String? {
    try DatabaseQueue(path: file).read { try Tables($0).setting("state") }
  }

  @Test func putsTheBackupInPlaceAndKeepsWhatItReplaced() async throws {
    let (folder, backup) = try await folderAndBackup()
    let before = try Data(contentsOf: URL(fileURLWithPath: backup))
    let report = try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 5_000)
    #expect(report.incarnation == 2)
    // Later than anything the replaced ledger shows, though the clock says otherwise.
    #expect(report.restoredAtMS == 9_001)
    #expect(report.replacedNewestMomentMS == 9_000)
    #expect(report.backup.incarnation == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: backup)) == before)
    let ledger = try folders.open(folder)
    #expect(try await ledger.setting("state") == "backed up")
    #expect(try await ledger.restoredAtMS() == 9_001)
    #expect(try await ledger.newestEvent() > 1_000_002)
    try await ledger.close()
    // One may change one's mind: the replaced ledger is a backup like any other.
    let replaced = try #require(report.replaced)
    #expect(replaced == "\(folder)/ledger.sqlite.replaced-5000")
    let back = try SQLiteLedger.restore(backup: replaced, into: folder, nowMS: 6_000)
    #expect(back.incarnation == 3)
    let again = try folders.open(folder)
    #expect(try await again.setting("state") == "newer")
  }

  @Test func keepsTheLogOfALedgerThatWasCutOff() async throws {
    let (_, backup) = try await folderAndBackup()
    let other = folders.fresh()
    let ledger = try folders.open(other, checkpointPages: 0)
    try await ledger.keep(setting: "state", "only in the log")
    let image = try folders.image(of: other)
    let report = try SQLiteLedger.restore(backup: backup, into: image, nowMS: 5_000)
    let replaced = try #require(report.replaced)
    #expect(FileManager.default.fileExists(atPath: "\(replaced)-wal"))
    #expect(!FileManager.default.fileExists(atPath: "\(image)/ledger.sqlite-wal"))
    let state = try stored(replaced)
    #expect(state == "only in the log")
    #expect(try await folders.open(image).setting("state") == "backed up")
  }

  @Test(arguments: Restore.Step.allCases) func forgetsNothingOfALedgerThatWasCutOff(_ step: Restore.Step) async throws {
    let (_, backup) = try await folderAndBackup()
    let other = folders.fresh()
    let ledger = try folders.open(other, checkpointPages: 0)
    try await ledger.keep(setting: "state", "only in the log")
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 99_000)
    let image = try folders.image(of: other)
    var restore = Restore(backup: backup, folder: image, nowMS: 5_000)
    restore.before = { if $0 == step { throw Cut() } }
    #expect(throws: Cut.self) { try restore.run() }
    let report = try SQLiteLedger.restore(backup: backup, into: image, nowMS: 6_000)
    // Whatever was moved where, its newest moment still counts, and so do its rows.
    #expect(report.restoredAtMS == 99_001)
    let names = try FileManager.default.contentsOfDirectory(atPath: image)
    let kept = names.filter { $0.contains(".replaced-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
    let states = try kept.map { try stored("\(image)/\($0)") }
    #expect(states.contains("only in the log"))
  }

  @Test(arguments: Restore.Step.allCases) func mayBeCutOffAnywhere(_ step: Restore.Step) async throws {
    let (folder, backup) = try await folderAndBackup()
    var restore = Restore(backup: backup, folder: folder, nowMS: 5_000)
    restore.before = { if $0 == step { throw Cut() } }
    #expect(throws: Cut.self) { try restore.run() }
    // A server that starts now serves the old ledger or the restored one whole, or nothing.
    let served = try? folders.open(folder)
    let state = try await served?.setting("state")
    switch step {
    case .prepare, .announce: #expect(state == "newer")
    case .moveLog, .moveLedger, .place: #expect(served == nil)
    case .confirm: #expect(state == "backed up")
    }
    if served == nil {
      let error = #expect(throws: LedgerError.self) { try folders.open(folder) }
      guard case .foreign(let why) = error else { return #expect(Bool(false), "\(String(describing: error))") }
      #expect(why.contains("coinslot restore"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/ledger.sqlite") || step != .place)
    }
    try await served?.close()
    // Repeating it is safe, and loses nothing of the ledger that was there first.
    let report = try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 6_000)
    #expect(report.incarnation >= 2)
    let ledger = try folders.open(folder)
    #expect(try await ledger.setting("state") == "backed up")
    #expect(try await ledger.restoredAtMS() != nil)
    try await ledger.close()
    try await folders.open(folder).close()
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".replaced-") }
    let states = try kept.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.map { name in
      try stored("\(folder)/\(name)")
    }
    #expect(states.contains("newer"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/ledger.sqlite.restoring"))
  }

  @Test func beginsInAnEmptyFolder() async throws {
    let (_, backup) = try await folderAndBackup()
    let folder = folders.fresh()
    let report = try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 5_000)
    #expect(report.replaced == nil)
    #expect(report.incarnation == 2)
    #expect(report.restoredAtMS == 5_000)
    #expect(try await folders.open(folder).setting("state") == "backed up")
  }

  @Test func risesAboveEveryLifeThereWas() async throws {
    let (folder, backup) = try await folderAndBackup()
    for life in 2...4 {
      #expect(try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 5_000).incarnation == Int64(life))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".replaced-") }
    #expect(names.count == 3)
  }

  @Test func refusesWhileAServerWorks() async throws {
    let (folder, backup) = try await folderAndBackup()
    let ledger = try folders.open(folder)
    let error = #expect(throws: LedgerError.self) {
      try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 5_000)
    }
    guard case .inUse = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(try await ledger.setting("state") == "newer")
  }

  @Test func refusesADamagedBackupAndChangesNothing() async throws {
    let (folder, backup) = try await folderAndBackup()
    try Data("no ledger at all".utf8).write(to: URL(fileURLWithPath: backup))
    #expect(throws: BackupDamaged.self) { try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 5_000) }
    #expect(throws: LedgerError.notWritable("\(backup)x is not there")) {
      try SQLiteLedger.restore(backup: "\(backup)x", into: folder, nowMS: 5_000)
    }
    #expect(try await folders.open(folder).setting("state") == "newer")
  }

  @Test func aDamagedLedgerOrWitnessIsNoObstacle() async throws {
    let (folder, backup) = try await folderAndBackup()
    try Data("burnt".utf8).write(to: URL(fileURLWithPath: "\(folder)/ledger.sqlite"))
    try Data("burnt".utf8).write(to: URL(fileURLWithPath: "\(folder)/incarnation"))
    let report = try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 5_000)
    #expect(report.replacedNewestMomentMS == nil)
    let ledger = try folders.open(folder)
    #expect(try await ledger.setting("state") == "backed up")
    #expect(try Data(contentsOf: URL(fileURLWithPath: try #require(report.replaced))) == Data("burnt".utf8))
  }

  @Test func takesAVersionOneBackup() async throws {
    let old = try folders.version1 { db in
      try Version1.insertPayment(db, "A", standing: "before_start", sale: nil)
      try Tables(db).note(moment: Version1.atMS)
    }
    let folder = folders.fresh()
    let report = try SQLiteLedger.restore(
      backup: "\(old)/\(SQLiteLedger.fileName)",
      into: folder,
      nowMS: Version1.atMS + 9
    )
    #expect(report.backup.version == 1)
    #expect(report.incarnation == 1)
    let ledger = try folders.open(folder)
    #expect(try await ledger.payments(Page(), account: nil).data.count == 1)
    #expect(try await ledger.restoredAtMS() == Version1.atMS + 9)
  }
}
