import Testing

@testable import Web

struct AdminGuardTests {
  static let paths = [
    ("GET", "/v1/payments"), ("GET", "/v1/payments/pay_1"), ("GET", "/v1/sales"), ("GET", "/v1/sales/sal_1"),
    ("GET", "/v1/slots"), ("GET", "/v1/slots/charger"), ("POST", "/v1/slots/charger/open"),
    ("POST", "/v1/slots/charger/close"), ("GET", "/v1/devices"), ("GET", "/v1/devices/charger-1"),
    ("POST", "/v1/devices"), ("POST", "/v1/devices/charger-1/ping"), ("POST", "/v1/devices/charger-1/trigger"),
    ("POST", "/v1/devices/charger-1/stop"), ("POST", "/v1/devices/charger-1/revoke"),
    ("POST", "/v1/devices/charger-1/rotate"), ("POST", "/v1/devices/charger-1/release"), ("GET", "/v1/dispatches"),
    ("GET", "/v1/dispatches/dsp_1"), ("GET", "/v1/sources"), ("GET", "/v1/events"), ("POST", "/v1/backup"),
    ("GET", "/v1/people"), ("POST", "/v1/people/erase"), ("GET", "/v1/audit-log"), ("POST", "/v1/token/rotate"),
  ]

  @Test func everyRouteWantsTheToken() async throws {
    let world = World()
    let context = world.context { $0.tokenFailuresPerClient = 0 }
    try await TestServer.with(world, context: context) { server async throws in
      for (method, path) in Self.paths {
        for field in [nil, "Bearer wrong", "Basic \(server.world.token)", "Bearer \(server.world.token)x"] {
          let headers = field.map { ["Authorization": $0] } ?? [:]
          let reply = try await server.ask(method, path, headers: headers, body: method == "POST" ? "" : nil)
          #expect(reply.status == 401 && reply.code == "unauthorized", "\(method) \(path) \(field ?? "-")")
          #expect(reply["www-authenticate"]?.hasPrefix("Bearer") == true && reply["cache-control"] == "no-store")
        }
      }
      #expect(server.world.workshop.log.isEmpty)
    }
  }

  @Test func withoutAHashNobodyPasses() async throws {
    let world = World()
    let context = world.context()
    let closed = WebContext(
      ledger: context.ledger,
      storefront: context.storefront,
      workshop: context.workshop,
      presence: context.presence,
      networks: context.networks,
      bell: context.bell,
      clock: context.clock,
      entropy: context.entropy,
      adminTokenHash: { nil },
      readiness: context.readiness,
      settings: context.settings
    )
    try await TestServer.with(world, context: closed) { server async throws in
      #expect(try await server.api("GET", "/v1/payments").status == 401)
    }
  }

  /// Wrong tokens are slowed down; a request without one, and the right one, are not.
  @Test func wrongTokensAreCounted() async throws {
    let world = World()
    let context = world.context(trustedProxies: ["127.0.0.1"]) { $0.tokenFailuresPerClient = 3 }
    try await TestServer.with(world, context: context) { server async throws in
      let from = { (address: String, token: String?) in
        ["X-Forwarded-For": address].merging(token.map { ["Authorization": "Bearer \($0)"] } ?? [:]) { $1 }
      }
      for path in ["/v1/payments", "/readyz?verbose", "/metrics"] {
        #expect(try await server.ask("GET", path, headers: from("192.0.2.1", "cst_wrong")).status != 429, "\(path)")
      }
      for path in ["/v1/payments", "/readyz?verbose", "/metrics"] {
        let reply = try await server.ask("GET", path, headers: from("192.0.2.1", "cst_wrong"))
        #expect(reply.status == 429 && reply.code == "too_many", "\(path)")
        #expect(try #require(reply["retry-after"].flatMap { Int($0) }) > 100)
      }
      #expect(try await server.ask("GET", "/v1/payments", headers: from("192.0.2.1", nil)).status == 401)
      #expect(try await server.ask("GET", "/v1/payments", headers: from("192.0.2.1", world.token)).status == 200)
      #expect(try await server.ask("GET", "/v1/payments", headers: from("192.0.2.2", "cst_wrong")).status == 401)
      world.clock.advance(ms: 600_000)
      #expect(try await server.ask("GET", "/v1/payments", headers: from("192.0.2.1", "cst_wrong")).status == 401)
    }
  }
}
