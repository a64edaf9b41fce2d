import Primitives
import Synchronization
import Testing

@testable import Web

struct EventRoutesTests {
  private func open(_ server: TestServer, _ path: String = "/v1/events", lastID: String? = nil) async throws
    -> RawConnection
  {
    let connection = try await RawConnection.open(port: server.port)
    let id = lastID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
    try await connection.send(
      "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.world.token)\r\n\(id)\r\n"
    )
    return connection
  }

  @Test func newEventsComeAsTheyHappen() async throws {
    try await TestServer.with { server in
      server.world.ledger.append("old.one", "{}")
      let stream = try await open(server)
      defer { stream.close() }
      let head = try await stream.wait(for: "event: hello\ndata: {\"sequence\":1}\n\n")
      #expect(head.contains("200 OK") && head.contains("text/event-stream") && head.contains("retry: 2000\n\n"))
      #expect(head.contains("id: 7:1\n") && !head.contains("old.one"))
      server.world.ledger.append("payment.confirmed", "{\"payment\":\"pay_1\"}", atMS: 9)
      let event = try await stream.wait(for: "pay_1\"}}\n\n")
      #expect(
        event.contains(
          "id: 7:2\nevent: payment.confirmed\n"
            + "data: {\"sequence\":2,\"at_ms\":9,\"type\":\"payment.confirmed\",\"data\":{\"payment\":\"pay_1\"}}\n\n"
        )
      )
    }
  }

  @Test func hintHasNoID() async throws {
    try await TestServer.with { server in
      let stream = try await open(server)
      defer { stream.close() }
      try await stream.wait(for: "hello")
      server.world.hints.note(World.sighting())
      let text = try await stream.wait(for: "event: payment.detected\n")
      #expect(!text.contains("id:"))
      let data = try await stream.wait(for: "\n\n")
      #expect(data.contains(World.address) && data.contains("\"sequence\":null"))
      server.world.ledger.append("tick", "{}")
      try await stream.wait(for: "id: 7:1\nevent: tick\n")
    }
  }

  @Test func streamResumesWhereItBroke() async throws {
    try await TestServer.with { server in
      for number in 1...450 { server.world.ledger.append("tick", "{\"n\":\(number)}") }
      let byHeader = try await open(server, lastID: "7:448")
      defer { byHeader.close() }
      let text = try await byHeader.wait(for: "\"n\":450}}\n\n")
      #expect(text.contains("id: 7:449\n") && !text.contains("id: 7:448\n") && !text.contains("hello"))
      // More than one batch, from the start.
      let byQuery = try await open(server, "/v1/events?after=7:0")
      defer { byQuery.close() }
      let all = try await byQuery.wait(for: "\"n\":450}}\n\n")
      #expect(all.components(between: "id: 7:", and: "\n") == (1...450).map(String.init))
    }
  }

  @Test(arguments: ["6:3", "7:99", "7:1"])
  func whatCannotBeResumedIsReset(_ place: String) async throws {
    try await TestServer.with { server in
      server.world.ledger.change { $0.trimmed = 2 }
      server.world.ledger.append("tick", "{}")
      let stream = try await open(server, lastID: place)
      defer { stream.close() }
      let text = try await stream.wait(for: "event: reset\ndata: {\"sequence\":3}\n\n")
      #expect(text.contains("id: 7:3\n"))
      server.world.ledger.append("tock", "{}")
      try await stream.wait(for: "id: 7:4\nevent: tock\n")
    }
  }

  @Test(arguments: ["7", "7:x", ":3", "7:-1", "7:1:2", ""])
  func badPlaceIsRefused(_ place: String) async throws {
    try await TestServer.with { server in
      let reply = try await server.api("GET", "/v1/events", headers: ["Last-Event-ID": place])
      #expect(reply.status == 400 && reply.code == "bad_event_id")
    }
  }

  @Test func heartbeat() async throws {
    let world = World()
    try await TestServer.with(world, context: world.context(heartbeatMS: 50)) { server in
      let stream = try await open(server)
      defer { stream.close() }
      // Each comes in a chunk of its own.
      for _ in 0..<3 { try await stream.wait(for: "3\r\n:\n\n\r\n") }
    }
  }

  /// Whatever wakes a stream first, it ends with its token: the ring of a rotation, or its next sign of life.
  @Test(arguments: [true, false]) func streamEndsWithItsToken(_ isRung: Bool) async throws {
    let world = World()
    var context = world.context(heartbeatMS: isRung ? 60_000 : 50, eventStreams: 2)
    let other = AdminToken.hash(of: "cst_other")
    context.rotateToken = { _ in
      world.hash.withLock { $0 = other }
      return "cst_other"
    }
    try await TestServer.with(world, context: context) { server in
      let stream = try await open(server)
      defer { stream.close() }
      try await stream.wait(for: "hello")
      if isRung {
        let reply = try await server.api("POST", "/v1/token/rotate")
        #expect(reply.status == 201 && reply.json["token"]?.string == "cst_other")
      } else {
        world.hash.withLock { $0 = other }
      }
      // The end of a chunked answer, and of the connection.
      try await stream.wait(for: "0\r\n\r\n")
      server.world.ledger.append("secret", "{}")
      let rest = try await stream.readToEnd()
      #expect(!String(decoding: rest, as: UTF8.self).contains("secret"))
    }
  }

  @Test func dataOfSeveralLinesStaysOneMessage() async throws {
    try await TestServer.with { server in
      let stream = try await open(server, "/v1/events?after=7:0")
      defer { stream.close() }
      server.world.ledger.append("odd", "{\n\r\"a\":1}")
      let text = try await stream.wait(for: "\"a\":1}}\n\n")
      #expect(text.contains("\"data\":{\ndata: \ndata: \"a\"") || text.contains("\"data\":{\ndata: \"a\""))
    }
  }

  @Test func boundedAndGivenBack() async throws {
    let world = World()
    try await TestServer.with(world, context: world.context(eventStreams: 1)) { server in
      let first = try await open(server)
      try await first.wait(for: "hello")
      let second = try await server.api("GET", "/v1/events")
      #expect(second.status == 503 && second.code == "too_many_streams" && second["retry-after"] != nil)
      first.close()
      #expect(try await isFree(server))
    }
  }

  @Test func clientThatDoesNotReadIsDropped() async throws {
    let world = World()
    var limits = PublicLimits()
    limits.unreadMS = 200
    try await TestServer.with(world, context: world.context(eventStreams: 1), limits: limits) { server in
      let filler = "{\"x\":\"\(String(repeating: "y", count: 60_000))\"}"
      for _ in 0..<300 { world.ledger.append("fat", filler) }
      let stuck = try await RawConnection.open(port: server.port, receiveBuffer: 4_096)
      defer { stuck.close() }
      try await stuck.send(
        "GET /v1/events?after=7:0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(world.token)\r\n\r\n"
      )
      try await stuck.wait(for: "retry: 2000")
      // Its place can be free only because the server let it go.
      #expect(try await isFree(server))
    }
  }

  /// Whether the only place becomes free within ten seconds.
  private func isFree(_ server: TestServer) async throws -> Bool {
    for _ in 0..<200 {
      let next = try await open(server)
      defer { next.close() }
      if try await next.wait(for: "\r\n\r\n").contains("200 OK") { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }
}

extension String {
  /// The texts between two marks, in order.
  func components(between open: String, and close: String) -> [String] {
    var found: [String] = []
    var rest = self[...]
    while let start = rest.firstRange(of: open) {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: close) else { break }
      found.append(String(rest[..<end.lowerBound]))
      rest = rest[end.upperBound...]
    }
    return found
  }
}
