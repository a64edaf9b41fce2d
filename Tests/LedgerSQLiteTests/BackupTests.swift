import Coinslot
import Foundation
import TestKit
import Testing

@testable import LedgerSQLite

/// A backup is one private file that was checked before it got its name.
@Suite struct BackupTests {
  let folders = Folders()

  @Test func isOnePrivateFile() async throws {
    let ledger = try folders.open(folders.fresh())
    try await ledger.keep(setting: "a", "b")
    let folder = folders.fresh()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try await ledger.backUp(to: "\(folder)/copy")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["copy"])
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/copy")[.posixPermissions] as? Int
    #expect(mode == 0o600)
    // Whoever opens the copy writes its header again, so it no longer says WAL.
    let header = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/copy")).prefix(20)
    #expect(header[18] == 1 && header[19] == 1)
  }

  @Test func neverReplacesAFile() async throws {
    let ledger = try folders.open(folders.fresh())
    let path = folders.fresh()
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    await #expect(throws: LedgerError.notWritable("\(path) exists; choose a name that is free")) {
      try await ledger.backUp(to: path)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("precious".utf8))
    let link = folders.fresh()
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/nowhere/at/all")
    await #expect(throws: LedgerError.self) { try await ledger.backUp(to: link) }
  }

  @Test func saysWhereItCannotWrite() async throws {
    let ledger = try folders.open(folders.fresh())
    let path = "\(folders.fresh())/copy"
    let error = await #expect(throws: LedgerError.self) { try await ledger.backUp(to: path) }
    guard case .notWritable(let why) = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(why.contains(path))
  }

  @Test func replacesWhatAnInterruptedOneLeft() async throws {
    let ledger = try folders.open(folders.fresh())
    try await ledger.keep(setting: "a", "b")
    let folder = folders.fresh()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let path = "\(folder)/\(SQLiteLedger.fileName)"
    try Data("half a copy".utf8).write(to: URL(fileURLWithPath: "\(path).partial"))
    try await ledger.backUp(to: path)
    let restored = folders.fresh()
    _ = try SQLiteLedger.restore(backup: path, into: restored, nowMS: 1)
    #expect(try await folders.open(restored).setting("a") == "b")
  }

  @Test func refusesToNameADamagedCopy() async throws {
    let folder = folders.fresh()
    let ledger = try folders.open(folder, checkpointPages: 0)
    for number in 0..<400 {
      try await ledger.keep(setting: "setting-\(number)", String(repeating: "x", count: 100))
    }
    try await ledger.close()
    // A page of the table of settings goes bad on the disk.
    let file = URL(fileURLWithPath: "\(folder)/\(SQLiteLedger.fileName)")
    var data = try Data(contentsOf: file)
    let place = try #require(data.range(of: Data("setting-200".utf8)))
    let page = place.lowerBound / 4_096 * 4_096
    data.replaceSubrange(page..<page + 64, with: Data(repeating: 0xEE, count: 64))
    try data.write(to: file)
    let damaged = try folders.open(folder)
    let copy = folders.fresh()
    await #expect(throws: BackupDamaged.self) { try await damaged.backUp(to: copy) }
    #expect(!FileManager.default.fileExists(atPath: copy))
    #expect(!FileManager.default.fileExists(atPath: "\(copy).partial"))
  }
}
