import Coinslot
import Foundation
import GRDB
import TestKit
import Testing

@testable import LedgerSQLite

/// A backup is read whole and believed only where everything in it fits.
@Suite struct VerifyTests {
  let folders = Folders()

  /// A backup of a ledger with a little of everything.
  private func backup() async throws -> String {
    let ledger = try folders.open(folders.fresh())
    let slot = try #require(SlotID(rawValue: "charger")), device = try #require(DeviceID(rawValue: "charger-1"))
    _ = try await ledger.keep(device, title: "Charger", nowMS: 1_000)
    let work = DispatchDraft(
      channel: ChannelID(device: device, number: 0),
      command: Dispatch.Command(mode: .new, ms: 1, once: true),
      deadlineMS: 9,
      doubtMS: 9
    )
    let draft = SaleDraft(
      slot: slot,
      quote: nil,
      purchase: Purchase(ms: 1),
      price: Amount(5),
      remainder: .zero,
      work: work
    )
    for (name, decision) in [
      ("A", .sell(draft)), ("B", .hold(.late, slot: slot)), ("C", .hold(.noSlot, slot: nil)), ("D", .beforeStart),
    ] as [(String, Decision)] {
      let account = Account(chain: .nanoSim, canonical: "nano_shop")
      let payment = Payments.make(name, chain: .nanoSim, account: account, amount: Amount(5), earliestAtMS: 1_000)
      _ = try await ledger.admit(
        AdmissionRequest(
          verified: Verified(payment, isBeforeStart: false),
          nowMS: 1_000,
          session: { _ in nil },
          decide: { _, _ in decision }
        )
      )
    }
    let path = folders.fresh()
    try await ledger.backUp(to: path, nowMS: 1_000)
    #expect(try await ledger.lastBackupAtMS() == 1_000)
    return path
  }

  @Test func tellsWhatItHolds() async throws {
    let path = try await backup()
    let report = try SQLiteLedger.verifyBackup(path)
    #expect(report.version == Migration.all.count)
    #expect(report.ledger?.count == 32)
    #expect(report.incarnation == 1)
    #expect(report.restoredAtMS == nil)
    #expect(report.newestMomentMS == 1_000)
    #expect(report.payments == [.sold: 1, .held: 2, .beforeStart: 1])
    #expect(report.sales == 2 && report.dispatches == 1 && report.openDispatches == 1)
    #expect(report.devices == 1 && report.quotes == 0 && report.events == 9)
    #expect(report.bytes == Int64(try Data(contentsOf: URL(fileURLWithPath: path)).count))
  }

  @Test func changesNothingNorLeavesAnythingBeside() async throws {
    let path = try await backup()
    let folder = folders.fresh()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    // One file in each mode, with names that a URL would read otherwise.
    for (name, mode) in [("a b?c#d%20.sqlite", "DELETE"), ("wal ?#%.sqlite", "WAL")] {
      let copy = "\(folder)/\(name)"
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let queue = try DatabaseQueue(path: copy)
      try queue.inDatabase { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = \(mode)") }
      try queue.close()
      let before = try Data(contentsOf: URL(fileURLWithPath: copy))
      try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: copy)
      _ = try SQLiteLedger.verifyBackup(copy)
      #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == before)
      #expect(before[18] == (mode == "WAL" ? 2 : 1))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
  }

  @Test(arguments: [
    "UPDATE payment SET standing = 'sold' WHERE name = (SELECT name FROM payment WHERE standing = 'held' LIMIT 1)",
    "UPDATE payment SET standing = 'lost' WHERE standing = 'held'",
    "UPDATE payment SET sale = NULL WHERE standing = 'sold'",
    "UPDATE payment SET standing = 'part' WHERE standing = 'before_start'",
    "UPDATE payment SET sale = (SELECT id FROM sale LIMIT 1) WHERE standing = 'before_start'",
    "UPDATE sale SET outcome = 'refund_due' WHERE outcome IS NULL",
    "UPDATE dispatch SET state = 'settled'",
    "UPDATE dispatch SET state = 'settled', outcome = 'done'",
    "UPDATE dispatch SET number = 7",
    "DELETE FROM dispatch",
    "UPDATE moment SET newest_at_ms = 999",
    "DELETE FROM moment",
    "PRAGMA foreign_keys = OFF; DELETE FROM payment WHERE standing = 'before_start'",
    "PRAGMA foreign_keys = OFF; DELETE FROM sale",
    "UPDATE identity SET ledger = x'00'",
    "PRAGMA application_id = 7",
    "PRAGMA user_version = 0",
  ]) func noticesWhatDoesNotFit(_ sql: String) async throws {
    let path = try await backup()
    let queue = try DatabaseQueue(path: path)
    // STRICT tables take no bytes for a text; such damage stays out by itself.
    let isChanged = (try? queue.inDatabase { try $0.execute(sql: sql) }) != nil
    try queue.close()
    guard isChanged else {
      _ = try SQLiteLedger.verifyBackup(path)
      return
    }
    let error = #expect(throws: BackupDamaged.self) { try SQLiteLedger.verifyBackup(path) }
    #expect(error?.trouble.isEmpty == false)
    let folder = folders.fresh()
    #expect(throws: BackupDamaged.self) { try SQLiteLedger.restore(backup: path, into: folder, nowMS: 1) }
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func noticesASumThatIsOff() async throws {
    let folder = try folders.version1 { db in
      try Version1.insertQuote(db, "quo_1", client: "bob", state: "expired", received: 30)
      try Version1.insertPayment(db, "A", 29, standing: "part", sale: nil, quote: "quo_1")
      try Tables(db).note(moment: Version1.atMS)
    }
    let error = #expect(throws: BackupDamaged.self) {
      try SQLiteLedger.verifyBackup("\(folder)/\(SQLiteLedger.fileName)")
    }
    #expect(error?.description.contains("quo_1") == true)
  }

  @Test func refusesANewerVersionAndOneInUse() async throws {
    let path = try await backup()
    let queue = try DatabaseQueue(path: path)
    try queue.inDatabase { try $0.execute(sql: "PRAGMA user_version = 99") }
    try queue.close()
    #expect(throws: LedgerError.tooNew(found: 99, known: Migration.all.count, restore: nil)) {
      try SQLiteLedger.verifyBackup(path)
    }
    let folder = folders.fresh()
    let ledger = try folders.open(folder)
    try await ledger.keep(setting: "a", "b")
    let error = #expect(throws: BackupDamaged.self) { try SQLiteLedger.verifyBackup("\(folder)/ledger.sqlite") }
    #expect(error?.description.contains("in use") == true)
    try await ledger.close()
    _ = try SQLiteLedger.verifyBackup("\(folder)/ledger.sqlite")
  }

  @Test(arguments: [1, 40, 100, 5_000]) func refusesAFileThatWasCut(_ length: Int) async throws {
    let path = try await backup()
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    try data.prefix(length).write(to: URL(fileURLWithPath: path))
    #expect(throws: BackupDamaged.self) { try SQLiteLedger.verifyBackup(path) }
  }
}
