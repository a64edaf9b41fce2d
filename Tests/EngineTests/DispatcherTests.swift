import Coinslot
import Engine
import TestKit
import Testing

/// Work that waits, is lost, is late, or survives a restart.
@Suite(.timeLimit(.minutes(2))) struct DispatcherTests {
  /// A payment recorded while the device is away.
  func paidWhileAway(_ house: House, _ name: String = "A") async throws -> Payment {
    let payment = house.payment(name)
    await house.backfill.round()
    let mark = try #require(house.marks[House.account])
    house.network.pay(payment, hints: 0)
    let sighting = Sighting(id: payment.id, account: House.account, heardAtMS: house.clock.nowMS)
    let result = await house.counter.examine(sighting)
    #expect(result == .recorded)
    #expect(mark.account == House.account)
    return payment
  }

  @Test func workWaitsForTheDevice() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      let payment = try await paidWhileAway(house)
      #expect(try await house.dispatch(of: payment)?.state == .waiting)
      #expect(house.actuator.orders.isEmpty)
      try await house.connect()
      #expect(house.actuator.orders.map(\.number) == [1])
      #expect(try await house.dispatch(of: payment)?.state == .offered)
    }
  }

  @Test func neverOfferedInItsLifeIsExpiredAndOwedBack() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      let payment = try await paidWhileAway(house)
      house.clock.advance(60_000)
      try await house.connect()
      #expect(house.actuator.orders.isEmpty)
      #expect(try await house.dispatch(of: payment)?.outcome == .expired)
      #expect(try await house.sale(of: payment)?.outcome == .refundDue)
      #expect(try await house.ledger.sums(of: House.account) == [.refundDue: Amount(100)])
    }
  }

  @Test func silenceAfterTheOfferIsNeverCalledExpired() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      let payment = try await paidWhileAway(house)
      try await house.connect()
      house.clock.advance(60_000)
      await house.dispatcher.arrived(House.device)
      #expect(try await house.dispatch(of: payment)?.state == .doubt)
      house.clock.advance(60_000)
      await house.dispatcher.arrived(House.device)
      #expect(try await house.dispatch(of: payment)?.outcome == .unknown)
      #expect(try await house.sale(of: payment)?.outcome == .unknown)
      // The device comes back and tells what really happened.
      await house.dispatcher.heard(Answer(channel: House.channel, number: 1, word: .done))
      #expect(try await house.sale(of: payment)?.outcome == .done)
    }
  }

  @Test func aSilentDeviceIsAskedAgainWithTheSameNumber() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      let payment = try await paidWhileAway(house)
      try await house.connect()
      for _ in 0..<3 {
        house.clock.advance(15_000)
        await house.dispatcher.arrived(House.device)
      }
      #expect(house.actuator.orders.map(\.number) == [1, 1, 1, 1])
      #expect(try await house.dispatch(of: payment)?.attempts == 4)
    }
  }

  @Test func oneNumberAtATime() async throws {
    try await withFolder { folder in
      let house = try await House(folder: folder)
      _ = try await paidWhileAway(house, "A")
      let second = try await paidWhileAway(house, "B")
      try await house.connect()
      #expect(house.actuator.orders.map(\.number) == [1])
      await house.dispatcher.heard(Answer(channel: House.channel, number: 1, word: .accepted, leftMS: 60_000))
      #expect(house.actuator.orders.map(\.number) == [1, 2])
      await house.dispatcher.heard(Answer(channel: House.channel, number: 2, word: .accepted, leftMS: 120_000))
      await house.dispatcher.heard(Answer(channel: House.channel, number: 2, word: .done))
      #expect(try await house.sale(of: second)?.outcome == .done)
      #expect(try await house.ledger.busyChannels().isEmpty)
    }
  }

  @Test func aRestartResumesFromTheRows() async throws {
    try await withFolder { folder in
      let clock = TestClock(), actuator = FakeActuator()
      let network = FakeNetwork(clock: clock)
      var house: House? = try await House(folder: folder, clock: clock, network: network, actuator: actuator)
      let payment = try await paidWhileAway(try #require(house))
      try await house?.connect()
      #expect(actuator.orders.map(\.number) == [1])
      try await house?.close()
      house = nil
      let again = try await House(folder: folder, clock: clock, network: network, actuator: actuator)
      #expect(try await again.dispatch(of: payment)?.state == .offered)
      clock.advance(2_000)
      try await again.connect()
      #expect(actuator.orders.map(\.number) == [1, 1])
      await again.dispatcher.heard(Answer(channel: House.channel, number: 1, word: .done))
      #expect(try await again.sale(of: payment)?.outcome == .done)
    }
  }
}
