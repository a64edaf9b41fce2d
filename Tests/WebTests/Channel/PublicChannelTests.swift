import Coinslot
import Logging
import NIOCore
import NIOHTTP1
import Sockets
import Testing

@testable import Web

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct PublicChannelTests {
  private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

  private final class Echo: WebSocketConnectionHandler {
    func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
      connection.send(WebSocketFrames.text(bytes))
    }
    func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {}
  }

  /// Only `/socket` is a WebSocket; `/closed` may not be one.
  private static let decide: @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision = { head, _ in
    switch head.path {
    case "/socket": .accept { Echo() }
    case "/closed": .refuse(status: .forbidden, problem: "not today")
    default: .notWebSocket
    }
  }

  private func handshake(_ path: String) -> String {
    "GET \(path) HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(Self.key)\r\n\r\n"
  }

  /// A masked text frame.
  private func frame(_ text: String) -> [UInt8] {
    let mask: [UInt8] = [1, 2, 3, 4]
    return [0x81, 0x80 | UInt8(text.utf8.count)] + mask + text.utf8.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  @Test func acceptedPathBecomesAWebSocket() async throws {
    try await TestServer.with(decide: Self.decide) { server in
      let socket = try await RawConnection.open(port: server.port)
      defer { socket.close() }
      // The first frame may come with the handshake.
      try await socket.send(Array(handshake("/socket").utf8) + frame("early"))
      let head = try await socket.wait(for: "\r\n\r\n")
      #expect(head.hasPrefix("HTTP/1.1 101 ") && head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
      try await socket.wait(for: "early")
      try await socket.send(frame("later"))
      try await socket.wait(for: "later")
      // Hummingbird's port goes on serving.
      #expect(try await server.ask("GET", "/livez").status == 200)
    }
  }

  @Test func otherPathsAreOrdinary() async throws {
    try await TestServer.with(decide: Self.decide) { server in
      let refused = try await server.raw(handshake("/closed"))
      #expect(refused.status == 403 && refused["content-type"] == "application/problem+json")
      let ordinary = try await server.raw(
        handshake("/livez").replacing("Upgrade\r\nSec", with: "close, Upgrade\r\nSec")
      )
      #expect(ordinary.status == 200)
      let plain = try await server.ask("GET", "/socket")
      #expect(plain.status == 426)
    }
  }

  @Test func severalRequestsOnOneConnection() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      for _ in 0..<3 {
        try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        try await connection.wait(for: "\r\n\r\nok\n")
      }
      // And two at once.
      try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      try await connection.wait(for: "\r\n\r\nok\n")
      try await connection.wait(for: "\r\n\r\nok\n")
    }
  }

  @Test(arguments: [
    ("GARBAGE\r\n\r\n", 400), ("GET /livez HTTP/1.1\r\n\r\n", 400), ("GET /livez HTTP/3.0\r\nHost: x\r\n\r\n", 505),
    ("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    ("POST /v1/backup HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
  ])
  func whatIsNoHTTPIsAProblem(_ bytes: String, _ status: Int) async throws {
    try await TestServer.with { server in
      let reply = try await server.raw(bytes)
      #expect(reply.status == status && reply["content-type"] == "application/problem+json", "\(reply.text)")
    }
  }

  @Test func garbageAfterAGoodRequestIsAProblem() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      try await connection.wait(for: "\r\n\r\nok\n")
      try await connection.send("NO SUCH THING\r\n\r\n")
      let text = try await connection.wait(for: "\"code\":\"bad_http\"")
      #expect(text.contains("HTTP/1.1 400") && text.contains("application/problem+json"))
      #expect(await connection.isClosed(withinMS: 5_000))
    }
  }

  @Test func headIsBounded() async throws {
    try await TestServer.with { server in
      let long = String(repeating: "x", count: 20_000)
      #expect(try await server.raw("GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n").status == 431)
      let many = (0..<120).map { "X-\($0): y\r\n" }.joined()
      #expect(try await server.raw("GET /livez HTTP/1.1\r\nHost: x\r\n\(many)\r\n").status == 431)
      // The same on a connection that has proved itself.
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      try await connection.wait(for: "\r\n\r\nok\n")
      try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n")
      let text = try await connection.wait(for: "\"head_too_large\"")
      #expect(text.contains("HTTP/1.1 431"))
    }
  }

  @Test func bodyIsBounded() async throws {
    try await TestServer.with { server in
      let headers = "Host: x\r\nConnection: close\r\nAuthorization: Bearer \(server.world.token)\r\n"
      let announced = try await server.raw(
        "POST /v1/slots/charger/close HTTP/1.1\r\n\(headers)Content-Type: application/json\r\nContent-Length: 65537\r\n\r\n"
      )
      #expect(announced.status == 413 && announced.code == "body_too_large")
      let piece = "4000\r\n\(String(repeating: " ", count: 0x4000))\r\n"
      let chunked = try await server.raw(
        "POST /v1/slots/charger/close HTTP/1.1\r\n\(headers)Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
          + String(repeating: piece, count: 5) + "0\r\n\r\n"
      )
      #expect(chunked.status == 413 && chunked.code == "body_too_large")
      #expect(try await server.world.ledger.closure(of: World.slot) == nil)
    }
  }

  @Test func unfinishedBodyIsATimeout() async throws {
    var limits = PublicLimits()
    limits.requestWithinMS = 200
    try await TestServer.with(limits: limits) { server in
      let reply = try await server.raw(
        "POST /v1/slots/charger/close HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.world.token)\r\n"
          + "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"words\""
      )
      #expect(reply.status == 408 && reply.code == "request_timeout")
      #expect(try await server.world.ledger.closure(of: World.slot) == nil)
    }
  }

  @Test func bodyThatBreaksOffChangesNothing() async throws {
    try await TestServer.with { server in
      for body in ["", "{\"words\":\"x\"}"] {
        let connection = try await RawConnection.open(port: server.port)
        try await connection.send(
          "POST /v1/slots/charger/close HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.world.token)\r\n"
            + "Content-Type: application/json\r\nContent-Length: 40\r\n\r\n\(body)"
        )
        connection.halfClose()
        let reply = try Reply(await connection.readToEnd())
        connection.close()
        #expect(reply.status == 400)
      }
      #expect(try await server.world.ledger.closure(of: World.slot) == nil)
    }
  }

  @Test func idleConnectionIsClosed() async throws {
    var limits = PublicLimits()
    limits.idleMS = 100
    try await TestServer.with(limits: limits) { server in
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      try await connection.wait(for: "\r\n\r\nok\n")
      #expect(await connection.isClosed(withinMS: 5_000))
    }
  }

  @Test func answerReachesAClientThatClosedItsHalf() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      connection.halfClose()
      #expect(try Reply(await connection.readToEnd()).status == 200)
    }
  }

  @Test func halfClosedConnectionsLeaveNothingBehind() async throws {
    try await TestServer.with(decide: Self.decide) { server in
      let before = FileBytes.names(in: "/proc/self/fd").count
      var connections: [RawConnection] = []
      for number in 0..<200 {
        let connection = try await RawConnection.open(port: server.port)
        switch number % 5 {
        case 0: break
        case 1: try await connection.send("GET /livez HTT")
        case 2: try await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        case 3: try await connection.send(handshake("/socket"))
        default: try await connection.send("GET /s/charger/live HTTP/1.1\r\nHost: x\r\n\r\n")
        }
        connection.halfClose()
        connections.append(connection)
      }
      // The clients stay; the server's ends must go. Other tests run meanwhile, so a few more or less say nothing.
      var left = 0
      for _ in 0..<100 {
        left = FileBytes.names(in: "/proc/self/fd").count - before - connections.count
        if left < 60 { break }
        try await Task.sleep(for: .milliseconds(100))
      }
      for connection in connections { connection.close() }
      #expect(left < 60)
      #expect(try await server.ask("GET", "/livez").status == 200)
    }
  }

  @Test func severalAddressesShareOneRouter() async throws {
    let world = World()
    let (ports, signal) = AsyncStream<[Int]>.makeStream()
    let server = PublicServer(
      world.context(),
      listen: ["127.0.0.1:0", "127.0.0.1:0"],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onRunning: { addresses in signal.yield(addresses.compactMap(\.port)) }
    )
    let task = Task { try await server.run() }
    let bound = await ports.first { _ in true } ?? []
    #expect(bound.count == 2 && Set(bound).count == 2)
    for port in bound { #expect(try await TestServer(port: port, world: world).ask("GET", "/livez").status == 200) }
    task.cancel()
    _ = try? await task.value
    // Nobody listens any more.
    for port in bound { await #expect(throws: (any Error).self) { try await RawConnection.open(port: port) } }
  }

  @Test func localhostIsBothLoopbacksAtOnePort() async throws {
    let (ports, signal) = AsyncStream<[Int]>.makeStream()
    let server = PublicServer(
      World().context(),
      listen: ["localhost:0"],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      onRunning: { addresses in signal.yield(addresses.compactMap(\.port)) }
    )
    let task = Task { try await server.run() }
    let bound = await ports.first { _ in true } ?? []
    // A machine without IPv6 has one of the two.
    #expect((1...2).contains(bound.count) && Set(bound).count == 1)
    task.cancel()
    _ = try? await task.value
  }

  @Test func portInUseIsSaid() async throws {
    try await TestServer.with { server in
      for listen in [["127.0.0.1:\(server.port)"], ["127.0.0.1:0", "127.0.0.1:\(server.port)"]] {
        let second = PublicServer(
          server.world.context(),
          listen: listen,
          logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        await #expect(throws: ListenerError.inUse("127.0.0.1:\(server.port)")) { try await second.run() }
      }
      let bad = PublicServer(
        server.world.context(),
        listen: ["nonsense"],
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      )
      await #expect(throws: ListenerError.self) { try await bad.run() }
    }
  }
}
