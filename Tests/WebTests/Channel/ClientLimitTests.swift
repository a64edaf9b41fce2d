import NIOCore
import Sockets
import Synchronization
import Testing

@testable import Web

/// Microseconds that stand still until a test moves them.
private final class StandingTime: Sendable {
  private let time = Mutex<Int64>(5_000_000)

  var now: Int64 { time.withLock { $0 } }

  func pass(ms: Int64) { time.withLock { $0 += ms * 1_000 } }
}

/// Limits of one client on the public port.
struct ClientLimitTests {
  private final class Silent: WebSocketConnectionHandler {
    func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {}
    func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {}
  }

  private func with(
    proxies: Set<String> = [],
    time: StandingTime = StandingTime(),
    _ change: (inout ClientLimits) -> Void,
    _ test: @escaping @Sendable (TestServer, ClientGate) async throws -> Void
  ) async throws {
    var limits = ClientLimits.none
    change(&limits)
    let trusted = TrustedProxies(proxies)
    let gate = ClientGate(limits, clock: { time.now }, treat: trusted.treatment)
    let world = World()
    try await TestServer.with(
      world,
      context: world.context(trustedProxies: proxies, clients: gate),
      decide: { head, _ in head.path == "/socket" ? .accept { Silent() } : .notWebSocket }
    ) { server in
      try await test(server, gate)
    }
  }

  @Test func openConnections() async throws {
    try await with({ $0.connections = 2 }) { server, gate in
      let open = [try await RawConnection.open(port: server.port), try await RawConnection.open(port: server.port)]
      for connection in open {
        try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        try await connection.wait(for: "\r\n\r\nok\n")
      }
      for number in 1...5 {
        let third = try await RawConnection.open(port: server.port)
        #expect(await third.isClosed(withinMS: 5_000))
        third.close()
        #expect(gate.refused.connections == number)
      }
      for connection in open { connection.close() }
      // The server goes on as before.
      var status = 0
      for _ in 0..<200 where status != 200 {
        status = (try? await server.ask("GET", "/livez").status) ?? 0
        if status != 200 { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(status == 200)
    }
  }

  @Test func newConnections() async throws {
    let time = StandingTime()
    try await with(time: time, { $0.connectionsPerSecond = 2 }) { server, gate in
      for _ in 0..<8 { #expect(try await server.ask("GET", "/livez").status == 200) }
      for number in 1...3 {
        let refused = try await RawConnection.open(port: server.port)
        #expect(await refused.isClosed(withinMS: 5_000))
        refused.close()
        #expect(gate.refused.connectionRate == number)
      }
      time.pass(ms: 500)
      #expect(try await server.ask("GET", "/livez").status == 200)
    }
  }

  @Test func requestsByWhoSentThem() async throws {
    try await with(proxies: ["127.0.0.1"], { $0.requestsPerSecond = 1 }) { server, _ in
      let ask = { (address: String) in
        try await server.ask("GET", "/livez", headers: ["X-Forwarded-For": "6.6.6.6, \(address)"])
      }
      for _ in 0..<4 { #expect(try await ask("192.0.2.1").status == 200) }
      let reply = try await ask("192.0.2.1")
      #expect(reply.status == 429 && reply.code == "too_many" && reply["retry-after"] == "1")
      // IPv6 counts by /64.
      for number in 1...4 { #expect(try await ask("2001:db8:1:2::\(number)").status == 200) }
      #expect(try await ask("2001:db8:1:2::5").status == 429)
      #expect(try await ask("2001:db8:1:3::5").status == 200)
    }
  }

  @Test func forwardedByAStrangerDoesNotHelp() async throws {
    try await with({ $0.requestsPerSecond = 1 }) { server, _ in
      var last = 0
      for number in 1...6 {
        last = try await server.ask("GET", "/livez", headers: ["X-Forwarded-For": "192.0.2.\(number)"]).status
      }
      #expect(last == 429)
    }
  }

  @Test func webSocketsByWhoSentThem() async throws {
    try await with(proxies: ["127.0.0.1"], { $0.webSockets = 1 }) { server, gate in
      let open = { (address: String) in
        let connection = try await RawConnection.open(port: server.port)
        try await connection.send(
          "GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: \(address)\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        return (connection, try await connection.wait(for: "\r\n\r\n"))
      }
      let (first, head) = try await open("192.0.2.1")
      #expect(head.contains(" 101 "))
      let (second, refusal) = try await open("192.0.2.1")
      #expect(refusal.contains("HTTP/1.1 429 ") && refusal.contains("Retry-After: 30"))
      let (third, other) = try await open("192.0.2.2")
      #expect(other.contains(" 101 "))
      first.close()
      var again = ""
      for _ in 0..<100 where !again.contains(" 101 ") {
        let (connection, head) = try await open("192.0.2.1")
        again = head
        connection.close()
        if !head.contains(" 101 ") { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(again.contains(" 101 "))
      #expect(gate.refused.webSockets >= 1)
      second.close()
      third.close()
    }
  }
}
