import Coinslot
import Foundation
import GRDB
import Logging
import Synchronization
import TestKit
import Testing

@testable import LedgerSQLite

/// Data folders of one test, removed with it.
final class Folders: Sendable {
  private let root = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)").path
  private let count = Mutex(0)

  init() { try? FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// A path where nothing is.
  func fresh() -> String {
    let number = count.withLock { count in
      count += 1
      return count
    }
    return "\(root)/\(number)"
  }

  /// A ledger in a folder.
  func open(_ folder: String, bell: Bell? = nil, checkpointPages: Int = 1_000) throws -> SQLiteLedger {
    try SQLiteLedger(folder: folder, entropy: Chance(), bell: bell, checkpointPages: checkpointPages)
  }

  /// A copy of a ledger's files as they lie on the disk now.
  ///
  /// It is what a power cut leaves as long as SQLite moves nothing from its log to the file meanwhile, so the ledger
  /// must have been opened without checkpoints.
  func image(of folder: String) throws -> String {
    let copy = fresh()
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    for name in [SQLiteLedger.fileName, "\(SQLiteLedger.fileName)-wal", "incarnation"]
    where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy)/\(name)")
    }
    return copy
  }

  /// A ledger restored from a backup of another.
  @Sendable func restore(_ ledger: any Ledger) async throws -> any Ledger {
    let backup = fresh(), folder = fresh()
    try await ledger.backUp(to: backup, nowMS: LedgerConformance.restoredAtMS - 1)
    _ = try SQLiteLedger.restore(backup: backup, into: folder, nowMS: LedgerConformance.restoredAtMS)
    return try open(folder)
  }

  /// The folder of a ledger as version 1 left it, holding what `fill` puts there.
  func version1(_ fill: (Database) throws -> Void = { _ in }) throws -> String {
    let folder = fresh()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let pool = try DatabasePool(path: "\(folder)/\(SQLiteLedger.fileName)")
    try Migration.apply([.first], in: pool, from: 0, logger: Logger(label: "test"))
    try pool.write(fill)
    try pool.close()
    return folder
  }
}

/// Bytes by chance; tests need no better.
struct Chance: Entropy {
  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
}
