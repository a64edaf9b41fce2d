// swift-format-ignore-file: NeverForceUnwrap
import Coinslot
import Logging
import TestKit
import Testing

@testable import Engine

/// The books against the node.
@Suite(.timeLimit(.minutes(2))) struct AuditTests {
  /// A house where these were paid and recorded, long enough ago to be compared.
  private func house(_ folder: String, paid: [(String, UInt128)] = [("A", 100), ("B", 150)]) async throws -> House {
    let house = try await House(folder: folder)
    await house.backfill.round()
    for (name, units) in paid { house.network.pay(house.payment(name, units), hints: 0) }
    #expect(await house.backfill.round())
    house.clock.advance(AuditComparison.youngMS + 1_000)
    return house
  }

  private func audit(_ house: House) -> Audit {
    Audit(
      ledger: house.ledger,
      networks: [.nanoSim: house.network],
      sources: [.nanoSim: source(house)],
      shop: house.shop,
      clock: house.clock
    )
  }

  private func source(_ house: House) -> SourceGuard {
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return SourceGuard(network: house.network, ledger: house.ledger, obstacles: house.obstacles, log: log)
  }

  @Test func cleanBooksAreExplained() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      // One before watching began, which its list still shows.
      let old = house.payment("OLD", 70)
      house.network.pay(old, hints: 0)
      await house.backfill.round()
      for name in ["A", "B", "C", "D", "E"] { house.network.pay(house.payment(name), hints: 0) }
      #expect(await house.backfill.round())
      house.clock.advance(AuditComparison.youngMS + 1_000)
      let report = await audit(house).run()
      #expect(report.isExplained && report.isComplete && report.count == 1 && report.unexplained == 0)
      let account = try #require(report.accounts.first)
      #expect(account.received == Amount(570) && account.pots[.beforeStart] == Amount(70))
      #expect(account.recorded.count == 6 && account.listed.count == 6 && account.listed.sum == Amount(570))
      #expect(account.words == nil)
    }
  }

  @Test func aPaymentThatTheLedgerLacksIsNamed() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      let lost = house.payment("LOST", 1_234, ageMS: 600_000)
      house.network.pay(lost, hints: 0)
      let report = await audit(house).run()
      #expect(!report.isExplained && report.isComplete && report.unexplained == 1)
      let account = try #require(report.accounts.first)
      #expect(account.missing.named == [lost.id] && account.missing.sum == Amount(1_234))
      #expect(account.words?.contains("1 payment(s)") == true)
      // Once it is read, it is explained.
      #expect(await house.backfill.round())
      #expect(await audit(house).run().isExplained)
    }
  }

  @Test func aYoungOneMayBeOnItsWay() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      house.network.pay(house.payment("NEW"), hints: 0)
      let report = await audit(house).run()
      #expect(report.isExplained && report.accounts.first?.young == 1)
      house.clock.advance(AuditComparison.youngMS)
      #expect(await audit(house).run().isExplained == false)
    }
  }

  @Test func anotherAmountIsTold() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      let other = house.payment("B").id
      house.network.tell { $0.amounts[other] = Amount(151) }
      let account = try #require(await audit(house).run().accounts.first)
      #expect(!account.isExplained && account.differing == 1)
      #expect(account.differences == [.init(id: other, ledger: Amount(150), node: Amount(151))])
      // A node that does not tell an amount contradicts nothing.
      house.network.tell { $0.amounts[other] = .some(nil) }
      #expect(await audit(house).run().isExplained)
    }
  }

  @Test func dustIsCountedApart() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      house.network.tell { tales in
        tales.invented[House.account] = (0..<5).map { StatementLine(id: Self.id("DUST\($0)"), amount: Amount(99)) }
      }
      let report = await audit(house).run()
      let account = try #require(report.accounts.first)
      #expect(report.isExplained && account.dust.count == 5 && account.dust.sum == Amount(495))
      // The least amount itself is no dust.
      house.network.tell { $0.invented[House.account] = [StatementLine(id: Self.id("X"), amount: Amount(100))] }
      #expect(await audit(house).run().accounts.first?.missing.count == 1)
    }
  }

  @Test func aLyingNodeIsNoWitness() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      house.network.tell { tales in
        tales.hidden = [house.payment("A").id]
        // Invented ones, some of them twice and more than are named.
        let lies = (0..<150).map { StatementLine(id: Self.id("LIE\($0)"), amount: $0 < 149 ? Amount(1_000) : nil) }
        tales.invented[House.account] = lies + lies
      }
      let before = try await house.ledger.sums(of: House.account)
      let account = try #require(await audit(house).run().accounts.first)
      #expect(!account.isExplained && account.notListed.named == [house.payment("A").id])
      #expect(account.missing.count == 150 && account.missing.sum == Amount(149_000) && account.missing.untold == 1)
      #expect(account.missing.named.count == AuditReport.mostNamed)
      #expect(try await house.ledger.sums(of: House.account) == before, "an audit changes nothing")
      // One that cannot tell all proves nothing by its silence, and says so.
      house.network.tell { tales in
        tales.invented = [:]
        tales.gaps = ["history is pruned"]
      }
      let pruned = try #require(await audit(house).run().accounts.first)
      #expect(pruned.isExplained && pruned.gaps == ["history is pruned"] && pruned.notListed.count == 1)
    }
  }

  @Test func whatCannotBeAskedIsNotExplained() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      house.network.setAway(true)
      let report = await audit(house).run()
      #expect(!report.isExplained && !report.isComplete && report.accounts.first?.trouble == "node is away")
    }
  }

  @Test func whatComesWhereNothingIsSoldAnyMoreIsCountedApart() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      try await house.shop.stock(SlotBook([]))
      house.network.pay(house.payment("LATE", 500, ageMS: 600_000), hints: 0)
      let report = await audit(house).run()
      let account = try #require(report.accounts.first)
      #expect(report.isExplained && account.least == nil && account.unwatched.sum == Amount(500))
    }
  }

  // MARK: Another node

  @Test func anotherNodeIsNotBelievedUntilItIsAccepted() async throws {
    try await withFolder { folder in
      let house = try await house(folder)
      house.network.become("ANOTHER")
      let payment = house.payment("NEW")
      house.network.pay(payment, hints: 1)
      #expect(await house.backfill.round() == false)
      let sighting = Sighting(id: payment.id, account: House.account, heardAtMS: house.clock.nowMS)
      #expect(await house.counter.examine(sighting) == .later)
      #expect(try await house.ledger.payment(payment.id) == nil)
      guard case .trouble(let why) = try await house.shop.state(of: try open(house), on: .nanoSim) else {
        Issue.record("the slot shows no trouble")
        return
      }
      #expect(why.contains("coinslot source accept nano:sim"))
      let report = await audit(house).run()
      #expect(!report.isExplained && report.accounts.first?.trouble?.contains("not the one") == true)

      let look = try await source(house).look()
      #expect(look.kept == "FAKE" && look.now == "ANOTHER" && !look.isSame)
      let audit = AuditLine(atMS: house.clock.nowMS, actor: "operator", action: "source.accepted")
      #expect(try await source(house).accept(audit) == "ANOTHER")
      #expect(await house.backfill.round())
      #expect(try await house.ledger.payment(payment.id) != nil)
      #expect(try await house.ledger.auditLog(Page()).data == [audit])
      if case .trouble = try await house.shop.state(of: try open(house), on: .nanoSim) {
        Issue.record("the slot still shows trouble")
      }
      house.clock.advance(AuditComparison.youngMS + 1_000)
      #expect(await self.audit(house).run().isExplained)
      // The first one is now the stranger.
      house.network.become("FAKE")
      #expect(await house.backfill.round() == false)
    }
  }

  private func open(_ house: House) throws -> Slot {
    house.actuator.set(House.device, session: 1)
    return try #require(house.shop.book.slots[House.slot.id])
  }

  private static func id(_ name: String) -> PaymentID { PaymentID(chain: .nanoSim, transaction: name) }
}
