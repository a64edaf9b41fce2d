import Primitives
import Testing

@testable import Web

struct HealthRoutesTests {
  @Test func livesAndIsReady() async throws {
    try await TestServer.with { server in
      #expect(try await server.ask("GET", "/livez").text == "ok\n")
      let ready = try await server.ask("GET", "/readyz")
      #expect(ready.status == 200 && ready.text == "ok\n" && ready["cache-control"] == "no-store")
      #expect(try await server.ask("HEAD", "/readyz").status == 200)
      #expect(try await server.ask("GET", "/api/v1/health").json["status"]?.string == "ok")
      #expect(try await server.ask("GET", "/readyz?nonsense").status == 400)
    }
  }

  @Test func degradedStaysInService() async throws {
    let world = World()
    let checks = [
      ReadinessCheck(name: "ledger_write", state: .ok),
      ReadinessCheck(name: "source", state: .degraded("http://10.0.0.3 is behind")),
    ]
    try await TestServer.with(world, context: world.context(checks: checks)) { server in
      let reply = try await server.ask("GET", "/readyz?verbose")
      #expect(reply.status == 200 && reply.json["status"]?.string == "degraded")
      #expect(reply.json["checks"]?[1]?["status"]?.string == "degraded")
      // Why is for the operator.
      #expect(!reply.text.contains("10.0.0.3"))
      #expect(try await server.api("GET", "/readyz?verbose").text.contains("10.0.0.3"))
    }
  }

  @Test func failedIsNotReady() async throws {
    let world = World()
    let checks = [ReadinessCheck(name: "ledger_write", state: .failed("disk full"))]
    try await TestServer.with(world, context: world.context(checks: checks)) { server in
      let reply = try await server.ask("GET", "/readyz")
      #expect(reply.status == 503 && reply.text == "failed\n")
      #expect(try await server.ask("GET", "/livez").status == 200)
    }
  }

  @Test func checksRunAtMostOnceASecond() async throws {
    let world = World()
    let counter = Counter()
    let context = world.context()
    let counted = WebContext(
      ledger: context.ledger,
      storefront: context.storefront,
      workshop: context.workshop,
      presence: context.presence,
      networks: context.networks,
      bell: context.bell,
      clock: context.clock,
      entropy: context.entropy,
      adminTokenHash: context.adminTokenHash,
      readiness: {
        counter.count()
        return []
      },
      settings: context.settings
    )
    try await TestServer.with(world, context: counted) { server async throws in
      for _ in 0..<5 { #expect(try await server.ask("GET", "/readyz").status == 200) }
      let before = counter.value
      #expect(before < 5)
      world.clock.advance(ms: 2_000)
      #expect(try await server.ask("GET", "/readyz").status == 200)
      #expect(counter.value == before + 1)
    }
  }
}
