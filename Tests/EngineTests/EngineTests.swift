import Coinslot
import Engine
import TestKit
import Testing

/// The way of payments through the whole engine.
@Suite(.timeLimit(.minutes(2))) struct EngineTests {
  @Test func aHintBecomesAPaymentASaleAndAnEffect() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      house.actuator.listen(house.dispatcher) { _ in .accepted }
      try await house.running { () async throws -> Void in
        try await house.connect()
        let payment = house.payment("A")
        house.network.pay(payment)
        #expect(try await eventually { try await house.dispatch(of: payment)?.state == .accepted })
        await house.dispatcher.heard(Answer(channel: House.channel, number: 1, word: .done))
        #expect(try await house.sale(of: payment)?.outcome == .done)
        #expect(house.actuator.orders.count == 1)
        #expect(try await house.ledger.sums(of: House.account) == [.sold: Amount(100)])
      }
    }
  }

  @Test func fiveHintsAreOnePayment() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      house.actuator.listen(house.dispatcher) { _ in .accepted }
      try await house.running { () async throws -> Void in
        try await house.connect()
        let payment = house.payment("A")
        house.network.pay(payment, hints: 5)
        #expect(try await eventually { try await house.dispatch(of: payment)?.state == .accepted })
        _ = house.till.hear(Sighting(id: payment.id, account: House.account, heardAtMS: house.clock.nowMS))
        await house.backfill.round()
        #expect(try await house.ledger.payments(Page(), account: nil).data.count == 1)
        #expect(house.actuator.orders.count == 1)
      }
    }
  }

  @Test func aLostHintIsFoundByReReading() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      try await house.running { () async throws -> Void in
        let payment = house.payment("A")
        house.network.pay(payment, hints: 0)
        #expect(try await house.ledger.payment(payment.id) == nil)
        house.network.setAway(false)
        #expect(try await eventually { try await house.ledger.payment(payment.id) != nil })
      }
    }
  }

  @Test func anOutageOfTheNodeLosesNothing() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      try await house.running { () async throws -> Void in
        house.network.setAway(true)
        let payments = (0..<20).map { house.payment("P\($0)") }
        for payment in payments { house.network.pay(payment, hints: 0) }
        house.network.setAway(false)
        #expect(
          try await eventually { try await house.ledger.known(among: payments.map(\.id)).count == payments.count }
        )
      }
    }
  }

  @Test func whatIsNotFinalWaits() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      try await house.running { () async throws -> Void in
        let payment = house.payment("A")
        house.network.pay(payment, isConfirmed: false)
        #expect(try await eventually { house.network.verifications > 0 })
        #expect(try await house.ledger.payment(payment.id) == nil)
        house.network.confirm(payment.id)
        house.clock.advance(20_000)
        #expect(try await eventually { try await house.ledger.payment(payment.id) != nil })
      }
    }
  }

  @Test func moneyFromBeforeTheMarkIsVisibleAndDoesNothing() async throws {
    try await withFolder { folder in
      let clock = TestClock()
      let network = FakeNetwork(clock: clock)
      let house = try await House(folder: folder, clock: clock, network: network)
      let old = house.payment("OLD")
      network.pay(old, hints: 0)
      try await house.running { () async throws -> Void in
        try await house.connect()
        #expect(try await house.ledger.payment(old.id)?.standing == .beforeStart)
        _ = house.till.hear(Sighting(id: old.id, account: House.account, heardAtMS: clock.nowMS))
        let new = house.payment("NEW")
        network.pay(new)
        #expect(try await eventually { try await house.ledger.payment(new.id)?.standing == .sold })
        #expect(try await house.ledger.payment(old.id)?.standing == .beforeStart)
        #expect(house.actuator.orders.count == 1)
      }
    }
  }

  @Test func theNodeMustBeAskedBeforeASlotOpens() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      house.network.setAway(true)
      #expect(try await house.shop.state(of: House.slot, on: .nanoSim) == .notWatching)
      house.network.setAway(false)
      await house.backfill.round()
      #expect(try await house.shop.state(of: House.slot, on: .nanoSim) == .away)
      try await house.connect()
      #expect(try await house.shop.state(of: House.slot, on: .nanoSim) == .ready)
      try await house.ledger.close(House.slot.id, because: "wet paint", nowMS: house.clock.nowMS)
      #expect(try await house.shop.state(of: House.slot, on: .nanoSim) == .closed("wet paint"))
    }
  }
}
