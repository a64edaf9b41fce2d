import Coinslot
import DeviceWire
import Gateway
import Primitives
import TestKit
import Testing

/// The link between the server and a whole device, over real sockets.
@Suite struct DeviceLinkTests {
  /// Runs `body` with a device that has connected and was welcomed.
  static func with(_ body: (LinkRig, TestDevice) async throws -> Void) async throws {
    try await LinkRig.with { rig in
      let device = TestDevice(key: rig.keys.makeKey(for: .charger, serial: 1))
      let living = Task { try await device.live(port: rig.port) }
      defer { living.cancel() }
      #expect(try await eventually { rig.registry.session(of: .charger) != nil })
      try await body(rig, device)
    }
  }

  @Test func runsFromOrderToDone() async throws {
    try await Self.with { rig, device in
      #expect(try await eventually { rig.ears.arrivals == [.charger] })
      #expect(rig.registry.link(of: .charger).firmware == "1.2.0")
      #expect(rig.registry.link(of: .charger).isOnline)
      let order = try await rig.order(ms: 30_000)
      #expect(await rig.registry.perform(order) == .sent)
      #expect(try await eventually { rig.dispatch(order)?.state == .accepted })
      #expect(device.isOn)
      #expect(rig.dispatch(order)?.leftMS == 30_000)
      device.advance(29_999)
      #expect(device.isOn)
      device.advance(1)
      #expect(try await eventually { rig.dispatch(order)?.outcome == .done })
      #expect(!device.isOn)
      #expect(device.pulses == 1)
      #expect(rig.ears.words == [.accepted, .done])
      #expect(try await eventually { rig.ledger.events == ["device.online"] })
    }
  }

