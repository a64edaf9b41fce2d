import Coinslot
import LedgerSQLite
import Logging

@testable import Server

/// A real ledger in a folder, closed at the end.
func withLedger<Result>(in folder: String, _ body: (SQLiteLedger) async throws -> Result) async throws -> Result {
  let ledger = try SQLiteLedger(folder: folder, entropy: LiveEntropy())
  let result: Result
  do { result = try await body(ledger) } catch {
    try? await ledger.close()
    throw error
  }
  try await ledger.close()
  return result
}

/// Nobody reads it.
let quietLog = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
