import Coinslot
import Foundation
import GRDB
import TestKit
import Testing

@testable import LedgerSQLite

/// Without room on the disk every call throws, nothing is half done, and with room again work goes on.
@Suite struct FullDiskTests {
  let folders = Folders()

  /// Lets the file grow by so many pages and no further.
  private func limit(_ ledger: SQLiteLedger, extra: Int) throws {
    try ledger.pool.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + extra)")
    }
  }

  private func free(_ ledger: SQLiteLedger) throws {
    try ledger.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
  }

  private func isFull(_ error: any Error) -> Bool { (error as? DatabaseError)?.resultCode == .SQLITE_FULL }

  private func admit(_ ledger: SQLiteLedger, _ number: Int) async throws -> Admission {
    let payment = Payments.make(
      "T\(number)",
      chain: .nanoSim,
      account: Account(chain: .nanoSim, canonical: "nano_shop"),
      amount: Amount(1),
      earliestAtMS: 1,
      evidence: String(repeating: "x", count: 900)
    )
    let slot = try #require(SlotID(rawValue: "charger"))
    return try await ledger.admit(
      AdmissionRequest(
        verified: Verified(payment, isBeforeStart: false),
        nowMS: 1,
        session: { _ in nil },
        decide: { _, _ in .hold(.late, slot: slot) }
      )
    )
  }

  @Test func throwsChangesNothingAndGoesOn() async throws {
    let folder = folders.fresh()
    let told = Shared<[Bool]>([])
    let ledger = try SQLiteLedger(
      folder: folder,
      entropy: Chance(),
      diskIsFull: { madeRoom in told.change { $0.append(madeRoom) } }
    )
    try limit(ledger, extra: 20)
    let outcomes = await withTaskGroup(of: (Int, Bool).self) { tasks in
      for number in 0..<300 {
        tasks.addTask {
          do {
            return (number, try await admit(ledger, number) != .duplicate)
          } catch {
            return (number, !isFull(error) && false)
          }
        }
      }
      return await tasks.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
    }
    let kept = outcomes.filter(\.value)
    #expect(kept.count < 300)
    #expect(told.value.allSatisfy { !$0 } && !told.value.isEmpty)
    // Alone it fails as in a crowd.
    var failure: (any Error)?
    for number in 1_000..<1_100 where failure == nil {
      do { _ = try await admit(ledger, number) } catch { failure = error }
    }
    #expect(failure.map(isFull) == true)
    for number in 0..<300 {
      let record = try await ledger.payment(PaymentID(chain: .nanoSim, transaction: "T\(number)"))
      #expect((record != nil) == (outcomes[number] == true), "\(number)")
    }
    try free(ledger)
    for number in 0..<300 {
      #expect((try await admit(ledger, number) == .duplicate) == (outcomes[number] == true), "\(number)")
    }
    let backup = folders.fresh()
    try await ledger.backUp(to: backup, nowMS: 1)
    let report = try SQLiteLedger.verifyBackup(backup)
    #expect(report.payments.values.reduce(0, +) == report.sales)
    #expect(report.sales >= 300)
  }

  @Test func triesOnceMoreWhereRoomCouldBeMade() async throws {
    let ledger = try folders.open(folders.fresh())
    try limit(ledger, extra: 6)
    let asked = Shared(0)
    let pool = ledger.pool
    let group = GroupCommit(
      pool,
      makeRoom: {
        asked.change { $0 += 1 }
        return (try? pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }) != nil
      },
      didCommit: { _ in }
    )
    let text = String(repeating: "x", count: 2_000)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for number in 0..<200 {
        tasks.addTask { try await group.write { db in try Tables(db).keep(setting: "\(number)", text) } }
      }
      try await tasks.waitForAll()
    }
    #expect(asked.value == 1)
    for number in 0..<200 { #expect(try await ledger.setting("\(number)") == text) }
  }

  @Test func asksForRoomOnceAndNeverForOtherTrouble() async throws {
    struct Failure: Error {}
    let ledger = try folders.open(folders.fresh())
    let asked = Shared(0)
    let group = GroupCommit(
      ledger.pool,
      makeRoom: {
        asked.change { $0 += 1 }
        return true
      },
      didCommit: { _ in }
    )
    await #expect(throws: Failure.self) { () async throws -> Void in try await group.write { _ in throw Failure() } }
    #expect(asked.value == 0)
    // There is no room after all: the second attempt is the last.
    try limit(ledger, extra: 0)
    let text = String(repeating: "x", count: 100_000)
    await #expect(throws: DatabaseError.self) { () async throws -> Void in
      try await group.write { db in try Tables(db).keep(setting: "a", text) }
    }
    #expect(asked.value == 1)
    try free(ledger)
    #expect(try await ledger.setting("a") == nil)
    try await group.write { db in try Tables(db).keep(setting: "a", text) }
    #expect(try await ledger.setting("a") == text)
  }

  @Test func releasesItsBallast() async throws {
    let folder = folders.fresh()
    let ballast = Ballast(folder: folder, bytes: 1 << 20)
    let told = Shared<[Bool]>([])
    let ledger = try SQLiteLedger(
      folder: folder,
      entropy: Chance(),
      ballast: ballast,
      diskIsFull: { madeRoom in told.change { $0.append(madeRoom) } }
    )
    try ballast.ensure()
    try limit(ledger, extra: 0)
    let text = String(repeating: "x", count: 100_000)
    // The limit is SQLite's and not the disk's, so the room does not help here; it is given all the same, once.
    for _ in 0..<2 {
      await #expect(throws: DatabaseError.self) { () async throws -> Void in
        try await ledger.keep(setting: "a", text)
      }
    }
    #expect(told.value == [true, false])
    #expect(!ballast.isHeld)
  }
}

