import Coinslot
import DeviceWire
import Gateway
import Primitives
import TestKit
import Testing

/// Who gets in, who does not, and what frames end a session.
@Suite struct DeviceHelloTests {
  static func key(_ rig: LinkRig) -> [UInt8] { rig.keys.makeKey(for: .charger, serial: 1) }

  @Test func aHelloIsWelcomed() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      #expect(
        device.heard == [.welcome(Welcome(epoch: 1, channels: [.init(channel: 0, order: .ok)]))]
      )
      #expect(rig.registry.session(of: .charger) == 1)
      #expect(rig.ledger[.charger]?.boot == 1)
      #expect(rig.counters.snapshot[.deviceWelcomed] == 1)
      await device.close()
      #expect(try await eventually { rig.registry.session(of: .charger) == nil })
      #expect(try await eventually { rig.ears.departures == [rig.clock.nowMS] })
      #expect(rig.registry.link(of: .charger).lastSeenMS == rig.clock.nowMS)
      #expect(try await eventually { rig.ledger.events == ["device.online", "device.offline"] })
    }
  }

  /// Whatever is wrong with a hello, the answer is the same.
  enum Wrong: CaseIterable {
    case key, device, serial, name, counter, oldChallenge, mac, noHello, plainText, empty, replay
  }

  @Test(arguments: Wrong.allCases) func aWrongHelloIsRefused(_ wrong: Wrong) async throws {
    try await LinkRig.with { rig in
      let key = Self.key(rig)
      let device = try await HandDevice.connect(port: rig.port)
      var frame = try device.helloFrame(key: key)
      switch wrong {
      case .key: frame = try device.helloFrame(key: [UInt8](repeating: 9, count: 32))
      case .device: frame = try device.helloFrame(key: key, device: "charger-2")
      case .serial: frame = try device.helloFrame(key: key, serial: 2)
      case .name: frame = try device.helloFrame(key: key, device: "Not A Name")
      case .counter: frame = try device.helloFrame(key: key, counter: 2)
      case .oldChallenge: rig.clock.advance(ServerSession.challengeLifeMS)
      case .mac: frame[0] ^= 1
      case .noHello:
        _ = try device.helloFrame(key: key)
        try device.ping()
        frame = []
      case .plainText: frame = Array("hello".utf8)
      case .empty: frame = []
      case .replay:
        let other = try await HandDevice.connect(port: rig.port)
        frame = try other.helloFrame(key: key)
        await other.close()
      }
      if wrong != .noHello { device.client.sendFrame(String(decoding: frame, as: UTF8.self)) }
      #expect(try await device.client.waits(forClose: 1008))
      #expect(device.client.closing?.reason == "the hello is not accepted")
      #expect(device.client.messages.count == 1)
      #expect(rig.registry.session(of: .charger) == nil)
      #expect(rig.ledger.transactions == 0)
      #expect(rig.counters.snapshot[.deviceHelloRefused] == 1)
      await device.close()
      // The real device still gets in.
      let next = try await HandDevice.greeted(port: rig.port, key: key)
      #expect(next.heard.count == 1)
      await next.close()
    }
  }

  @Test func aHelloJustInTimeIsWelcomed() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.connect(port: rig.port)
      rig.clock.advance(ServerSession.challengeLifeMS - 1)
      try device.hello(key: Self.key(rig))
      #expect(try await device.waits(forMessages: 1))
      await device.close()
    }
  }

  @Test(arguments: [Device.Standing.revoked, .quarantined]) func theBooksMayRefuse(_ standing: Device.Standing)
    async throws
  {
    try await LinkRig.with { rig in
      _ = try await rig.ledger.change(.charger, nowMS: 0) { $0.standing = standing }
      let device = try await HandDevice.connect(port: rig.port)
      try device.hello(key: Self.key(rig))
      #expect(try await device.client.waits(forClose: 1008))
      #expect(device.client.closing?.reason == "the hello is not accepted")
      #expect(rig.counters.snapshot[.deviceTurnedAway] == 1)
      await device.close()
    }
  }

  @Test func aLowerBootNumberIsACopy() async throws {
    try await LinkRig.with { rig in
      let first = try await HandDevice.greeted(port: rig.port, key: Self.key(rig), boot: 5)
      await first.close()
      let second = try await HandDevice.connect(port: rig.port)
      try second.hello(key: Self.key(rig), boot: 4)
      #expect(try await second.client.waits(forClose: 1008))
      #expect(rig.ledger[.charger]?.standing == .quarantined)
      await second.close()
    }
  }

  @Test func brokenBooksSayTryAgain() async throws {
    try await LinkRig.with { rig in
      rig.ledger.setBroken(true)
      let device = try await HandDevice.connect(port: rig.port)
      try device.hello(key: Self.key(rig))
      #expect(try await device.client.waits(forClose: 1013))
      #expect(rig.registry.session(of: .charger) == nil)
      await device.close()
    }
  }

  /// The old key ends with the first greeting that uses the new one.
  @Test func aNewKeyEndsTheOldOne() async throws {
    try await LinkRig.with { rig in
      let old = Self.key(rig)
      let new = rig.keys.makeKey(for: .charger, serial: 2)
      _ = try await rig.ledger.change(.charger, nowMS: 0) { $0.keySerials = [1, 2] }
      let first = try await HandDevice.greeted(port: rig.port, key: old)
      #expect(first.heard.count == 1)
      await first.close()
      let second = try await HandDevice.connect(port: rig.port)
      try second.hello(key: new, serial: 2)
      #expect(try await second.waits(forMessages: 1))
      #expect(rig.keys.key(of: .charger, serial: 1) == nil)
      #expect(rig.keys.key(of: .lamp, serial: 1) != nil)
      let third = try await HandDevice.connect(port: rig.port)
      try third.hello(key: old)
      #expect(try await third.client.waits(forClose: 1008))
      #expect(rig.registry.session(of: .charger) == 2)
      for device in [second, third] { await device.close() }
    }
  }

  // MARK: - Frames of an open session

  enum BadFrame: CaseIterable { case replayed, skipped, earlier, forged, cut, bare, notJSON, ofAnotherSession }

  @Test(arguments: BadFrame.allCases) func aBadFrameEndsTheSession(_ bad: BadFrame) async throws {
    try await LinkRig.with { rig in
      let key = Self.key(rig)
      let device = try await HandDevice.greeted(port: rig.port, key: key)
      try device.ping()
      #expect(try await device.waits(forMessages: 2))
      let before = rig.ledger.transactions
      switch bad {
      case .replayed:
        let frame = try device.say(.ping(Ping(channels: [])))
        device.client.sendFrame(frame)
      case .skipped: try device.say(.ping(Ping(channels: [])), counter: 4)
      case .earlier: try device.say(.ping(Ping(channels: [])), counter: 2)
      case .forged: device.client.sendFrame(String(repeating: "0", count: 32) + #" 3 {"ping":{"ch":[]}}"#)
      case .cut: device.client.sendFrame(String(repeating: "0", count: 32))
      case .bare: device.client.sendFrame(#"{"ack":{"c":0,"n":1,"is":"done"}}"#)
      case .notJSON: try device.say { $0.string("not a message") }
      case .ofAnotherSession:
        let other = try await HandDevice.greeted(
          port: rig.port,
          key: rig.keys.makeKey(for: .lamp, serial: 1),
          device: "lamp"
        )
        device.client.sendFrame(try other.say(.ping(Ping(channels: [])), counter: 3))
        await other.close()
      }
      if bad == .notJSON {
        // JSON, but no message: that is answered, not punished.
        #expect(try await device.waits(forMessages: 3))
        #expect(device.heard.last == .unknown(Unknown(name: "")))
      } else {
        #expect(try await device.client.waits(forClose: 1008))
        #expect(rig.counters.snapshot[.deviceFrameRefused] >= 1)
        #expect(try await eventually { rig.registry.session(of: .charger) == nil })
        #expect(rig.ledger.dispatches.isEmpty)
      }
      #expect(rig.ears.answers.isEmpty)
      #expect(before >= 1)
      await device.close()
    }
  }

  @Test func whatIsNotKnownIsAnsweredUnknown() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      let reading = try #require(Reading(name: "temperature", value: "21.5", unit: "°C", atMS: 1))
      try device.say(.reading(reading))
      try device.say { writer in
        writer.beginObject()
        writer.key("dance")
        writer.bool(true)
        writer.endObject()
      }
      try device.say { writer in
        writer.beginObject()
        writer.key("ack")
        writer.string("wrong type")
        writer.endObject()
      }
      try device.say(
        .hello(
          Hello(
            device: "charger-1",
            keySerial: 1,
            deviceNonce: SessionNonce(boot: 1, session: 2),
            boot: 1,
            firmware: "",
            channels: []
          )
        )
      )
      try device.say(.unknown(Unknown(name: "run")))
      try device.ping()
      #expect(try await device.waits(forMessages: 6))
      #expect(
        Array(device.heard.dropFirst()) == [
          .unknown(Unknown(name: "reading")), .unknown(Unknown(name: "dance")), .unknown(Unknown(name: "ack")),
          .unknown(Unknown(name: "hello")), .pong(Pong(counter: 7)),
        ]
      )
      await device.close()
    }
  }

  @Test func aFrameOverTheLimitEndsTheSession() async throws {
    try await LinkRig.with { rig in
      let device = try await HandDevice.greeted(port: rig.port, key: Self.key(rig))
      device.client.sendFrame(String(repeating: "a", count: 1_025))
      #expect(try await device.client.waits(forClose: 1009))
      await device.close()
    }
  }

  /// What comes between hello and welcome is kept, up to a bound.
  @Test(arguments: [(8, true), (9, false)]) func earlyFramesWait(_ count: Int, _ isTaken: Bool) async throws {
    try await LinkRig.with { rig in
      rig.ledger.setHeld(true)
      let device = try await HandDevice.connect(port: rig.port)
      try device.hello(key: Self.key(rig))
      for _ in 0..<count { try device.ping() }
      if isTaken {
        #expect(device.heard.isEmpty)
        rig.ledger.setHeld(false)
        #expect(try await device.waits(forMessages: 1 + count))
        #expect(device.heard.last == .pong(Pong(counter: UInt64(count + 1))))
      } else {
        #expect(try await device.client.waits(forClose: 1008))
      }
      await device.close()
    }
  }

  // MARK: - The request

  @Test(arguments: [
    ("/link", "Sec-WebSocket-Protocol: coinslot.v1\r\n", 101, ""),
    ("/link", "Sec-WebSocket-Protocol: chat, coinslot.v1\r\n", 101, ""),
    ("/link", "Sec-WebSocket-Protocol: coinslot.v2\r\n", 400, "wrong_subprotocol"),
    ("/link", "Sec-WebSocket-Protocol: coinslot.v11\r\n", 400, "wrong_subprotocol"),
    ("/link", "Sec-WebSocket-Protocol: Coinslot.v1\r\n", 400, "wrong_subprotocol"),
    ("/link", "", 400, "wrong_subprotocol"), ("/", "Sec-WebSocket-Protocol: coinslot.v1\r\n", 404, "not_found"),
    ("/link", "Sec-WebSocket-Protocol: coinslot.v1\r\nOrigin: http://evil.example\r\n", 403, "origin_not_allowed"),
    ("/link", "Sec-WebSocket-Protocol: coinslot.v1\r\nOrigin: file://\r\n", 101, ""),
  ])
  func aDeviceAsksRightly(_ path: String, _ headers: String, _ status: Int, _ code: String) async throws {
    try await LinkRig.with { rig in
      let client = try await RawClient.webSocket(port: rig.port, path: path, headers: headers)
      #expect(client.status == status)
      if status == 101 {
        #expect(client.text.contains("\r\nSec-WebSocket-Protocol: coinslot.v1\r\n"))
      } else {
        #expect(client.text.contains(#""code":"\#(code)""#))
        #expect(client.text.contains("application/problem+json"))
      }
      await client.close()
      let post = try await request(port: rig.port, "POST /link")
      #expect(post.status == 405)
    }
  }
}
