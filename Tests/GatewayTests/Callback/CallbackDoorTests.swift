import Coinslot
import Gateway
import NIOCore
import Primitives
import Sockets
import TestKit
import Testing

/// The node's callbacks, over real sockets.
@Suite struct CallbackDoorTests {
  static let shop = FakeCallbackNetwork.key(1)
  static let stranger = FakeCallbackNetwork.key(2)

  @Test func hearsOfMoneyForASlot() async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "A"))
      #expect(answer.status == 200)
      #expect(answer.text.hasSuffix("\r\n\r\n"))
      #expect(rig.inbox.heard.map(\.id.transaction) == ["A"])
      #expect(rig.counters.snapshot[.callbackHeard] == 1)
    }
  }

  /// Nearly all callbacks are for other people: they cost no verification, even where they are lies.
  @Test func verifiesNothingForOthers() async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(#"{"to":"\#(Self.stranger.hex())","id":"B","amount":"1","true":false}"#)
      #expect(answer.status == 200)
      #expect(try await rig.post(#"{"no":"transfer"}"#).status == 200)
      #expect(rig.network.reads == 0)
      #expect(rig.inbox.heard.isEmpty)
      #expect(rig.counters.snapshot[.callbackForOthers] == 2)
    }
  }

  @Test func refusesLiesAboutOurMoney() async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(#"{"to":"\#(Self.shop.hex())","id":"B","amount":"1","true":false}"#)
      #expect(answer.status == 400)
      #expect(answer.text.contains(#""code":"bad_signature""#))
      #expect(rig.inbox.heard.isEmpty)
      #expect(rig.counters.snapshot[.callbackUntrue] == 1)
    }
  }

  @Test(arguments: ["", "{", "[]]", #"{"to":"x"}"#, #"{"to":"\u{1}"}"#, String(repeating: "[", count: 9)])
  func refusesWhatIsNoCallback(_ body: String) async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(body)
      #expect(answer.status == 400)
      #expect(answer.text.contains("Content-Type: application/problem+json"))
      for member in [
        #""type":"urn:coinslot:problem:bad_"#, #""title":"#, #""status":400"#, #""detail":"#, #""code":"bad_"#,
      ] {
        #expect(answer.text.contains(member))
      }
      #expect(try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "A")).status == 200)
    }
  }

  @Test func saysWhenTheTillIsFull() async throws {
    try await CallRig.with(watching: [Self.shop], inbox: FakeInbox(room: 1)) { rig in
      #expect(try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "A")).status == 200)
      let full = try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "B"))
      #expect(full.status == 503)
      #expect(full.text.contains("\r\nRetry-After: "))
      #expect(full.text.contains(#""code":"till_full""#))
      // The same payment again waits already.
      #expect(try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "A")).status == 200)
      #expect(rig.counters.snapshot[.callbackTillFull] == 1)
    }
  }

  /// What a browser or a proxy adds and a node never sends.
  @Test(arguments: [
    "Origin: http://127.0.0.1", "Origin: null", "origin: ", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors",
    "Sec-Fetch-Dest: empty", "sec-fetch-user: ?1", "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4",
    "X-Forwarded-Host: x", "x-forwarded-proto: https", "X-Forwarded-Port: 1", "X-Forwarded-Server: x",
    "X-Forwarded-Anything: 1", "Sec-Fetch-Future: 1", "Via: 1.1 x",
    "X-Real-IP: 1.2.3.4", "CF-Connecting-IP: 1.2.3.4", "Referer: http://evil.example/", "True-Client-IP: 1.2.3.4",
  ])
  func refusesBrowsersAndProxies(_ header: String) async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(
        FakeCallbackNetwork.body(to: Self.shop, id: "A"),
        headers: ["Content-Type: application/json", header]
      )
      #expect(answer.status == 403)
      #expect(answer.text.contains(#""code":"relayed""#))
      #expect(rig.inbox.heard.isEmpty)
      #expect(rig.counters.snapshot[.callbackRelayed] == 1)
    }
  }

  @Test(arguments: [
    ("application/json", true), ("application/json; charset=utf-8", true), ("Application/JSON", true),
    ("application/json ;charset=utf-8", true), ("text/plain", false), ("application/x-www-form-urlencoded", false),
    ("application/jsonp", false), ("text/plain, application/json", false), ("", false),
  ])
  func takesOnlyJSON(_ type: String, _ isTaken: Bool) async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(
        FakeCallbackNetwork.body(to: Self.shop, id: "A"),
        headers: ["Content-Type: \(type)"]
      )
      #expect(answer.status == (isTaken ? 200 : 403))
      #expect(rig.inbox.heard.count == (isTaken ? 1 : 0))
    }
  }

  @Test func needsAContentTypeOnce() async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let body = FakeCallbackNetwork.body(to: Self.shop, id: "A")
      let without = try await rig.post(body, headers: [])
      let twice = try await rig.post(body, headers: ["Content-Type: application/json", "Content-Type: text/plain"])
      #expect([without.status, twice.status] == [403, 403])
      #expect(rig.counters.snapshot[.callbackNotJSON] == 2)
    }
  }

  @Test(arguments: [
    (["10.0.0.0/8"], [String](), 403, "peer_not_allowed"), (["127.0.0.1"], ["127.0.0.0/8"], 403, "peer_is_proxy"),
    (["10.0.0.0/8", "127.0.0.1"], ["10.0.0.9"], 200, ""), (["::ffff:127.0.0.1"], [], 200, ""),
  ])
  func knowsItsPeers(_ allow: [String], _ proxies: [String], _ status: Int, _ code: String) async throws {
    var rules = CallbackRules()
    rules.allow = allow.compactMap { AddressRange($0) }
    rules.trustedProxies = proxies.compactMap { AddressRange($0) }
    try await CallRig.with(watching: [Self.shop], rules: rules) { rig in
      let answer = try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "A"))
      #expect(answer.status == status)
      #expect(answer.text.contains(code) || code.isEmpty)
      #expect(rig.inbox.heard.count == (status == 200 ? 1 : 0))
    }
  }

  /// The peer of a socket that listens on IPv6 shows as `::ffff:127.0.0.1`.
  @Test func mappedAddressesAreTheSameMachine() async throws {
    var rules = CallbackRules()
    rules.allow = [AddressRange("127.0.0.1")].compactMap { $0 }
    try await CallRig.with(watching: [Self.shop], rules: rules, on: ["[::]:0"]) { rig in
      let answer = try await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "A"))
      #expect(answer.status == 200)
    }
  }

  @Test(arguments: [
    ("GET /callback/", 405, "method_not_allowed"), ("PUT /callback/", 405, "method_not_allowed"),
    ("POST /callback", 404, "not_found"), ("POST /callback/?x=1", 404, "not_found"), ("POST /", 404, "not_found"),
    ("POST /callback/x", 404, "not_found"), ("GET /", 404, "not_found"), ("POST /call", 405, "method_not_allowed"),
  ])
  func isNowhereElse(_ line: String, _ status: Int, _ code: String) async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await request(
        port: rig.port,
        line,
        headers: ["Content-Type: application/json"],
        body: FakeCallbackNetwork.body(to: Self.shop, id: "A")
      )
      #expect(answer.status == status)
      #expect(answer.text.contains(#""code":"\#(code)""#))
      #expect(rig.inbox.heard.isEmpty)
    }
  }

  @Test func bodiesAreBounded() async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let answer = try await rig.post(String(repeating: " ", count: CallbackRules.bodyLimit + 1))
      #expect(answer.status == 413)
      #expect(answer.text.contains("application/problem+json") && answer.text.contains(#""code":"body_too_large""#))
      let body = FakeCallbackNetwork.body(to: Self.shop, id: "A")
      let longest = body + String(repeating: " ", count: CallbackRules.bodyLimit - body.utf8.count)
      #expect(try await rig.post(longest).status == 200)
    }
  }

  /// One connection may carry many callbacks, and a path of its own may be a secret.
  @Test func servesManyOnOneConnection() async throws {
    var rules = CallbackRules()
    rules.path = "/b7c1d0aa5b1f4a7f9d33c7f1e2a90455/"
    try await CallRig.with(watching: [Self.shop], rules: rules) { rig in
      let client = try await RawClient.connect(port: rig.port)
      for id in ["A", "B", "C"] {
        let body = FakeCallbackNetwork.body(to: Self.shop, id: id)
        client.send(
          "POST \(rules.path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
      }
      #expect(try await eventually { client.text.split(separator: "200 OK").count == 4 })
      #expect(rig.inbox.heard.map(\.id.transaction) == ["A", "B", "C"])
      await client.close()
    }
  }

  @Test func listensOnSeveralAddresses() async throws {
    try await CallRig.with(watching: [Self.shop], on: ["127.0.0.1:0", "[::1]:0"]) { rig in
      let body = FakeCallbackNetwork.body(to: Self.shop, id: "A")
      for (port, host) in zip(rig.listener.ports, ["127.0.0.1", "::1"]) {
        let answer = try await request(
          port: port,
          "POST /callback/",
          headers: ["Content-Type: application/json"],
          body: body,
          host: host
        )
        #expect(answer.status == 200)
      }
    }
  }

  /// What a browser sends when a page elsewhere posts a form, which needs no permission of ours.
  @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
  func pagesCannotPost(_ type: String) async throws {
    try await CallRig.with(watching: [Self.shop]) { rig in
      let page = ["Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]
      let answer = try await rig.post(
        FakeCallbackNetwork.body(to: Self.shop, id: "A"),
        headers: ["Content-Type: \(type)"] + page
      )
      #expect(answer.status == 403 && answer.text.contains(#""code":"relayed""#))
      #expect(rig.inbox.heard.isEmpty)
    }
  }

  /// The node posts as fast as its network works; strangers do not.
  @Test func theNodeIsNotThrottled() async throws {
    var limits = ClientLimits.none
    limits.connectionsPerSecond = 1
    limits.requestsPerSecond = 1
    limits.connections = 2
    for (allow, isNode) in [("127.0.0.1", true), ("192.0.2.1", false)] {
      var rules = CallbackRules()
      rules.allow = [AddressRange(allow)].compactMap { $0 }
      let gate = ClientGate(limits, treat: CallbackDoor.treatment(by: rules))
      try await CallRig.with(watching: [Self.shop], rules: rules, clients: gate) { rig in
        var statuses: [Int?] = []
        for number in 0..<30 {
          statuses.append(try? await rig.post(FakeCallbackNetwork.body(to: Self.shop, id: "\(number)")).status)
        }
        #expect(statuses.allSatisfy { $0 == 200 } == isNode)
        #expect((gate.refused.connectionRate > 0) == !isNode)
        guard isNode else { return }
        // But it may not take every place.
        var open: [RawClient] = []
        for _ in 0..<4 { open.append(try await RawClient.connect(port: rig.port)) }
        #expect(try await eventually { gate.refused.connections == 2 })
        for client in open { await client.close() }
      }
    }
  }

  /// A proxy of ours in front of the callback is no node, whatever `allow` says.
  @Test func aProxyIsNotTheNode() throws {
    var rules = CallbackRules()
    rules.trustedProxies = AddressRange.loopback
    let treat = CallbackDoor.treatment(by: rules)
    #expect(treat(try SocketAddress(ipAddress: "127.0.0.1", port: 1)) == .limited)
    rules.trustedProxies = []
    #expect(CallbackDoor.treatment(by: rules)(try SocketAddress(ipAddress: "127.0.0.1", port: 1)) == .unhurried)
  }
}
