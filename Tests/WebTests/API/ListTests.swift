import Coinslot
import Primitives
import Testing

@testable import Web

struct ListTests {
  @Test func paymentsPageByPage() async throws {
    try await TestServer.with { server in
      server.world.ledger.change { $0.payments = (1...5).map { World.payment($0) } }
      var path = "/v1/payments?limit=2"
      var names: [String] = []
      for _ in 0..<3 {
        let reply = try await server.api("GET", path)
        #expect(reply.status == 200 && reply["cache-control"] == "no-store")
        names += reply.json["data"]?.array?.compactMap { $0["id"]?.string } ?? []
        guard let cursor = reply.json["next_cursor"]?.string else { break }
        #expect(reply["link"] == "</v1/payments?cursor=\(cursor)&limit=2>; rel=\"next\"")
        path = "/v1/payments?limit=2&cursor=\(cursor)"
      }
      #expect(names == ["pay_5", "pay_4", "pay_3", "pay_2", "pay_1"])
      let last = try await server.api("GET", path)
      #expect(last.json["next_cursor"]?.isNull == true && last["link"] == nil)
    }
  }

  @Test(arguments: [
    ("limit=0", 422), ("limit=201", 422), ("limit=x", 422), ("limit=+5", 422), ("limit=1&limit=2", 400),
    ("nonsense=1", 400),
    ("cursor=nonsense", 400), ("account=1abc", 422), ("limit=%zz", 400),
  ])
  func badQueryIsRefused(_ query: String, _ status: Int) async throws {
    try await TestServer.with { server in
      let reply = try await server.api("GET", "/v1/payments?\(query)")
      #expect(reply.status == status && reply.code != nil, "\(reply.text)")
    }
  }

  @Test func paymentAsJSON() async throws {
    try await TestServer.with { server in
      server.world.ledger.change {
        $0.payments = [World.payment(1, standing: .held, reason: "underpaid", sale: SaleID(rawValue: "sal_1"))]
      }
      let reply = try await server.api("GET", "/v1/payments/pay_1")
      let json = reply.json
      #expect(json["amount"]?.string == "100000000000000000000000000000")
      #expect(json["asset"]?.string == "XNO" && json["decimals"]?.int == 30)
      #expect(json["network"]?.string == "nano:sim" && json["simulation"]?.bool == true)
      #expect(json["standing"]?.string == "held" && json["reason"]?.string == "underpaid")
      #expect(json["sale"]?.string == "sal_1" && json["evidence"]?.string == "{\"type\":\"state\"}")
      #expect(json["payer"]?.string == "nano_3payer" && json["transaction"]?.string?.utf8.count == 64)
      #expect(try await server.api("GET", "/v1/payments/pay_2").code == "not_found")
    }
  }

  @Test func paymentsOfOneAccount() async throws {
    try await TestServer.with { server in
      server.world.ledger.change { $0.payments = [World.payment(1)] }
      let mine = try await server.api("GET", "/v1/payments?account=\(World.address)")
      #expect(mine.json["data"]?.array?.count == 1)
      let other = try await server.api("GET", "/v1/payments?account=nano_3other")
      #expect(other.json["data"]?.array?.count == 0)
    }
  }

  @Test func salesAndDispatches() async throws {
    try await TestServer.with { server in
      let payment = World.payment(1)
      let sale = World.sale("sal_1", payment: payment, remainder: Amount(7), outcome: .done)
      server.world.ledger.change {
        $0.sales = [sale]
        $0.dispatches = [World.dispatch(sale: sale.id)]
      }
      let sales = try await server.api("GET", "/v1/sales?slot=charger")
      let row = sales.json["data"]?[0]
      #expect(row?["id"]?.string == "sal_1" && row?["remainder"]?.string == "7" && row?["outcome"]?.string == "done")
      #expect(row?["purchase"]?["ms"]?.int == 600_000)
      #expect(try await server.api("GET", "/v1/sales?slot=Bad").status == 422)
      #expect(try await server.api("GET", "/v1/sales?slot=other").json["data"]?.array?.isEmpty == true)
      #expect(try await server.api("GET", "/v1/sales/sal_1").json["price"]?.string == World.tenth.description)
      #expect(try await server.api("GET", "/v1/sales/sal_9").status == 404)

      let work = try await server.api("GET", "/v1/dispatches?device=charger-1")
      #expect(work.json["data"]?[0]?["is_test"]?.bool == false && work.json["data"]?[0]?["sale"]?.string == "sal_1")
      #expect(try await server.api("GET", "/v1/dispatches?device=other").json["data"]?.array?.isEmpty == true)
      #expect(try await server.api("GET", "/v1/dispatches?device=-").status == 422)
      #expect(try await server.api("GET", "/v1/dispatches/dsp_1").json["state"]?.string == "waiting")
      #expect(try await server.api("GET", "/v1/dispatches/dsp_9").status == 404)
    }
  }

  @Test func sources() async throws {
    let world = World()
    let context = world.context(network: FakeNetwork(health: .degraded("node is behind")))
    try await TestServer.with(world, context: context) { server in
      let row = try await server.api("GET", "/v1/sources").json["data"]?[0]
      #expect(row?["network"]?.string == "nano:sim" && row?["status"]?.string == "degraded")
      #expect(row?["reason"]?.string == "node is behind")
    }
  }
}
