import Coinslot
import Foundation
import Logging
import TestKit
import Testing

@testable import LedgerSQLite

/// Tables move from version to version, each step whole, with a copy of the ledger as it was.
@Suite struct MigrationTests {
  let folders = Folders()

  private func open(_ folder: String, _ migrations: [Migration]) throws -> SQLiteLedger {
    try SQLiteLedger(
      folder: folder,
      entropy: Chance(),
      bell: nil,
      logger: Logger(label: "test"),
      checkpointPages: 1_000,
      migrations: migrations
    )
  }

  private static let second = Migration { try Tables($0).keep(setting: "second", "done") }

  @Test func runsEachStepOnce() async throws {
    let folder = folders.fresh()
    for _ in 0..<2 {
      let ledger = try open(folder, [.first])
      #expect(try await ledger.setting("second") == nil)
      try await ledger.close()
    }
    let ledger = try open(folder, [.first, Self.second])
    #expect(try await ledger.setting("second") == "done")
    try await ledger.keep(setting: "second", "not again")
    try await ledger.close()
    let again = try open(folder, [.first, Self.second])
    #expect(try await again.setting("second") == "not again")
    try await again.close()
    #expect(throws: LedgerError.tooNew(found: 2, known: 1)) { try open(folder, [.first]) }
  }

  @Test func keepsACopyThatTheOlderVersionOpens() async throws {
    let folder = folders.fresh()
    let ledger = try open(folder, [.first])
    try await ledger.keep(setting: "a", "b")
    try await ledger.close()
    try await open(folder, [.first, Self.second]).close()
    let old = folders.fresh()
    try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: false)
    try FileManager.default.moveItem(
      atPath: "\(folder)/\(SQLiteLedger.fileName).v1",
      toPath: "\(old)/\(SQLiteLedger.fileName)"
    )
    let restored = try open(old, [.first])
    #expect(try await restored.setting("a") == "b")
    #expect(try await restored.setting("second") == nil)
  }

  @Test func makesNoCopyOfAFreshLedger() async throws {
    let folder = folders.fresh()
    try await open(folder, [.first, Self.second]).close()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.filter { $0.contains(".v") } == [])
  }

  @Test func aStepThatFailsLeavesTheVersionBefore() async throws {
    struct Failure: Error {}
    let folder = folders.fresh()
    try await open(folder, [.first]).close()
    let broken = Migration { db in
      try Tables(db).keep(setting: "second", "half")
      throw Failure()
    }
    #expect(throws: Failure.self) { try open(folder, [.first, broken]) }
    let ledger = try open(folder, [.first])
    #expect(try await ledger.setting("second") == nil)
    try await ledger.close()
    // The next attempt finds the copy that is there already and goes on.
    #expect(try await open(folder, [.first, Self.second]).setting("second") == "done")
  }
}
