import Coinslot
import LedgerSQLite
import TestKit
import Testing

/// The SQLite ledger keeps every promise of a ledger, however it was stopped.
@Suite struct ConformanceTests {
  @Test(arguments: LedgerConformance.cases) func keepsPromiseAfterClosing(_ promise: LedgerConformance.Case)
    async throws
  {
    let folders = Folders()
    try await promise.run(
      LedgerConformance(
        make: { try folders.open(folders.fresh()) },
        reopen: { ledger in
          let ledger = try #require(ledger as? SQLiteLedger)
          try await ledger.close()
          return try folders.open(ledger.folder)
        },
        restore: folders.restore
      )
    )
  }

  /// What is on disk at this moment is all that a power cut leaves.
  @Test(arguments: LedgerConformance.cases) func keepsPromiseAfterPowerCut(_ promise: LedgerConformance.Case)
    async throws
  {
    let folders = Folders()
    try await promise.run(
      LedgerConformance(
        make: { try folders.open(folders.fresh(), checkpointPages: 0) },
        reopen: { ledger in
          let ledger = try #require(ledger as? SQLiteLedger)
          return try folders.open(folders.image(of: ledger.folder), checkpointPages: 0)
        },
        restore: folders.restore
      )
    )
  }
}
