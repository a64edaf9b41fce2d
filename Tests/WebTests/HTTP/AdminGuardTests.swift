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
  ]

  @Test func everyRouteWantsTheToken() async throws {
    try await TestServer.with { server in
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
}
