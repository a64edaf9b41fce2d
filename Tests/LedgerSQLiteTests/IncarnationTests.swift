import Coinslot
import Foundation
import TestKit
import Testing

@testable import LedgerSQLite

/// A ledger that came into its folder by any other way than a restore does not serve.
@Suite struct IncarnationTests {
  let folders = Folders()
  private let name = String(repeating: "a", count: 32)
  private let other = String(repeating: "b", count: 32)

  private func expectForeign(_ folder: String, _ place: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: LedgerError.self, sourceLocation: place) { try folders.open(folder) }
    guard case .foreign(let why) = error else {
      Issue.record("\(String(describing: error))", sourceLocation: place)
      return
    }
    #expect(why.contains("coinslot restore FILE") && why.contains(folder), sourceLocation: place)
  }

  @Test func aFreshLedgerAndItsFolderAgree() async throws {
    let folder = folders.fresh()
    try await folders.open(folder).close()
    let witness = try #require(try Incarnation.read(folder))
    #expect(witness.number == 1)
    #expect(witness.state == .kept)
    try await folders.open(folder).close()
    #expect(try Incarnation.read(folder) == witness)
  }

  @Test func refusesAnOldCopyPutInPlaceByHand() async throws {
    let folder = folders.fresh(), backup = folders.fresh()
    let ledger = try folders.open(folder)
    try await ledger.backUp(to: backup)
    try await ledger.close()
    _ = try SQLiteLedger.restore(backup: backup, into: folder, nowMS: 1)
    try await folders.open(folder).close()
    try FileManager.default.removeItem(atPath: "\(folder)/ledger.sqlite")
    try FileManager.default.copyItem(atPath: backup, toPath: "\(folder)/ledger.sqlite")
    expectForeign(folder)
  }

  @Test func refusesACopyInAnEmptyFolder() async throws {
    let folder = folders.fresh(), backup = folders.fresh(), empty = folders.fresh()
    try await folders.open(folder).backUp(to: backup)
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: backup, toPath: "\(empty)/ledger.sqlite")
    expectForeign(empty)
    _ = try SQLiteLedger.restore(backup: "\(empty)/ledger.sqlite", into: empty, nowMS: 1)
    _ = try folders.open(empty)
  }

  @Test func refusesAVersionOneCopyWhereANewerLedgerWorked() async throws {
    let folder = folders.fresh()
    try await folders.open(folder).close()
    let old = try folders.version1()
    try FileManager.default.removeItem(atPath: "\(folder)/ledger.sqlite")
    try FileManager.default.copyItem(atPath: "\(old)/ledger.sqlite", toPath: "\(folder)/ledger.sqlite")
    expectForeign(folder)
  }

  @Test func doesNotMakeALedgerThatIsGoneAnew() async throws {
    let folder = folders.fresh()
    try await folders.open(folder).close()
    try FileManager.default.removeItem(atPath: "\(folder)/ledger.sqlite")
    expectForeign(folder)
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/ledger.sqlite"))
  }

  @Test(arguments: [
    "", "\n", "x 1 kept\n", "\(String(repeating: "a", count: 32)) 0 kept\n",
    "\(String(repeating: "a", count: 32)) 1 kept", "\(String(repeating: "a", count: 32)) 1 lost\n",
    "\(String(repeating: "a", count: 32)) 1 restoring\n", "\(String(repeating: "a", count: 32)) 1 restoring ../x\n",
    String(repeating: "a", count: 600),
  ]) func refusesAWitnessThatSaysNothing(_ text: String) async throws {
    let folder = folders.fresh()
    try await folders.open(folder).close()
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/incarnation"))
    #expect(throws: LedgerError.self) { try folders.open(folder) }
  }

  @Test(arguments: [
    Incarnation.State.making, .kept, .restoring(replaced: "ledger.sqlite.replaced-1"),
  ]) func isReadAsItWasWritten(_ state: Incarnation.State) throws {
    let folder = folders.fresh()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let witness = Incarnation(ledger: name, number: 42, state: state)
    try witness.write(folder)
    #expect(try Incarnation.read(folder) == witness)
    try Incarnation(ledger: name, number: 43, state: .kept).write(folder)
    #expect(try Incarnation.read(folder)?.number == 43)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["incarnation"])
  }

  /// Every pair that a power cut can leave, and every pair that only a stranger's hand can.
  @Test func judgesEveryPair() throws {
    func judge(_ witness: Incarnation?, _ ledger: Identity?) -> Incarnation.Step? {
      try? Incarnation.judge(witness, ledger: ledger, folder: "data", fresh: other)
    }
    let making = Incarnation(ledger: name, number: 1, state: .making)
    let kept = Incarnation(ledger: name, number: 2, state: .kept)
    let restoring = Incarnation(ledger: name, number: 3, state: .restoring(replaced: "x"))
    func ledger(_ life: Int64, _ name: String? = nil) -> Identity {
      Identity(ledger: name ?? self.name, incarnation: life, restoredAtMS: nil)
    }
    #expect(judge(nil, nil) == .name(Incarnation(ledger: other, number: 1, state: .making)))
    #expect(judge(nil, ledger(1)) == nil)
    #expect(judge(making, nil) == .name(making))
    #expect(judge(making, ledger(1)) == .confirm(Incarnation(ledger: name, number: 1, state: .kept)))
    #expect(judge(making, ledger(2)) == nil)
    #expect(judge(making, ledger(1, other)) == nil)
    #expect(judge(kept, nil) == nil)
    #expect(judge(kept, ledger(2)) == Incarnation.Step.none)
    #expect(judge(kept, ledger(1)) == nil)
    #expect(judge(kept, ledger(3)) == nil)
    #expect(judge(kept, ledger(2, other)) == nil)
    #expect(judge(restoring, nil) == nil)
    #expect(judge(restoring, ledger(2)) == nil)
    #expect(judge(restoring, ledger(3)) == .confirm(Incarnation(ledger: name, number: 3, state: .kept)))
    #expect(judge(restoring, ledger(3, other)) == nil)
  }
}
