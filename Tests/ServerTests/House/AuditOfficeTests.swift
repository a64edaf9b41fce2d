import Coinslot
import LedgerSQLite
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Server

@Suite("Audit office") struct AuditOfficeTests {
  /// 2027-01-15 08:00 UTC.
  private static let morning: Int64 = 1_800_000_000_000
  private static let good = AuditFinding(isExplained: true, isComplete: true, words: [:], json: .null)
  private static let bad = AuditFinding(isExplained: false, isComplete: true, words: ["nano_a": "off"], json: .null)
  private static let away = AuditFinding(isExplained: false, isComplete: false, words: [:], json: .null)

  /// What the next audit finds, and how many there were.
  private final class Found: Sendable {
    private let next: Mutex<AuditFinding>
    private let made = Mutex(0)
    init(_ finding: AuditFinding) { next = Mutex(finding) }
    var count: Int { made.withLock { $0 } }
    func set(_ finding: AuditFinding) { next.withLock { $0 = finding } }
    func take() -> AuditFinding {
      made.withLock { $0 += 1 }
      return next.withLock { $0 }
    }
  }

  private func office(_ ledger: any Ledger, _ clock: TestClock, _ found: Found) -> AuditOffice {
    AuditOffice(zone: "UTC", ledger: ledger, clock: clock, log: quietLog) { found.take() }
  }

  @Test func onceANightAtThreeAndNotRightAfterAStart() async throws {
    try await withFolder { folder async throws in
      try await withLedger(in: folder) { ledger async throws in
        let clock = TestClock(Self.morning), found = Found(Self.good)
        let office = office(ledger, clock, found)
        #expect(try await office.lookOnce() == nil, "what came meanwhile is still being read")
        clock.advance(AuditOffice.settleMS)
        #expect(try await office.lookOnce() != nil)
        #expect(try await office.lookOnce() == nil)
        clock.advance(18 * 3_600_000)
        #expect(try await office.lookOnce() == nil, "it is ten past two")
        clock.advance(50 * 60_000)
        #expect(try await office.lookOnce() != nil, "it is three")
        #expect(found.count == 2)
      }
    }
  }

  @Test func whatIsOffIsToldUntilItIsRight() async throws {
    try await withFolder { folder async throws in
      try await withLedger(in: folder) { ledger async throws in
        let clock = TestClock(Self.morning), found = Found(Self.bad)
        let first = office(ledger, clock, found)
        #expect(await first.sums() == [:])
        _ = await first.make()
        #expect(await first.sums() == ["nano_a": "off"])
        // After a restart too, and through an audit that could not look.
        let second = office(ledger, clock, found)
        #expect(await second.sums() == ["nano_a": "off"])
        found.set(Self.away)
        _ = await second.make()
        #expect(await second.sums() == ["nano_a": "off"])
        found.set(Self.good)
        _ = await second.make()
        #expect(await second.sums() == [:])
        #expect(await office(ledger, clock, found).sums() == [:])
      }
    }
  }

  @Test func aNightThatCouldNotLookIsTriedAgain() async throws {
    try await withFolder { folder async throws in
      try await withLedger(in: folder) { ledger async throws in
        let clock = TestClock(Self.morning), found = Found(Self.away)
        let office = office(ledger, clock, found)
        clock.advance(AuditOffice.settleMS)
        #expect(try await office.lookOnce()?.isComplete == false)
        #expect(try await office.lookOnce() == nil)
        found.set(Self.good)
        clock.advance(AuditOffice.repeatMS)
        #expect(try await office.lookOnce()?.isComplete == true)
      }
    }
  }
}
