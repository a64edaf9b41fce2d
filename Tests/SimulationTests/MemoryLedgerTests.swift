import Coinslot
import TestKit
import Testing

@Suite("The ledger in memory")
struct MemoryLedgerTests {
  static let suite = LedgerConformance(
    make: { MemoryLedger(MemoryDisk(), entropy: TestEntropy(seed: 1)) },
    reopen: { ledger in
      guard let ledger = ledger as? MemoryLedger else { throw Foreign() }
      return MemoryLedger(ledger.disk, entropy: TestEntropy(seed: UInt64(ledger.disk.committed.keptEvents.count) + 2))
    },
    restore: { ledger in
      guard let ledger = ledger as? MemoryLedger else { throw Foreign() }
      try await ledger.backUp(to: "copy")
      guard let copy = ledger.disk.copy(named: "copy") else { throw Foreign() }
      return MemoryLedger(
        MemoryDisk(copy.restored(atMS: LedgerConformance.restoredAtMS)),
        entropy: TestEntropy(seed: 99)
      )
    }
  )

  @Test("keeps every promise of a ledger", arguments: LedgerConformance.cases)
  func conforms(_ promise: LedgerConformance.Case) async throws { try await promise.run(Self.suite) }

  @Test("a call that fails before its commit changes nothing")
  func failsBefore() async throws {
    let disk = MemoryDisk()
    let ledger = MemoryLedger(
      disk,
      entropy: TestEntropy(),
      hooks: MemoryLedgerHooks(before: { _, isChange in if isChange { throw Foreign() } })
    )
    await #expect(throws: Foreign.self) { () async throws -> Void in
      try await ledger.note(EventDraft(type: "test", data: "{}"), nowMS: 1)
    }
    #expect(disk.committed.keptEvents.isEmpty)
    #expect(try await ledger.newestEvent() == 0)
  }

  @Test("a caller that dies after its commit leaves it behind")
  func diesAfter() async throws {
    let disk = MemoryDisk()
    let ledger = MemoryLedger(
      disk,
      entropy: TestEntropy(),
      hooks: MemoryLedgerHooks(after: { _, isChange in if isChange { throw Foreign() } })
    )
    await #expect(throws: Foreign.self) { () async throws -> Void in
      try await ledger.note(EventDraft(type: "test", data: "{}"), nowMS: 1)
    }
    #expect(disk.committed.keptEvents.count == 1)
  }

  private struct Foreign: Error {}
}
