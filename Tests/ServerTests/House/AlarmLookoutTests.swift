import Coinslot
import Engine
import LedgerSQLite
import Primitives
import TestKit
import Testing

@testable import Server

@Suite("Alarm lookout") struct AlarmLookoutTests {
  private func withLookout(
    _ sights: AlarmLookout.Sights = AlarmLookout.Sights(),
    _ body: @escaping @Sendable (AlarmLookout, SQLiteLedger, TestClock) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      try await withLedger(in: folder) { ledger in
        let clock = TestClock()
        try await body(AlarmLookout(ledger: ledger, clock: clock, sights: sights), ledger, clock)
      }
    }
  }

  @Test func aQuietHouseHasNoAlarm() async throws {
    try await withLookout { lookout, ledger, _ in
      var book = AlarmBook()
      let facts = await lookout.facts()
      #expect(facts.ledgerTrouble == nil && facts.ledgerSinceMS == nil)
      #expect(book.look(facts).filter { $0.word != .test }.isEmpty)
    }
  }

  @Test func aContradictionIsSeenForADay() async throws {
    try await withLookout { lookout, ledger, clock in
      try await ledger.note(EventDraft(type: "payment.contradiction") { $0.member("id", "pay_1") }, nowMS: clock.nowMS)
      try await ledger.note(EventDraft(type: "payment.held") { $0.member("id", "pay_2") }, nowMS: clock.nowMS)
      #expect(await lookout.facts().contradictions == ["pay_1"])
      #expect(await lookout.facts().contradictions == ["pay_1"])
      clock.advance(86_400_001)
      #expect(await lookout.facts().contradictions == [])
    }
  }

  @Test func machinesThatNothingIsSoldOnMayBeAway() async throws {
    let lamp = try #require(DeviceID(rawValue: "lamp")), spare = try #require(DeviceID(rawValue: "spare"))
    var sights = AlarmLookout.Sights()
    sights.machines = { [lamp] }
    sights.isOnline = { _ in false }
    try await withLookout(sights) { lookout, ledger, clock in
      for device in [lamp, spare] { _ = try await ledger.keep(device, title: "x", nowMS: clock.nowMS) }
      let first = clock.nowMS
      #expect(await lookout.facts().away == ["lamp": first], "one that never came is away since the first look")
      clock.advance(1_000)
      #expect(await lookout.facts().away == ["lamp": first])
      let seen = first + 500
      _ = try await ledger.change(lamp, nowMS: clock.nowMS) { $0.lastSeenMS = seen }
      #expect(await lookout.facts().away == ["lamp": seen])
      _ = try await ledger.change(lamp, nowMS: clock.nowMS) { $0.standing = .quarantined }
      let facts = await lookout.facts()
      #expect(facts.away == [:] && facts.quarantined == ["lamp"])
    }
  }

  @Test func obstaclesAndSourcesAreSeen() async throws {
    var sights = AlarmLookout.Sights()
    sights.sources = { [.nanoSim: "no answer", .nanoLive: nil] }
    sights.obstacles[.disk] = "full"
    sights.obstacles[.source(.nanoLive)] = "another node"
    sights.certificateEndsMS = { 5 }
    try await withLookout(sights) { lookout, _, _ in
      let facts = await lookout.facts()
      #expect(facts.diskTrouble == "full" && facts.clockTrouble == nil && facts.certificateEndsMS == 5)
      #expect(facts.sources == ["nano:sim": "no answer", "nano:live": "another node"])
    }
  }

  @Test func workThatIsOverdueIsSeen() async throws {
    try await withLookout { lookout, ledger, clock in
      let lamp = try #require(DeviceID(rawValue: "lamp"))
      _ = try await ledger.keep(lamp, title: "x", nowMS: clock.nowMS)
      let draft = DispatchDraft(
        channel: ChannelID(device: lamp, number: 0),
        command: Dispatch.Command(mode: .new, ms: 1_000, once: true),
        deadlineMS: clock.nowMS + 60_000,
        doubtMS: 1_000
      )
      #expect(await lookout.facts().overdueSinceMS == nil)
      _ = try await ledger.add(draft, nowMS: clock.nowMS)
      #expect(await lookout.facts().overdueSinceMS == nil, "it still has time")
      clock.advance(60_001)
      #expect(await lookout.facts().overdueSinceMS == clock.nowMS - 1)
    }
  }

  @Test func aLedgerThatIsClosedIsTrouble() async throws {
    try await withFolder { folder in
      let ledger = try SQLiteLedger(folder: folder, entropy: LiveEntropy())
      let lookout = AlarmLookout(ledger: ledger, clock: TestClock(), sights: AlarmLookout.Sights())
      #expect(await lookout.facts().ledgerTrouble == nil)
      try await ledger.close()
      #expect(await lookout.facts().ledgerTrouble != nil)
    }
  }
}
