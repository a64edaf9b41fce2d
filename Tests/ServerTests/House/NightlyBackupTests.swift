import Coinslot
import Foundation
import LedgerSQLite
import TestKit
import Testing

@testable import Server

@Suite("Nightly backup") struct NightlyBackupTests {
  /// 2027-01-15 08:00 UTC.
  private static let morning: Int64 = 1_800_000_000_000

  private func nightly(_ folder: String, _ ledger: any Ledger, _ clock: TestClock, keep: Int = 14) -> NightlyBackup {
    var backups = Config.Backups(folder: "\(folder)/copies")
    backups.keep = keep
    return NightlyBackup(backups: backups, zone: "UTC", ledger: ledger, clock: clock, log: quietLog)
  }

  @Test func oneIsMadeANight() async throws {
    try await withFolder { folder in
      try await withLedger(in: "\(folder)/data") { ledger in
        let clock = TestClock(Self.morning)
        let nightly = nightly(folder, ledger, clock)
        let file = try #require(try await nightly.lookOnce())
        #expect(file == "\(folder)/copies/coinslot-20270115-080000.sqlite")
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try await nightly.lookOnce() == nil)
        clock.advance(18 * 3_600_000)
        #expect(try await nightly.lookOnce() == nil, "it is 02:00, before its time")
        clock.advance(2 * 3_600_000)
        #expect(try await nightly.lookOnce() == "\(folder)/copies/coinslot-20270116-040000.sqlite")
      }
    }
  }

  @Test func theOldestGoesAndNothingThatIsNotOurs() async throws {
    try await withFolder { folder in
      try await withLedger(in: "\(folder)/data") { ledger in
        let clock = TestClock(Self.morning)
        let nightly = nightly(folder, ledger, clock, keep: 2)
        try FileManager.default.createDirectory(atPath: "\(folder)/copies", withIntermediateDirectories: true)
        let others = [
          "a.sqlite", "coinslot-2020.sqlite", "coinslot-20200101-000000.sqlite.bak",
          "my-coinslot-20200101-000000.sqlite",
        ]
        for name in others { try Data().write(to: URL(fileURLWithPath: "\(folder)/copies/\(name)")) }
        for _ in 0..<4 {
          _ = try await nightly.lookOnce()
          clock.advance(24 * 3_600_000)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/copies")
        #expect(Set(left) == Set(others + ["coinslot-20270117-080000.sqlite", "coinslot-20270118-080000.sqlite"]))
      }
    }
  }

  @Test func aFailureRemovesNothingAndIsNoBackup() async throws {
    try await withFolder { folder in
      try await withLedger(in: "\(folder)/data") { ledger in
        try Data().write(to: URL(fileURLWithPath: "\(folder)/copies"))
        let nightly = nightly(folder, ledger, TestClock(Self.morning))
        await #expect(throws: (any Error).self) { _ = try await nightly.lookOnce() }
        #expect(try await ledger.setting(NightlyBackup.setting) == nil)
      }
    }
  }
}
