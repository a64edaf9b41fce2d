import Coinslot
import DeviceWire
import Gateway
import Primitives
import TestKit
import Testing

/// Sessions: one a device, replaced, ended, asked for a sign of life.
@Suite struct DeviceRegistryTests {
  static func key(_ rig: LinkRig) -> [UInt8] { rig.keys.makeKey(for: .charger, serial: 1) }

  @Test func nobodyIsThereAtFirst() async throws {
    let registry = DeviceRegistry()
    #expect(registry.session(of: .charger) == nil)
    #expect(registry.link(of: .charger) == .never)
    let isAlive = await registry.ping(.charger, timeoutMS: 10)
    #expect(!isAlive)
    await registry.disconnect(.charger)
  }

  /// An order goes to exactly the session it was committed for.
  @Test func ordersAreTiedToTheirSession() async throws {
    try await LinkRig.with { rig in
      let first = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      let order = try await rig.order()
      let second = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      #expect(rig.registry.session(of: .charger) == 2)
      #expect(await rig.registry.perform(order) == .away)
      let future = try #require(Order(order.dispatch, epoch: 3))
      #expect(await rig.registry.perform(future) == .away)
      let now = try #require(Order(order.dispatch, epoch: 2))
      #expect(await rig.registry.perform(now) == .sent)
      #expect(try await second.waits(forMessages: 2))
      #expect(first.heard.count == 1)
      for device in [first, second] { await device.close() }
    }
  }

  /// A new socket takes the place of the old one once its hello is proven, and not before.
  @Test func onlyAProvenHelloReplaces() async throws {
    try await LinkRig.with { rig in
      let first = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      let stranger = try await HandDevice.connect(port: rig.port)
      try stranger.hello(key: [UInt8](repeating: 1, count: 32))
      #expect(try await stranger.client.waits(forClose: 1008))
      let silent = try await HandDevice.connect(port: rig.port)
      try first.ping()
      #expect(try await first.waits(forMessages: 2))
      #expect(rig.registry.session(of: .charger) == 1)
      try silent.hello(key: Self.key(rig))
      #expect(try await silent.waits(forMessages: 1))
      #expect(try await first.client.waits(forClose: 1008))
      #expect(first.client.closing?.reason == "the device has connected anew")
      #expect(rig.registry.session(of: .charger) == 2)
      #expect(rig.counters.snapshot[.deviceReplaced] == 1)
      for device in [first, stranger, silent] { await device.close() }
      // The end of the old socket does not end the new session, and nobody went offline in between.
      #expect(try await eventually { rig.ears.departures.count == 2 })
      #expect(rig.ledger.events.filter { $0 == "device.offline" }.count == 1)
    }
  }

