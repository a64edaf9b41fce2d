import Coinslot
import Foundation
import GRDB
import Logging
import TestKit
import Testing

@testable import LedgerSQLite

/// Tables move from version to version, each step whole, with a copy of the ledger as it was.
@Suite struct MigrationTests {
  let folders = Folders()

  private func open(_ folder: String, _ migrations: [Migration]) throws -> SQLiteLedger {
    try SQLiteLedger(
      folder: folder,
      entropy: Chance(),
      bell: nil,
      logger: Logger(label: "test"),
      checkpointPages: 1_000,
      migrations: migrations
    )
  }

  private static let next = Migration { try Tables($0).keep(setting: "next", "done") }
  private static let known = Migration.all
  private static let newer = Migration.all + [next]

  @Test func runsEachStepOnce() async throws {
    let folder = folders.fresh()
    for _ in 0..<2 {
      let ledger = try open(folder, Self.known)
      #expect(try await ledger.setting("next") == nil)
      try await ledger.close()
    }
    let ledger = try open(folder, Self.newer)
    #expect(try await ledger.setting("next") == "done")
    try await ledger.keep(setting: "next", "not again")
    try await ledger.close()
    let again = try open(folder, Self.newer)
    #expect(try await again.setting("next") == "not again")
  }

  @Test func anOlderVersionNamesTheWayBack() async throws {
    let folder = folders.fresh()
    let first = try open(folder, Self.known)
    try await first.keep(setting: "a", "b")
    try await first.close()
    try await open(folder, Self.newer).close()
    let known = Self.known.count
    let copy = "\(folder)/\(SQLiteLedger.fileName).v\(known)"
    let error = LedgerError.tooNew(
      found: known + 1,
      known: known,
      restore: "coinslot restore \(copy) --data \(folder)"
    )
    #expect(throws: error) { try open(folder, Self.known) }
    // What the command does.
    let report = try SQLiteLedger.restore(backup: copy, into: folder, nowMS: 5)
    #expect(report.incarnation == 2)
    let back = try open(folder, Self.known)
    #expect(try await back.setting("a") == "b")
    #expect(try await back.setting("next") == nil)
  }

  @Test func withoutACopyThereIsNoWayBack() async throws {
    let folder = folders.fresh()
    try await open(folder, Self.newer).close()
    #expect(throws: LedgerError.tooNew(found: Self.newer.count, known: Self.known.count, restore: nil)) {
      try open(folder, Self.known)
    }
  }

  @Test func makesNoCopyOfAFreshLedger() async throws {
    let folder = folders.fresh()
    try await open(folder, Self.newer).close()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(files.filter { $0.contains(".v") } == [])
  }

  @Test func aStepThatFailsLeavesTheVersionBefore() async throws {
    struct Failure: Error {}
    let folder = folders.fresh()
    try await open(folder, Self.known).close()
    let broken = Migration { db in
      try Tables(db).keep(setting: "next", "half")
      throw Failure()
    }
    #expect(throws: Failure.self) { try open(folder, Self.known + [broken]) }
    let ledger = try open(folder, Self.known)
    #expect(try await ledger.setting("next") == nil)
    try await ledger.keep(setting: "since", "the first attempt")
    try await ledger.close()
    // The next attempt copies anew, since the ledger went on; the copy from before is kept too.
    try await open(folder, Self.newer).close()
    let copy = "\(folder)/\(SQLiteLedger.fileName).v\(Self.known.count)"
    #expect(try SQLiteLedger.verifyBackup(copy).version == Self.known.count)
    #expect(try SQLiteLedger.verifyBackup("\(copy)-2").version == Self.known.count)
    let elsewhere = folders.fresh()
    _ = try SQLiteLedger.restore(backup: copy, into: elsewhere, nowMS: 5)
    #expect(try await folders.open(elsewhere).setting("since") == "the first attempt")
  }

  @Test func doesNotMigrateWithoutACopyThatPassesItsCheck() throws {
    // A sale whose payment knows nothing of it: SQLite sees nothing wrong, the books do.
    let folder = try folders.version1 { db in
      try Version1.insertPayment(db, "A", standing: "held", sale: nil)
      try Version1.insertSale(db, "sal_A", payment: "A", outcome: "held")
    }
    let file = "\(folder)/\(SQLiteLedger.fileName)"
    #expect(throws: BackupDamaged.self) { try folders.open(folder) }
    #expect(!FileManager.default.fileExists(atPath: "\(file).v1"))
    let version = try DatabaseQueue(path: file).read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
    #expect(version == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/incarnation"))
  }
}

/// A ledger that version 1 wrote comes over with all that it held.
@Suite struct VersionOneTests {
  let folders = Folders()

