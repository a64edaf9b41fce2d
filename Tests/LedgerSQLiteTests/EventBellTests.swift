import Coinslot
import TestKit
import Testing

@testable import LedgerSQLite

/// The bell wakes those who read events, and nobody for nothing.
@Suite struct EventBellTests {
  let folders = Folders()

  @Test func ringsAfterCommitsThatAppendedEvents() async throws {
    let bell = Bell()
    let ledger = try folders.open(folders.fresh(), bell: bell)
    #expect(bell.rings == 0)
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 1)
    #expect(bell.rings == 1)
    try await ledger.keep(setting: "a", "b")
    _ = try await ledger.trimEvents(keeping: 0)
    #expect(bell.rings == 1)
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 1)
    #expect(bell.rings == 2)
  }

  @Test func doesNotRingForWhatFailed() async throws {
    struct Failure: Error {}
    let bell = Bell()
    let ledger = try folders.open(folders.fresh(), bell: bell)
    await #expect(throws: Failure.self) {
      try await ledger.change(at: 1) { change in
        try change.commit(telling: [EventDraft(type: "test.note", data: "{}")])
        throw Failure()
      }
    }
    #expect(bell.rings == 0)
  }

  @Test func doesNotRingForEventsOfTheLifeBefore() async throws {
    let folder = folders.fresh()
    let ledger = try folders.open(folder)
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 1)
    try await ledger.close()
    let bell = Bell()
    let again = try folders.open(folder, bell: bell)
    try await again.keep(setting: "a", "b")
    #expect(bell.rings == 0)
  }

  @Test func wakesWhoWaits() async throws {
    let bell = Bell()
    let ledger = try folders.open(folders.fresh(), bell: bell)
    async let woken: Void = bell.wait(past: 0)
    try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: 1)
    await woken
    #expect(try await ledger.newestEvent() == 1)
  }
}
