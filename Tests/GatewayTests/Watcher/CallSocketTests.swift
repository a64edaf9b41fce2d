import Coinslot
import Gateway
import Primitives
import Sockets
import TestKit
import Testing

/// Old clients at `/call`, over real sockets.
@Suite struct CallSocketTests {
  static let key = FakeCallbackNetwork.key(7)
  static let nano = "nano_\(key.hex())"
  static let xrb = "xrb_\(key.hex())"

  /// Both spellings of an address are the same account; each listener gets the payment, once, and nothing else ever.
  @Test func tellsListenersOfBothSpellings() async throws {
    try await CallRig.with { rig in
      let first = try await rig.client([Self.nano])
      let second = try await rig.client([Self.xrb])
      let other = try await rig.client(["nano_\(FakeCallbackNetwork.key(8).hex())"])
      let body = FakeCallbackNetwork.body(to: Self.key, id: "A", amount: "5000000000000000000000000000000")
      for _ in 0..<3 { #expect(try await rig.post(body).status == 200) }
      // A second payment comes behind all of that: what is to come twice would have come by then.
      #expect(try await rig.post(FakeCallbackNetwork.body(to: Self.key, id: "B")).status == 200)
      for client in [first, second] {
        #expect(try await client.waits(forMessages: 2))
        #expect(
          client.messages == [
            #"{"amount": "5000000000000000000000000000000", "id": "A"}"#,
            #"{"amount": "5000000000000000000000000000000", "id": "B"}"#,
          ]
        )
        #expect(client.events.count == 2)
      }
      #expect(other.events.isEmpty)
      // Whoever is told needs no slot; the till hears nothing.
      #expect(rig.inbox.heard.isEmpty)
      #expect(rig.counters.snapshot[.watcherTold] == 4)
      for client in [first, second, other] { await client.close() }
    }
  }