  /// Two machines under one name take each other's place again and again.
  @Test func whoAlternatesIsQuarantined() async throws {
    try await LinkRig.with { rig in
      var devices: [HandDevice] = []
      for _ in 0..<4 {
        rig.clock.advance(10_000)
        devices.append(try await HandDevice.greeted(port: rig.port, key: Self.key(rig), boot: 3))
      }
      #expect(try await eventually { rig.ledger[.charger]?.standing == .quarantined })
      #expect(rig.registry.session(of: .charger) == nil)
      for device in devices { #expect(try await device.client.waits(forClose: 1008)) }
      #expect(try await eventually { rig.ledger.events.contains("device.alarm") })
      #expect(rig.counters.snapshot[.deviceQuarantined] == 1)
      let again = try await HandDevice.connect(port: rig.port)
      try again.hello(key: Self.key(rig), boot: 3)
      #expect(try await again.client.waits(forClose: 1008))
      for device in devices + [again] { await device.close() }
    }
  }

  /// Neither a machine that boots again and again nor one that reconnects now and then is a copy.
  @Test(arguments: [(1 as UInt64, 5_000 as Int64), (0, 31_000)]) func whoRebootsOrWaitsIsNot(
    _ bootsEach: UInt64,
    _ pauseMS: Int64
  ) async throws {
    try await LinkRig.with { rig in
      var devices: [HandDevice] = []
      for round in 0..<8 as Range<UInt64> {
        rig.clock.advance(pauseMS)
        devices.append(
          try await HandDevice.greeted(port: rig.port, key: Self.key(rig), boot: 1 + round * bootsEach)
        )
      }
      #expect(devices.allSatisfy { $0.heard.count == 1 })
      #expect(rig.ledger[.charger]?.standing == .trusted)
      #expect(rig.registry.session(of: .charger) == 8)
      for device in devices { await device.close() }
    }
  }

  // MARK: - Presence

  @Test func asksForASignOfLife() async throws {
    try await LinkRig.with { rig in
      // A socket that answers no ping, and a whole device that does.
      let mute = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      let whole = TestDevice(.lamp, key: rig.keys.makeKey(for: .lamp, serial: 1))
      let living = Task { try await whole.live(port: rig.port) }
      defer { living.cancel() }
      #expect(try await eventually { rig.registry.session(of: .lamp) != nil })
      async let first = rig.registry.ping(.lamp, timeoutMS: 10_000)
      async let second = rig.registry.ping(.lamp, timeoutMS: 10_000)
      let answers = await [first, second]
      #expect(answers == [true, true])
      let isMuteAlive = await rig.registry.ping(.charger, timeoutMS: 50)
      #expect(!isMuteAlive)
      // It ends while it is asked.
      async let ending = rig.registry.ping(.charger, timeoutMS: 60_000)
      #expect(try await eventually { mute.client.events.count >= 4 })
      await mute.close()
      let isGone = await ending
      #expect(!isGone)
    }
  }

  @Test func disconnectEndsTheSession() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      await rig.registry.disconnect(.charger)
      #expect(rig.registry.session(of: .charger) == nil)
      #expect(try await device.client.waits(forClose: 1008))
      let order = Order(
        Dispatch(
          id: DispatchID(rawValue: "dsp_x"),
          sequence: 1,
          sale: nil,
          slot: nil,
          channel: ChannelID(device: .charger, number: 0),
          command: .init(mode: .new, ms: 1, once: true),
          deadlineMS: 0,
          doubtMS: 0,
          createdAtMS: 0,
          number: 1
        ),
        epoch: 1
      )
      #expect(await rig.registry.perform(try #require(order)) == .away)
      await device.close()
    }
  }

  /// A device that is revoked while the books judge its hello stays out.
  @Test func disconnectVoidsAHelloUnderWay() async throws {
    try await LinkRig.with { rig in
      rig.ledger.setHeld(true)
      let device = try await HandDevice.connect(port: rig.port)
      try device.hello(key: Self.key(rig))
      #expect(try await eventually { rig.ledger.waiting == 1 })
      await rig.registry.disconnect(.charger)
      rig.ledger.setHeld(false)
      #expect(try await device.client.waits(forClose: 1008))
      #expect(rig.registry.session(of: .charger) == nil)
      #expect(device.heard.isEmpty)
      await device.close()
    }
  }

  @Test func whoIsSilentIsClosed() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      rig.clock.advance(59_999)
      try device.ping()
      #expect(try await device.waits(forMessages: 2))
      rig.clock.advance(59_999)
      #expect(rig.registry.link(of: .charger).isOnline)
      rig.clock.advance(1)
      #expect(try await device.client.waits(forClose: 1008))
      #expect(rig.counters.snapshot[.deviceSilent] == 1)
      #expect(try await eventually { rig.ears.departures == [rig.clock.nowMS - 60_000] })
      await device.close()
    }
  }

  // MARK: - The books

  /// A ping that says what the one before said costs no transaction.
  @Test func quietPingsCostNothing() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig), n: 4, says: "done")
      #expect(try await eventually { rig.ledger.events == ["device.online"] })
      let before = rig.ledger.transactions
      for round in 2...20 {
        rig.clock.advance(20_000)
        try device.ping(n: 4, says: "done")
        #expect(try await device.waits(forMessages: round))
      }
      #expect(rig.ledger.transactions == before)
      try device.ping(n: 4, says: "failed")
      #expect(try await eventually { rig.ledger.transactions == before + 1 })
      await device.close()
    }
  }

  /// While something runs, the device's last sign is kept once a minute: it tells how long an outage was.
  @Test func aRunningDeviceIsRemembered() async throws {
    try await LinkRig.with { rig in
      let start = rig.clock.nowMS
      let device = try await HandDevice.greeted(
        port: rig.port,
        key: Self.key(rig),
        n: 4,
        says: "running",
        left: 600_000
      )
      for round in 1...3 as ClosedRange<UInt64> {
        rig.clock.advance(20_000)
        try device.ping(n: 4, says: "running", left: 600_000 - round * 20_000)
        #expect(try await device.waits(forMessages: Int(1 + round)))
      }
      #expect(try await eventually { rig.ledger[.charger]?.lastSeenMS == start + 60_000 })
      await device.close()
    }
  }

  /// Who says more than the books can take is closed, and the others are served.
  @Test func whoSaysTooMuchIsClosed() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      #expect(try await eventually { rig.ledger.events == ["device.online"] })
      rig.ledger.setHeld(true)
      for number in 0..<40 as Range<UInt64> { try device.ack(number, .accepted) }
      #expect(try await device.client.waits(forClose: 1013))
      #expect(rig.counters.snapshot[.deviceTooFast] == 1)
      rig.ledger.setHeld(false)
      #expect(try await eventually { rig.ears.answers.map(\.number) == Array(0..<32) })
      await device.close()
      let next = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      #expect(next.heard.count == 1)
      await next.close()
    }
  }

  @Test func answersKeepTheirOrder() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      for number in 1...30 as ClosedRange<UInt64> { try device.ack(number, .done) }
      #expect(try await eventually { rig.ears.answers.map(\.number) == Array(1...30) })
      await device.close()
    }
  }
}
