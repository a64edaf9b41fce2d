import Coinslot
import Sockets
import Testing

@testable import Web

struct MetricsRouteTests {
  @Test func showsWhatIsCounted() async throws {
    let world = World()
    var context = world.context()
    context.metrics.payments.add(["nano:sim", "confirmed"])
    context.metrics.tellVersion("1.2.3")
    context.metrics.registry.ask { [.gauge("devices_connected", "Devices.", .count(2))] }
    context.clients = ClientGate(ClientLimits())
    if let clients = context.clients { context.metrics.watch(clients, of: "public") }
    try await TestServer.with(world, context: context) { server async throws in
      _ = try await server.ask("GET", "/s/charger")
      _ = try await server.ask("GET", "/s/secret-slot-name")
      _ = try await server.ask("GET", "/nothing/here")
      _ = try await server.ask("BREW", "/s/charger")
      let reply = try await server.ask("GET", "/metrics")
      #expect(reply.status == 200 && reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(reply["cache-control"] == "no-store")
      let lines = Set(reply.text.split(separator: "\n").map(String.init))
      for line in [
        #"coinslot_payments_total{network="nano:sim",outcome="confirmed"} 1"#, "coinslot_devices_connected 2",
        #"coinslot_build_info{version="1.2.3"} 1"#, "coinslot_payment_confirm_seconds_count 0",
        #"coinslot_client_limit_refused_total{listener="public",limit="request_rate"} 0"#,
        "coinslot_db_commit_seconds_count 0", "coinslot_dispatch_delivery_seconds_count 0",
      ] { #expect(lines.contains(line), "\(line)") }
      let times = lines.filter { $0.hasPrefix("coinslot_http_server_request_duration_seconds_count") }
      for (route, status) in [("/s/{slot}", 200), ("/s/{slot}", 404)] {
        #expect(
          times.contains {
            $0.contains("http_route=\"\(route)\"") && $0.contains("http_response_status_code=\"\(status)\"")
          },
          "\(times)"
        )
      }
      #expect(!reply.text.contains("secret-slot-name") && !reply.text.contains("nothing"))
      #expect(!reply.text.contains("BREW"))
    }
  }

  /// It tells revenue: not for everybody.
  @Test(
    arguments: [
      ("http://127.0.0.1:8402", [], [:], 200), ("http://localhost:8402", [], [:], 200),
      // Behind a public address somebody may stand as a proxy that we do not know of.
      ("https://pay.example.org", [], [:], 401),
      // A proxy that we know of is not the operator.
      ("http://127.0.0.1:8402", ["127.0.0.1"], [:], 401),
      ("http://127.0.0.1:8402", ["127.0.0.1"], ["X-Forwarded-For": "127.0.0.1"], 401),
      ("http://127.0.0.1:8402", [], ["X-Forwarded-For": "1.2.3.4"], 401),
      ("http://127.0.0.1:8402", [], ["Via": "1.1 x"], 401), ("http://127.0.0.1:8402", [], ["Forwarded": "for=x"], 401),
      // A page in the operator's browser.
      ("http://127.0.0.1:8402", [], ["Sec-Fetch-Site": "cross-site"], 401),
      ("http://127.0.0.1:8402", [], ["User-Agent": "Mozilla/5.0"], 401),
      // A token that is not right is not better than none.
      ("http://127.0.0.1:8402", [], ["Authorization": "Bearer wrong"], 401),
    ] as [(String, Set<String>, [String: String], Int)]
  )
  func whoMayRead(_ url: String, _ proxies: Set<String>, _ headers: [String: String], _ status: Int) async throws {
    let world = World()
    var context = world.context(publicURL: url, trustedProxies: proxies)
    context.metricsTokenHash = AdminToken.hash(of: "scraper")
    try await TestServer.with(world, context: context) { server async throws in
      #expect(try await server.ask("GET", "/metrics", headers: headers).status == status)
      for token in [world.token, "scraper"] {
        let shown = headers.merging(["Authorization": "Bearer \(token)"]) { $1 }
        #expect(try await server.ask("GET", "/metrics", headers: shown).status == 200)
      }
      // The scraper's token opens nothing else.
      let other = try await server.ask("GET", "/v1/payments", headers: ["Authorization": "Bearer scraper"])
      #expect(other.status == 401)
    }
  }
}