  @Test func tellsOnceHoweverOftenRegistered() async throws {
    try await CallRig.with { rig in
      let client = try await rig.client([Self.nano, Self.nano, Self.xrb])
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "A"))
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "B"))
      #expect(try await client.waits(forMessages: 2))
      #expect(client.messages.count == 2)
      await client.close()
    }
  }

  /// A connection may wait for several addresses, an address for several connections.
  @Test func moreFramesAddMoreAddresses() async throws {
    try await CallRig.with { rig in
      let keys = (1...5).map { FakeCallbackNetwork.key($0) }
      let client = try await rig.client(keys.map { "nano_\($0.hex())" })
      for key in keys { rig.watchers.tell(FakeCallbackNetwork.transfer(to: key, id: "T\(key.hex().prefix(2))")) }
      #expect(try await client.waits(forMessages: 5))
      #expect(client.messages.map { $0.suffix(5) } == ["T01\"}", "T02\"}", "T03\"}", "T04\"}", "T05\"}"])
      await client.close()
    }
  }

  /// Who comes later is not told what was before, but a payment that the node repeats is new to it.
  @Test func replaysNothing() async throws {
    try await CallRig.with { rig in
      let early = try await rig.client([Self.nano])
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "A"))
      #expect(try await early.waits(forMessages: 1))
      let late = try await RawClient.webSocket(port: rig.port, path: "/call")
      late.sendFrame(#"{"address":"\#(Self.nano)"}"#)
      // Told only once the registration is known to have been read: behind it comes another address.
      let marker = FakeCallbackNetwork.key(9)
      late.sendFrame(#"{"address":"nano_\#(marker.hex())"}"#)
      #expect(try await eventually { rig.watchers.waits(for: marker) })
      #expect(late.messages.isEmpty)
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "A"))
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "B"))
      #expect(try await early.waits(forMessages: 2))
      #expect(try await late.waits(forMessages: 2))
      #expect(early.messages.count == 2)
      await early.close()
      await late.close()
    }
  }

  /// An old client reads fewer than 24 digits as a fortune, so dust is told to nobody.
  @Test(arguments: [
    ("999999999999999999999999", false), ("1000000000000000000000000", true), ("500000", false), ("0", false),
    ("340282366920938463463374607431768211455", true),
  ])
  func dustIsNotTold(_ amount: String, _ isTold: Bool) async throws {
    try await CallRig.with { rig in
      let client = try await rig.client([Self.nano])
      _ = try await rig.post(FakeCallbackNetwork.body(to: Self.key, id: "A", amount: amount))
      _ = try await rig.post(FakeCallbackNetwork.body(to: Self.key, id: "B"))
      #expect(try await client.waits(forMessages: isTold ? 2 : 1))
      #expect(client.messages.contains { $0.contains(#""A""#) } == isTold)
      #expect(rig.counters.snapshot[.watcherBelowLeast] == (isTold ? 0 : 1))
      await client.close()
    }
  }

  @Test func theLeastAmountMayBeTheAddressesOwn() async throws {
    var rules = WatcherRules()
    rules.leastByKey = [Self.key: Amount(100)]
    try await CallRig.with(watcherRules: rules) { rig in
      let client = try await rig.client([Self.nano])
      for amount: UInt128 in [99, 100] {
        rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "\(amount)", amount: Amount(amount)))
      }
      #expect(try await client.waits(forMessages: 1))
      #expect(client.messages == [#"{"amount": "100", "id": "100"}"#])
      await client.close()
    }
  }

  @Test(arguments: [
    ("{", 1007, "not JSON"), ("hello", 1007, "not JSON"), (#"["nano_1"]"#, 1008, "no"),
    (#"{"address":"nano_1"}"#, 1008, "not one of this network"), (#"{"address":42}"#, 1008, "no address"),
    (#"{"address":"ban_\#(key.hex())"}"#, 1008, "not one of this network"),
    (#"{"api_key":"0"}"#, 1008, "no address"), (#"{"address":"\#(nano)","address":"\#(nano)"}"#, 1008, "twice"),
  ])
  func closesOnABadRegistration(_ text: String, _ code: UInt16, _ words: String) async throws {
    try await CallRig.with { rig in
      let client = try await RawClient.webSocket(port: rig.port, path: "/call")
      client.sendFrame(text)
      #expect(try await client.waits(forClose: code))
      #expect(client.closing?.reason.contains(words) == true)
      #expect(client.messages.isEmpty)
      #expect(rig.counters.snapshot[.watcherRefused] == 1)
      await client.close()
      let next = try await rig.client([Self.nano])
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "A"))
      #expect(try await next.waits(forMessages: 1))
      await next.close()
    }
  }

  /// Frames that no client of RFC 6455 sends, and what it may send but old clients never did.
  @Test(
    arguments: [
      ([0x81, 0x02, 0x7b, 0x7d], 1002), ([0x82, 0x81, 0, 0, 0, 0, 0x7b], 1003), ([0x83, 0x80, 0, 0, 0, 0], 1002),
      ([0x81, 0x81, 0, 0, 0, 0, 0xff], 1007), ([0x81, 0xfe, 0x10, 0x01, 0, 0, 0, 0], 1009),
      ([0xc1, 0x80, 0, 0, 0, 0], 1002), ([0x80, 0x80, 0, 0, 0, 0], 1002),
    ] as [([UInt8], UInt16)]
  )
  func closesOnABadFrame(_ frame: [UInt8], _ code: UInt16) async throws {
    try await CallRig.with { rig in
      let client = try await rig.client([Self.nano])
      client.send(frame)
      #expect(try await client.waits(forClose: code))
      #expect(client.messages.isEmpty)
      // What it waited for is forgotten.
      #expect(try await eventually { !rig.watchers.waits(for: Self.key) })
      await client.close()
    }
  }

  @Test func ignoresTheGreetingOfSomeClients() async throws {
    try await CallRig.with { rig in
      let client = try await RawClient.webSocket(port: rig.port, path: "/call")
      client.sendFrame("Connected")
      client.sendFrame(#"{"address":"\#(Self.nano)","api_key":"123456"}"#)
      client.sendFrame("Connected")
      #expect(try await eventually { rig.watchers.waits(for: Self.key) })
      rig.watchers.tell(FakeCallbackNetwork.transfer(to: Self.key, id: "A"))
      #expect(try await client.waits(forMessages: 1))
      #expect(client.events.count == 1)
      await client.close()
    }
  }

  @Test func offeredSubprotocolsAreIgnored() async throws {
    try await CallRig.with { rig in
      let client = try await rig.client([Self.nano], headers: "Sec-WebSocket-Protocol: chat, superchat\r\n")
      #expect(client.status == 101)
      #expect(!client.text.contains("Sec-WebSocket-Protocol"))
      await client.close()
    }
  }

  @Test(arguments: [
    ("", 101), ("Origin: file://\r\n", 101), ("Origin: http://127.0.0.1:{port}\r\n", 101),
    ("Origin: https://lamp.example.org\r\n", 101), ("Origin: http://evil.example\r\n", 403),
    ("Origin: null\r\n", 403), ("Origin: http://127.0.0.1:1\r\n", 403),
    ("Origin: http://127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n", 403),
  ])
  func pagesFromElsewhereAreKeptOut(_ header: String, _ status: Int) async throws {
    try await CallRig.with(origins: ["https://lamp.example.org"]) { rig in
      let client = try await RawClient.webSocket(
        port: rig.port,
        path: "/call",
        headers: header.replacing("{port}", with: "\(rig.port)")
      )
      #expect(client.status == status)
      if status == 403 {
        #expect(client.text.contains(#""code":"origin_not_allowed""#))
        #expect(rig.counters.snapshot[.foreignOrigin] == 1)
      }
      await client.close()
    }
  }

  @Test func asksForAnUpgrade() async throws {
    try await CallRig.with { rig in
      let plain = try await request(port: rig.port, "GET /call")
      #expect(plain.status == 426)
      let elsewhere = try await RawClient.webSocket(port: rig.port, path: "/calls")
      #expect(elsewhere.status == 404)
      await elsewhere.close()
    }
  }
}
