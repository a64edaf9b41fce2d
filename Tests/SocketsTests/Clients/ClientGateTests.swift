import NIOCore
import Testing

@testable import Sockets

/// Limits of one client at a real listener.
@Suite struct ClientGateTests {
  private static func limits(_ change: (inout ClientLimits) -> Void) -> ClientLimits {
    var limits = ClientLimits.none
    change(&limits)
    return limits
  }

  private func with(
    _ gate: ClientGate,
    service: TestService = TestService(),
    on address: String = "127.0.0.1:0",
    _ body: (_ port: Int, _ listener: Listener) async throws -> Void
  ) async throws {
    var options = Listener.Options()
    options.clients = gate
    try await withServer(service, on: address, options: options, body)
  }

  @Test func openConnections() async throws {
    let gate = ClientGate(Self.limits { $0.connections = 2 })
    try await with(gate) { port, listener in
      let one = try await RawClient.connect(port: port)
      try await RawClient.with(port: port) { two in
        two.send("GET /two HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await two.waits(for: "GET /two"))
        #expect(await eventually { listener.counts.open == 2 })
        try await RawClient.with(port: port) { #expect(await $0.waitsForEnd()) }
        #expect(gate.refused == ClientGate.Refused(connections: 1))
        #expect(listener.counts == ConnectionCounts(accepted: 2, open: 2, refused: 1))
      }
      #expect(await eventually { listener.counts.open == 1 })
      try await RawClient.with(port: port) { three in
        three.send("GET /three HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await three.waits(for: "GET /three"))
      }
      await one.close()
    }
  }

  @Test func newConnections() async throws {
    let time = ManualMicroseconds()
    let gate = ClientGate(Self.limits { $0.connectionsPerSecond = 1 }, clock: { time.now })
    try await with(gate) { port, _ in
      for _ in 0..<4 { try await Self.ask(port, "HTTP/1.1 200") }
      try await RawClient.with(port: port) { #expect(await $0.waitsForEnd()) }
      #expect(gate.refused.connectionRate == 1)
      time.pass(ms: 1_000)
      try await Self.ask(port, "HTTP/1.1 200")
    }
  }

  private static func ask(_ port: Int, _ answer: String) async throws {
    try await RawClient.with(port: port) { client in
      client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(await client.waits(for: answer))
    }
  }

  @Test func requests() async throws {
    let time = ManualMicroseconds()
    let gate = ClientGate(Self.limits { $0.requestsPerSecond = 1 }, clock: { time.now })
    try await with(gate) { port, _ in
      try await RawClient.with(port: port) { client in
        for number in 0..<4 {
          client.send("GET /\(number) HTTP/1.1\r\nHost: t\r\n\r\n")
          #expect(await client.waits(for: "GET /\(number) 0"))
        }
        client.send("GET /no HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.waits(for: "HTTP/1.1 429 "))
        #expect(client.text.contains("\r\nRetry-After: 1\r\n") && client.text.contains(#""code":"too_many""#))
        #expect(client.text.contains("application/problem+json") && !client.text.contains("GET /no"))
        #expect(await client.waitsForEnd())
      }
      time.pass(ms: 1_000)
      try await Self.ask(port, "HTTP/1.1 200")
      #expect(gate.refused.requestRate == 1)
    }
  }

  @Test func webSockets() async throws {
    let gate = ClientGate(Self.limits { $0.webSockets = 1 })
    let log = SocketLog()
    try await with(gate, service: .webSockets(log)) { port, _ in
      try await RawClient.with(port: port) { one in
        one.send(ClientFrames.handshake())
        #expect(await one.waits(for: " 101 "))
        try await RawClient.with(port: port) { two in
          two.send(ClientFrames.handshake())
          #expect(await two.waits(for: "HTTP/1.1 429 "))
          #expect(two.text.contains("too_many_sockets") && two.text.contains("Retry-After: "))
        }
        try await Self.ask(port, "HTTP/1.1 200")
      }
      #expect(await eventually { log.ends.count == 1 })
      try await RawClient.with(port: port) { three in
        three.send(ClientFrames.handshake())
        #expect(await three.waits(for: " 101 "))
      }
      #expect(gate.refused.webSockets == 1)
    }
  }

  /// A handshake that fails keeps no place.
  @Test func aFailedHandshakeTakesNoPlace() async throws {
    let gate = ClientGate(Self.limits { $0.webSockets = 1 })
    try await with(gate, service: .webSockets(SocketLog())) { port, _ in
      for _ in 0..<3 {
        try await RawClient.with(port: port) { client in
          client.send("GET /ws HTTP/1.1\r\nHost: t\r\n\r\n")
          #expect(await client.waits(for: "HTTP/1.1 426 "))
        }
      }
      try await RawClient.with(port: port) { client in
        client.send(ClientFrames.handshake())
        #expect(await client.waits(for: " 101 "))
      }
    }
  }

  /// The node may come as often as it likes, but not have more open than others; a proxy is not counted at all.
  @Test(arguments: [(ClientGate.Treatment.unhurried, true, false), (.relay, true, true), (.limited, false, false)])
  func treatments(_ treatment: ClientGate.Treatment, _ isFast: Bool, _ isWide: Bool) async throws {
    let time = ManualMicroseconds()
    let limits = Self.limits {
      $0.connections = 6
      $0.connectionsPerSecond = 1
      $0.requestsPerSecond = 1
    }
    let gate = ClientGate(limits, clock: { time.now }) { _ in treatment }
    try await with(gate) { port, listener in
      guard isFast else {
        for _ in 0..<4 { try await Self.ask(port, "HTTP/1.1 200") }
        try await RawClient.with(port: port) { #expect(await $0.waitsForEnd()) }
        #expect(gate.refused.connectionRate == 1)
        return
      }
      for _ in 0..<10 { try await Self.ask(port, "HTTP/1.1 200") }
      #expect(gate.refused == ClientGate.Refused())
      #expect(await eventually { listener.counts.open == 0 })
      var clients: [RawClient] = []
      for _ in 0..<8 { clients.append(try await RawClient.connect(port: port)) }
      #expect(await eventually { listener.counts.open == (isWide ? 8 : 6) })
      #expect(await eventually { gate.refused.connections == (isWide ? 0 : 2) })
      for client in clients { await client.close() }
    }
  }

  /// The peer of a socket that listens on IPv6 shows as `::ffff:127.0.0.1` and is the same client.
  @Test func mappedAddressesAreTheSameClient() async throws {
    let gate = ClientGate(Self.limits { $0.connections = 1 })
    try await with(gate, on: "[::]:0") { port, listener in
      try await RawClient.with(port: port) { _ in
        #expect(await eventually { listener.counts.open == 1 })
        try await RawClient.with(port: port) { #expect(await $0.waitsForEnd()) }
        // IPv6's loopback is another one.
        try await RawClient.with(port: port, host: "::1") { client in
          client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
          #expect(await client.waits(for: "HTTP/1.1 200"))
        }
      }
    }
  }
}