/// The same on a disk that is really full: an empty one of a few megabytes, mounted at `COINSLOT_SMALL_DISK`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["COINSLOT_SMALL_DISK"] != nil)) struct SmallDiskTests {
  @Test func recordsFromItsBallastAndThenSaysNo() async throws {
    let disk = try #require(ProcessInfo.processInfo.environment["COINSLOT_SMALL_DISK"])
    let folder = "\(disk)/data", filler = "\(disk)/filler"
    defer { for path in [folder, filler] { try? FileManager.default.removeItem(atPath: path) } }
    try Data(count: 1 << 20).write(to: URL(fileURLWithPath: filler))
    let told = Shared<[Bool]>([])
    let folders = Folders()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let ballast = Ballast(folder: folder, bytes: 1 << 20)
    try ballast.ensure()
    let ledger = try SQLiteLedger(
      folder: folder,
      entropy: Chance(),
      ballast: ballast,
      diskIsFull: { madeRoom in told.change { $0.append(madeRoom) } },
      // As small beside this ballast as the usual log is beside the usual one.
      checkpointPages: 16
    )
    let text = String(repeating: "x", count: 3_000)
    var kept: [Int] = [], keptFromBallast = 0
    var failure: (any Error)?
    for number in 0..<5_000 where failure == nil {
      do {
        try await ledger.keep(setting: "\(number)", text)
        kept.append(number)
        if !ballast.isHeld { keptFromBallast += 1 }
      } catch {
        failure = error
      }
    }
    #expect((failure as? DatabaseError)?.resultCode == .SQLITE_FULL, "\(String(describing: failure))")
    #expect(told.value == [true, false])
    #expect(keptFromBallast > 50, "the ballast bought \(keptFromBallast) changes")
    // What is there can still be read, now and by the next server.
    for number in kept { #expect(try await ledger.setting("\(number)") == text) }
    #expect(throws: LedgerError.self) { try ballast.ensure() }
    try FileManager.default.removeItem(atPath: filler)
    try await ledger.keep(setting: "after", "x")
    try await ledger.close()
    let again = try folders.open(folder)
    for number in kept { #expect(try await again.setting("\(number)") == text) }
    #expect(try await again.setting("\(kept.count)") == nil)
    #expect(try await again.setting("after") == "x")
    try await again.close()
    _ = try SQLiteLedger.verifyBackup("\(folder)/\(SQLiteLedger.fileName)")
  }
}

/// Space in reserve is really taken.
@Suite struct BallastTests {
  let folders = Folders()

  private func folder() throws -> String {
    let folder = folders.fresh()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    return folder
  }

  @Test func takesRealBlocksAndGivesThemBack() throws {
    let ballast = Ballast(folder: try folder(), bytes: 1 << 20)
    #expect(!ballast.isHeld)
    #expect(!ballast.release())
    for _ in 0..<2 { try ballast.ensure() }
    #expect(ballast.isHeld)
    #expect(try FileManager.default.attributesOfItem(atPath: ballast.path)[.posixPermissions] as? Int == 0o600)
    #expect(ballast.release())
    #expect(!ballast.isHeld)
    #expect(!FileManager.default.fileExists(atPath: ballast.path))
  }

  @Test func aHollowFileIsNone() throws {
    let ballast = Ballast(folder: try folder(), bytes: 1 << 20)
    try Data().write(to: URL(fileURLWithPath: ballast.path))
    try #require(FileHandle(forWritingAtPath: ballast.path)).truncate(atOffset: 1 << 20)
    #expect(!ballast.isHeld)
    try ballast.ensure()
    #expect(ballast.isHeld)
  }

  @Test func saysWhereThereIsNoRoom() throws {
    let ballast = Ballast(folder: try folder(), bytes: 1 << 60)
    #expect(throws: LedgerError.self) { try ballast.ensure() }
    #expect(!FileManager.default.fileExists(atPath: ballast.path))
    #expect(throws: LedgerError.self) { try Ballast(folder: folders.fresh(), bytes: 1).ensure() }
  }
}
