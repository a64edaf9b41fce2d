import Coinslot
import Primitives
import Testing

@testable import Web

struct SlotRoutesTests {
  @Test func slotWithItsState() async throws {
    try await TestServer.with { server in
      server.world.storefront.change { $0.states[World.slot] = .busy(untilMS: 77, extends: true) }
      let json = try await server.api("GET", "/v1/slots/charger").json
      #expect(json["title"]?.string == "USB charger" && json["url"]?.string == "http://127.0.0.1:8402/s/charger")
      let pay = json["pay"]?[0]
      #expect(pay?["account"]?.string == World.address && pay?["price"]?["kind"]?.string == "steps")
      #expect(pay?["price"]?["lines"]?[1]?["amount"]?.string == World.xno(2).description)
      #expect(pay?["state"]?["word"]?.string == "busy" && pay?["state"]?["until_ms"]?.int == 77)
      #expect(try await server.api("GET", "/v1/slots").json["data"]?.array?.count == 1)
      #expect(try await server.api("GET", "/v1/slots/other").code == "not_found")
    }
  }

  @Test func rateIsTold() async throws {
    let rule = PriceRule.rate(perMinute: World.tenth, minimum: World.xno(2), capMS: 3_600_000)
    try await TestServer.with(World([World.charger(price: rule)])) { server in
      let price = try await server.api("GET", "/v1/slots/charger").json["pay"]?[0]?["price"]
      #expect(price?["kind"]?.string == "rate" && price?["cap_ms"]?.int == 3_600_000)
    }
  }

  @Test func closeAndOpen() async throws {
    try await TestServer.with { server in
      let closed = try await server.api("POST", "/v1/slots/charger/close", json: "{\"words\":\"Back at noon\"}")
      #expect(closed.status == 200 && closed.json["closed_because"]?.string == "Back at noon")
      #expect(closed.json["pay"]?[0]?["state"]?["invites"]?.bool == false)
      let open = try await server.api("POST", "/v1/slots/charger/open")
      #expect(open.status == 200 && open.json["closed_because"]?.isNull == true)
      let wordless = try await server.api("POST", "/v1/slots/charger/close")
      #expect(wordless.json["closed_because"]?.string == "")
    }
  }

  @Test func eachChangeIsWrittenDown() async throws {
    try await TestServer.with { server in
      let key = ["Idempotency-Key": "once"], body = "{\"words\":\"Back at noon\"}"
      for _ in 0..<2 { _ = try await server.api("POST", "/v1/slots/charger/close", headers: key, json: body) }
      _ = try await server.api("POST", "/v1/slots/charger/open")
      let audits = server.world.ledger.audits
      #expect(audits.map(\.action) == ["slot.closed", "slot.opened"])
      #expect(audits.map(\.note) == ["Back at noon", nil])
      #expect(audits.allSatisfy { $0.actor == "operator" && $0.subject == "charger" && $0.atMS >= TestClock.baseMS })
    }
  }

  @Test func dryRunChangesNothing() async throws {
    try await TestServer.with { server in
      let reply = try await server.api("POST", "/v1/slots/charger/close?dry_run=true", json: "{\"words\":\"x\"}")
      #expect(reply.status == 200 && reply.json["dry_run"]?.bool == true)
      #expect(try await server.world.ledger.closure(of: World.slot) == nil)
      #expect(server.world.ledger.audits.isEmpty)
      #expect(try await server.api("POST", "/v1/slots/other/close?dry_run=true").status == 404)
      #expect(try await server.api("POST", "/v1/slots/charger/close?dry_run=yes").status == 422)
    }
  }

  @Test(arguments: [
    ("{\"words\":1}", 422, "bad_value"), ("{\"word\":\"x\"}", 422, "unknown_member"), ("[]", 422, "bad_value"),
    ("{", 400, "bad_json"), ("{\"words\":\"a\",\"words\":\"b\"}", 400, "bad_json"),
    ("{\"words\":\"\\n\"}", 422, "bad_value"),
    ("{\"words\":\"\(String(repeating: "x", count: 201))\"}", 422, "bad_value"),
    ("{\"words\":\"\\ud800\"}", 400, "bad_json"),
    (String(repeating: "[", count: 100), 400, "bad_json"),
  ])
  func badBodyIsRefused(_ body: String, _ status: Int, _ code: String) async throws {
    try await TestServer.with { server in
      let reply = try await server.api("POST", "/v1/slots/charger/close", json: body)
      #expect(reply.status == status && reply.code == code, "\(reply.text)")
      #expect(try await server.world.ledger.closure(of: World.slot) == nil)
    }
  }

  @Test func otherMediaTypeIsRefused() async throws {
    try await TestServer.with { server in
      let reply = try await server.ask(
        "POST",
        "/v1/slots/charger/close",
        headers: ["Authorization": "Bearer \(server.world.token)", "Content-Type": "text/plain"],
        body: "{}"
      )
      #expect(reply.status == 415 && reply.code == "unsupported_media_type")
    }
  }
}
