import Coinslot
import Engine
import Lightning
import Primitives
import Simulators
import TestKit
import Testing

/// From an invoice to the horn, over a toy node behind the real protocol.
@Suite(.timeLimit(.minutes(5))) struct LightningPaymentTests {
  private func sale(of payment: PaymentRecord, in town: LightningTown) async throws -> Sale {
    let id = try #require(payment.sale)
    return try #require(try await town.ledger.sale(id))
  }

  /// Runs `body` with a town whose slot is open.
  private func inTown(
    _ options: LightningSimulatorOptions = LightningSimulatorOptions(),
    _ body: @Sendable (LightningTown, LightningSimulator) async throws -> Void
  ) async throws {
    let toy = try await LightningSimulator.start(options)
    let socket = CoreLightningSocket(path: toy.socketPath)
    do {
      let town = try await LightningTown(over: MemoryDisk(), node: CoreLightningNode(socket), horn: Horn())
      try await town.running { () async throws -> Void in
        #expect(try await eventually { try await town.isOpen })
        try await body(town, toy)
      }
    } catch {
      await socket.close()
      await toy.stop()
      throw error
    }
    await socket.close()
    await toy.stop()
  }

  @Test func aPaidInvoiceHonksOnce() async throws {
    try await inTown { (town: LightningTown, toy: LightningSimulator) async throws -> Void in
      let quote = try #require(try await town.invoice(note: "for the bride"))
      #expect(quote.request?.hasPrefix("lnbcrt210n1") == true)
      let invoice = try #require(quote.request)
      _ = try await toy.pay(invoice)
      #expect(try await eventually { try await town.payments().first?.standing == .sold })
      let payment = try #require(try await town.payments().first)
      #expect(payment.payment.id.transaction == quote.account.address && payment.payment.amount == Amount(21_000))
      let sale = try await sale(of: payment, in: town)
      #expect(sale.purchase?.function == "honk" && sale.remainder == .zero)
      #expect(try await eventually { try await town.ledger.sale(sale.id)?.outcome == .done })
      #expect(town.horn.deeds.count == 1)
      #expect(town.horn.deeds.first?.cause.comment == "for the bride")
      #expect(town.horn.deeds.first?.channel.number == 1)
      // Nothing of it is left over for a re-read to find.
      #expect(await town.backfill.round())
      #expect(try await town.payments().count == 1)
    }
  }

  @Test func theAmountSelectsTheFunctionAndMoreIsTheRest() async throws {
    try await inTown { (town: LightningTown, toy: LightningSimulator) async throws -> Void in
      let quote = try #require(try await town.invoice(50))
      #expect(quote.due == Amount(50_000) && quote.price == Amount(42_000) && quote.purchase.function == "flash")
      // Wallets may pay up to twice what is asked.
      let invoice = try #require(quote.request)
      _ = try await toy.pay(invoice, msat: 60_000)
      #expect(try await eventually { town.horn.deeds.count == 1 })
      let payment = try #require(try await town.payments().first)
      let sale = try await sale(of: payment, in: town)
      #expect(sale.purchase?.function == "flash" && sale.remainder == Amount(18_000))
      #expect(town.horn.deeds.first?.channel.number == 2)
    }
  }

  @Test func foreignMoneyIsNotOurs() async throws {
    try await inTown { (town: LightningTown, toy: LightningSimulator) async throws -> Void in
      let foreign = try await toy.makeForeignInvoice(label: "shop:1", msat: 21_000, description: "a book")
      _ = try await toy.pay(foreign)
      _ = try await toy.keysend(msat: 21_000, message: "for you")
      let quote = try #require(try await town.invoice())
      let invoice = try #require(quote.request)
      _ = try await toy.pay(invoice)
      #expect(try await eventually { town.horn.deeds.count == 1 })
      #expect(try await town.payments().map(\.payment.id.transaction) == [quote.account.address])
    }
  }

  @Test func noInvoiceExistsWhereTheCarIsAway() async throws {
    try await inTown { (town: LightningTown, toy: LightningSimulator) async throws -> Void in
      town.horn.set(obstacle: "asleep for good")
      #expect(try await town.invoice() == nil)
      #expect(try await town.shop.state(of: LightningTown.slot, on: LightningTown.chain) == .away)
      town.horn.set(obstacle: nil)
      #expect(await town.room.answers(LightningTown.car))
      #expect(try await town.invoice() != nil)
    }
  }

  /// Money from before the first start does nothing.
  @Test func thePastIsNotReplayed() async throws {
    let toy = try await LightningSimulator.start(LightningSimulatorOptions())
    let socket = CoreLightningSocket(path: toy.socketPath)
    for number in 0..<3 {
      // Labelled as ours are: an earlier life of this very shop.
      let invoice = try await toy.makeForeignInvoice(label: "coinslot:car:\(number)", msat: 21_000, description: "honk")
      _ = try await toy.pay(invoice)
    }
    let town = try await LightningTown(over: MemoryDisk(), node: CoreLightningNode(socket), horn: Horn())
    try await town.running { () async throws -> Void in
      #expect(try await eventually { try await town.isOpen })
      let quote = try #require(try await town.invoice())
      let invoice = try #require(quote.request)
      _ = try await toy.pay(invoice)
      #expect(try await eventually { town.horn.deeds.count == 1 })
    }
    #expect(try await town.payments().count == 1)
    await socket.close()
    await toy.stop()
  }
}
