import Coinslot
import Engine
import TestKit
import Testing

/// What a wrong clock does to sales and to work.
@Suite(.timeLimit(.minutes(2))) struct ClockWatchTests {
  @Test func aClockSetWhileRunningStopsSalesAndSaysSo() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      try await house.watch.begin()
      await house.backfill.round()
      try await house.connect()
      #expect(try await house.shop.state(of: House.slot, on: .nanoSim) == .ready)
      house.clock.setWall(asideMS: 3_600_000)
      await house.watch.look()
      #expect(try await house.shop.state(of: House.slot, on: .nanoSim) != .ready)
      let payment = house.payment("A")
      house.network.pay(payment, hints: 0)
      await house.backfill.round()
      #expect(try await house.ledger.payment(payment.id) == nil)
      for _ in 0...61 {
        house.clock.advance(1_000)
        await house.watch.look()
      }
      #expect(house.obstacles[.clock] == nil)
      await house.backfill.round()
      #expect(try await house.ledger.payment(payment.id) != nil)
    }
  }

  @Test func aStartWithAClockBehindTheLedgerHandsOutNothing() async throws {
    try await withFolder { folder in
      let clock = TestClock()
      let house = try await House(folder: folder, clock: clock)
      _ = try await house.ledger.keep(House.device, title: "Later", nowMS: clock.nowMS + 3_600_000)
      try await house.watch.begin()
      #expect(!house.watch.mayOffer && house.obstacles[.clock] != nil)
      clock.setWall(asideMS: 3_600_001)
      await house.watch.look()
      #expect(house.watch.mayOffer && house.obstacles[.clock] == nil)
    }
  }

  @Test func aStartWithAClockBehindByMomentsWaits() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      _ = try await house.ledger.keep(House.device, title: "Later", nowMS: house.clock.nowMS + 1_000)
      let waiting = Task { try await house.watch.begin() }
      #expect(try await eventually { house.clock.pauses > 0 })
      house.clock.advance(1_010)
      try await waiting.value
      #expect(house.watch.mayOffer && house.obstacles[.clock] == nil)
    }
  }

  @Test func afterAPauseOfTheProcessAnAnswerMayStillArrive() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      house.actuator.listen(house.dispatcher) { _ in nil }
      try await house.running { () async throws -> Void in
        try await house.connect()
        await house.watch.look()
        let payment = house.payment("A")
        house.network.pay(payment)
        #expect(try await eventually { try await house.dispatch(of: payment)?.state == .offered })
        house.clock.advance(House.slot.ifAway.holdMS * 3)
        await house.watch.look()
        await house.dispatcher.arrived(House.device)
        #expect(try await house.dispatch(of: payment)?.outcome == nil)
        await house.dispatcher.heard(Answer(channel: House.channel, number: 1, word: .accepted))
        #expect(try await house.dispatch(of: payment)?.state == .accepted)
      }
    }
  }
}