  /// The wire is at least once: the number makes it happen once.
  @Test func theSameOrderTwiceIsOnePulse() async throws {
    try await Self.with { rig, device in
      let order = try await rig.order()
      for _ in 0..<3 { #expect(await rig.registry.perform(order) == .sent) }
      #expect(try await eventually { rig.ears.words == [.accepted, .accepted, .accepted] })
      #expect(device.pulses == 1)
    }
  }

  @Test func extendsAndStops() async throws {
    try await Self.with { rig, device in
      let first = try await rig.order(ms: 60_000)
      _ = await rig.registry.perform(first)
      #expect(try await eventually { rig.dispatch(first)?.state == .accepted })
      let more = try await rig.order(.extend, ms: 60_000)
      _ = await rig.registry.perform(more)
      #expect(try await eventually { rig.dispatch(more)?.leftMS == 120_000 })
      device.advance(30_000)
      let stop = try await rig.order(.stop)
      _ = await rig.registry.perform(stop)
      #expect(try await eventually { rig.dispatch(stop)?.outcome == .done })
      #expect(!device.isOn)
      #expect(rig.dispatch(first)?.outcome == .partly)
      #expect(rig.dispatch(more)?.leftMS == 90_000)
    }
  }

  /// The books could not take an answer: the link ends before a newer number can hide it, and the next hello says it.
  @Test func anAnswerThatCannotBeRecordedEndsTheLink() async throws {
    try await LinkRig.with { rig in
      let device = TestDevice(key: rig.keys.makeKey(for: .charger, serial: 1))
      var living = Task { try await device.live(port: rig.port) }
      #expect(try await eventually { rig.registry.session(of: .charger) == 1 })
      let order = try await rig.order()
      rig.ledger.setBroken(true)
      _ = await rig.registry.perform(order)
      #expect(try await eventually { rig.registry.session(of: .charger) == nil })
      _ = try? await living.value
      #expect(rig.dispatch(order)?.state == .offered)
      rig.ledger.setBroken(false)
      living = Task { try await device.live(port: rig.port) }
      defer { living.cancel() }
      #expect(try await eventually { rig.dispatch(order)?.state == .accepted })
      #expect(device.pulses == 1)
    }
  }

  /// The books could not take a ping; a later one says it again.
  @Test func aPingThatCannotBeRecordedIsSaidAgain() async throws {
    try await Self.with { rig, device in
      #expect(try await eventually { rig.ledger.events == ["device.online"] })
      let order = try await rig.order()
      _ = await rig.registry.perform(order)
      #expect(try await eventually { rig.dispatch(order)?.state == .accepted })
      rig.ledger.setBroken(true)
      device.advance(DeviceCore.pingMS)
      #expect(try await eventually { rig.ledger.failures == 1 })
      #expect(rig.dispatch(order)?.leftMS == 600_000)
      rig.ledger.setBroken(false)
      var pings: UInt64 = 1
      while rig.dispatch(order)?.leftMS == 600_000, pings < 4 {
        device.advance(DeviceCore.pingMS)
        pings += 1
        _ = try await eventually(within: 1) { rig.dispatch(order)?.leftMS != 600_000 }
      }
      #expect(rig.dispatch(order)?.leftMS == 600_000 - 20_000 * pings)
      #expect(rig.registry.session(of: .charger) == 1)
    }
  }

  /// The connection is cut behind the order; what the device did is in its next hello.
  @Test func aLostConnectionHealsWithTheNextHello() async throws {
    try await LinkRig.with { rig in
      let device = TestDevice(key: rig.keys.makeKey(for: .charger, serial: 1))
      var living = Task { try await device.live(port: rig.port) }
      #expect(try await eventually { rig.registry.session(of: .charger) == 1 })
      let order = try await rig.order()
      rig.ledger.setBroken(true)
      _ = await rig.registry.perform(order)
      #expect(try await eventually { device.isOn && rig.ears.words == [.accepted] })
      await rig.registry.disconnect(.charger)
      _ = try? await living.value
      #expect(rig.registry.session(of: .charger) == nil)
      rig.ledger.setBroken(false)
      living = Task { try await device.live(port: rig.port) }
      defer { living.cancel() }
      #expect(try await eventually { rig.registry.session(of: .charger) == 2 })
      #expect(rig.dispatch(order)?.state == .accepted)
      #expect(device.isOn)
      #expect(device.pulses == 1)
    }
  }

  /// Both lose their power; the device goes on with what was left, and no longer.
  @Test func resumesAfterAPowerCut() async throws {
    try await LinkRig.with { rig in
      let device = TestDevice(key: rig.keys.makeKey(for: .charger, serial: 1))
      var living = Task { try await device.live(port: rig.port) }
      #expect(try await eventually { rig.registry.session(of: .charger) == 1 })
      let order = try await rig.order(ms: 600_000)
      _ = await rig.registry.perform(order)
      #expect(try await eventually { rig.dispatch(order)?.state == .accepted })
      device.advance(100_000)
      rig.clock.advance(100_000)
      living.cancel()
      _ = try? await living.value
      device.reboot()
      #expect(!device.isOn)
      rig.clock.advance(60_000)
      living = Task { try await device.live(port: rig.port) }
      defer { living.cancel() }
      #expect(try await eventually { device.isOn })
      let left = try #require(device.report?.leftMS)
      #expect(left <= 500_000 && left >= 470_000)
    }
  }

  // MARK: - Life

  /// `at` names the device's last frame and `life` counts from its arrival: what passed since is the device's to know.
  @Test func lifeCountsFromTheFrameItNames() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: rig.keys.makeKey(for: .charger, serial: 1))
      rig.clock.advance(5_000)
      try device.ping()
      #expect(try await device.waits(forMessages: 2))
      rig.clock.advance(7_000)
      let order = try await rig.order(ms: 600_000, once: false, lifeMS: 90_000)
      rig.clock.advance(1_500)
      #expect(await rig.registry.perform(order) == .sent)
      #expect(try await device.waits(forMessages: 3))
      let run = Run(
        id: "dsp_1",
        channel: 0,
        number: 1,
        mode: .new,
        ms: 600_000,
        once: false,
        at: 2,
        lifeMS: 97_000
      )
      #expect(device.heard.last == .run(run))
      // Past its deadline it can only be asked about, never started.
      for round in 4...5 {
        rig.clock.advance(50_000)
        try device.ping()
        #expect(try await device.waits(forMessages: round))
      }
      #expect(await rig.registry.perform(order) == .sent)
      #expect(try await device.waits(forMessages: 6))
      guard case .run(let late) = device.heard.last else { throw HandDevice.NoChallenge() }
      #expect(late.lifeMS == 0)
      #expect(late.at == 4)
      await device.close()
    }
  }

  @Test func anOrderThatComesTooLateDoesNotStart() async throws {
    try await Self.with { rig, device in
      let order = try await rig.order(lifeMS: 10_000)
      // The network holds the order for longer than its life, as the device's own clock tells.
      device.clock.advance(10_000)
      _ = await rig.registry.perform(order)
      #expect(try await eventually { rig.dispatch(order)?.outcome == .expired })
      #expect(device.pulses == 0)
    }
  }

  @Test func anOrderJustInTimeStarts() async throws {
    try await Self.with { rig, device in
      let order = try await rig.order(lifeMS: 10_000)
      device.clock.advance(9_999)
      _ = await rig.registry.perform(order)
      #expect(try await eventually { rig.dispatch(order)?.state == .accepted })
      #expect(device.pulses == 1)
    }
  }

  /// A ping with a lower number may have been on its way since before the order arrived.
  @Test func aPingAfterTheDeadlineProvesNothing() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: rig.keys.makeKey(for: .charger, serial: 1))
      let order = try await rig.order(lifeMS: 30_000)
      _ = await rig.registry.perform(order)
      rig.clock.advance(20_000)
      try device.ping()
      #expect(try await device.waits(forMessages: 3))
      rig.clock.advance(20_000)
      #expect(rig.dispatch(order)?.state == .offered)
      try device.ping()
      #expect(try await device.waits(forMessages: 4))
      #expect(rig.dispatch(order)?.outcome == nil)
      await device.close()
    }
  }
}
