import Coinslot
import Foundation
import LedgerSQLite
import Logging

@testable import Server

/// A folder that goes when the test ends.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = NSTemporaryDirectory() + "coinslot-house-\(UUID().uuidString.prefix(8))"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try await body(folder)
}

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