  private func fill(_ db: Database) throws {
    try Version1.insertPayment(db, "A", standing: "sold", sale: "sal_A", payer: "nano_alice")
    try Version1.insertSale(db, "sal_A", payment: "A", outcome: "done")
    try Version1.insertPayment(db, "B", standing: "before_start", sale: nil, payer: nil)
    try Version1.insertQuote(db, "quo_1", client: "bob", state: "open", received: 0)
    try Version1.insertQuote(db, "quo_2", client: "carol", state: "expired", received: 30)
    try Version1.insertPayment(db, "C", 30, standing: "part", sale: nil, quote: "quo_2")
    try db.execute(
      sql: "INSERT INTO contradiction VALUES (?, ?, 'nano:sim', 'nano_shop', 'nano_mallory', ?, '{\"m\":1}', 7)",
      arguments: ["nano:sim/A/0", Data(count: 32), Amount(1).blob]
    )
    try db.execute(
      sql: "INSERT INTO event (at_ms, type, data) VALUES (7, 'payment.contradiction', ?)",
      arguments: [#"{"id":"pay_A","payer":"nano_alice","told":{"account":"x","payer":"nano_mallory","amount":"1"}}"#]
    )
    try Tables(db).keep(setting: "a", "b")
    try Tables(db).note(moment: Version1.atMS)
  }

  @Test func keepsItsAccountsAndMovesPeopleAside() async throws {
    let folder = try folders.version1(fill)
    let ledger = try folders.open(folder)
    let record = try #require(try await ledger.payment(PaymentID(chain: .nanoSim, transaction: "A")))
    #expect(record.payment.payer == "nano_alice")
    #expect(record.payment.evidence == "{\"A\":1}")
    #expect(record.payment.amount == Amount(100))
    #expect(record.sale?.rawValue == "sal_A")
    #expect(try await ledger.payment(PaymentID(chain: .nanoSim, transaction: "B"))?.payment.payer == nil)
    #expect(try await ledger.payments(Page(), account: nil).data.count == 3)
    #expect(try await ledger.quote("quo_1")?.client == "bob")
    #expect(try await ledger.setting("a") == "b")
    let alice = try await ledger.person("nano_alice")
    #expect(alice.map(\.role) == [.payer])
    #expect(alice.first?.untilMS == Version1.atMS + PersonRecord.keptMS)
    #expect(try await ledger.person("nano_mallory").map(\.role) == [.told])
    #expect(try await ledger.person("bob").map(\.quote) == ["quo_1"])
    let event = try #require(try await ledger.events(after: 0, limit: 1)?.first)
    #expect(event.draft.data == #"{"id":"pay_A","told":{"account":"x","amount":"1"}}"#)
    // Heard again after the payer was forgotten, it is still the same payment.
    #expect(try await ledger.erase(person: "nano_alice", nowMS: Version1.atMS) == 1)
    let again = Payments.make(
      "A",
      chain: .nanoSim,
      account: Account(chain: .nanoSim, canonical: "nano_shop"),
      payer: "nano_alice",
      amount: Amount(100),
      earliestAtMS: Version1.atMS
    )
    let admission = try await ledger.admit(
      AdmissionRequest(
        verified: Verified(again, isBeforeStart: false),
        nowMS: Version1.atMS,
        session: { _ in nil },
        decide: { _, _ in .beforeStart }
      )
    )
    #expect(admission == .duplicate)
  }

  @Test func getsItsFirstLifeAndACopyOfItself() async throws {
    let folder = try folders.version1(fill)
    try await folders.open(folder).close()
    #expect(try Incarnation.read(folder)?.number == 1)
    #expect(try Incarnation.read(folder)?.state == .kept)
    let copy = try SQLiteLedger.verifyBackup("\(folder)/\(SQLiteLedger.fileName).v1")
    #expect(copy.version == 1)
    #expect(copy.incarnation == 0)
    #expect(copy.ledger == nil)
    #expect(copy.payments == [.sold: 1, .beforeStart: 1, .part: 1])
    #expect(copy.quotes == 2)
    try await folders.open(folder).close()
  }

  @Test func holdsPartsThatWaitedForEver() async throws {
    let ledger = try folders.open(try folders.version1(fill))
    #expect(try await ledger.expireQuotes(nowMS: Version1.atMS + 3 * Quote.reserveMS) == 1)
    #expect(try await ledger.quote("quo_2")?.state == .held)
    let record = try #require(try await ledger.payment(PaymentID(chain: .nanoSim, transaction: "C")))
    #expect(record.standing == .held)
    #expect(record.reason == "late")
  }
}

/// Rows as version 1 wrote them.
enum Version1 {
  static let atMS: Int64 = 1_700_000_000_000

  static func insertPayment(
    _ db: Database,
    _ name: String,
    _ units: UInt64 = 100,
    standing: String,
    sale: String?,
    quote: String? = nil,
    payer: String? = "nano_payer"
  ) throws {
    let payment = Payments.make(
      name,
      chain: .nanoSim,
      account: Account(chain: .nanoSim, canonical: "nano_shop"),
      payer: payer,
      amount: Amount(UInt128(units)),
      earliestAtMS: atMS
    )
    try db.execute(
      sql: "INSERT INTO payment VALUES (NULL, ?, ?, ?, 'nano:sim', 'nano_shop', ?, ?, ?, ?, ?, NULL, ?, ?, ?)",
      arguments: [
        payment.id.description, "pay_\(name)", Data(payment.digest), payer, payment.amount.blob, atMS,
        "{\"\(name)\":1}", standing, atMS, quote, sale,
      ]
    )
  }

  static func insertSale(_ db: Database, _ id: String, payment: String, outcome: String?) throws {
    try db.execute(
      sql: "INSERT INTO sale VALUES (NULL, ?, 'charger', ?, NULL, 1000, NULL, ?, ?, ?, ?, NULL, ?)",
      arguments: [id, "nano:sim/\(payment)/0", Amount(90).blob, Amount(10).blob, atMS, outcome, atMS]
    )
  }

  static func insertQuote(_ db: Database, _ id: String, client: String, state: String, received: UInt64) throws {
    try db.execute(
      sql: """
        INSERT INTO quote
        VALUES (NULL, ?, 'charger', 'nano:sim', ?, 1, ?, ?, 1000, NULL, 1, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, "nano_\(id)", Amount(100).blob, Amount(100).blob, atMS, atMS + 1, client, Amount(UInt128(received)).blob,
        state, atMS + 1 + Quote.reserveMS,
      ]
    )
  }
}
