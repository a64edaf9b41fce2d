import Coinslot
import Primitives
import Testing

@testable import Web

struct AuditRoutesTests {
  private func context(_ world: World, heartbeatMS: Int64 = 15_000, _ audit: @escaping @Sendable () async -> JSONValue)
    -> WebContext
  {
    var context = world.context(heartbeatMS: heartbeatMS)
    context.audit = audit
    return context
  }

  @Test func theAnswerIsTheAudit() async throws {
    let world = World()
    try await TestServer.with(world, context: context(world) { .members(["explained": true]) }) { server async throws in
      let reply = try await server.api("GET", "/v1/audit")
      #expect(reply.status == 200 && reply.json["explained"]?.bool == true)
      #expect(try await server.api("GET", "/v1/audit").status == 200, "the place is free again")
      #expect(try await server.ask("GET", "/v1/audit").status == 401)
      #expect(try await server.api("GET", "/v1/audit?x=1").code == "unknown_parameter")
    }
  }

  @Test func withoutAnAuditItIsNotAvailable() async throws {
    try await TestServer.with { server async throws in
      #expect(try await server.api("GET", "/v1/audit").code == "no_audit")
    }
  }

  @Test func itBeatsWhileItWorksAndRunsOnce() async throws {
    let world = World(), slow = Bell(), begun = Counter()
    let context = context(world, heartbeatMS: 30) {
      begun.count()
      await slow.wait(past: 0)
      return .members(["explained": false])
    }
    try await TestServer.with(world, context: context) { server async throws in
      let first = try await RawConnection.open(port: server.port)
      defer { first.close() }
      try await first.send("GET /v1/audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.world.token)\r\n\r\n")
      for _ in 0..<2 { try await first.wait(for: "1\r\n\n\r\n") }
      #expect(try await server.api("GET", "/v1/audit").code == "audit_running")
      slow.ring()
      #expect(try await first.wait(for: "{\"explained\"").contains("200 OK") == false)
      #expect(begun.value == 1)
    }
  }

  @Test func itEndsWhenItsClientLeaves() async throws {
    let world = World(), never = Bell(), ended = Counter()
    let context = context(world) {
      await never.wait(past: 0)
      ended.count()
      return .null
    }
    try await TestServer.with(world, context: context) { server async throws in
      let first = try await RawConnection.open(port: server.port)
      try await first.send("GET /v1/audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.world.token)\r\n\r\n")
      try await first.wait(for: "200 OK")
      first.close()
      for _ in 0..<1_000 where ended.value == 0 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(ended.value == 1)
    }
  }
}
