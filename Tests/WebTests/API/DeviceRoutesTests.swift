import Coinslot
import Primitives
import Testing

@testable import Web

struct DeviceRoutesTests {
  private func world() -> World {
    let world = World()
    world.ledger.change {
      $0.devices = [Device(id: World.device, title: "Gate B12", firmware: "1.0.0", lastSeenMS: 3)]
      $0.channels = [Channel(id: ChannelID(device: World.device, number: 0), next: 5, acknowledged: 4)]
    }
    return world
  }

  @Test func deviceWithItsLink() async throws {
    try await TestServer.with(world()) { server in
      let json = try await server.api("GET", "/v1/devices").json["data"]?[0]
      #expect(json?["id"]?.string == "charger-1" && json?["online"]?.bool == true)
      #expect(json?["firmware"]?.string == "1.2.0" && json?["last_seen_ms"]?.int == 5)
      #expect(json?["outputs"]?[0]?["says"]?.string == "idle" && json?["channels"]?[0]?["next"]?.int == 5)
      server.world.presence.set(online: false)
      let away = try await server.api("GET", "/v1/devices/charger-1").json
      #expect(away["online"]?.bool == false && away["firmware"]?.string == "1.0.0" && away["last_seen_ms"]?.int == 3)
      #expect(try await server.api("GET", "/v1/devices/other").status == 404)
      #expect(try await server.api("GET", "/v1/devices/BAD").status == 404)
    }
  }

  @Test func keyIsShownOnceAndTheAnswerCanBeRepeated() async throws {
    try await TestServer.with(world()) { server in
      let body = "{\"id\":\"lamp\",\"title\":\"Lamp\"}"
      let key = ["Idempotency-Key": "\"k1\""]
      let first = try await server.api("POST", "/v1/devices", headers: key, json: body)
      #expect(first.status == 201 && first["location"] == "/v1/devices/lamp")
      #expect(first.json["key"]?.string == String(repeating: "ab", count: 32))
      let again = try await server.api("POST", "/v1/devices", headers: key, json: body)
      #expect(again.status == 201 && again.body == first.body && again["idempotent-replayed"] == "true")
      #expect(server.world.workshop.log == ["add lamp"])
      #expect(server.world.workshop.audits.map(\.action) == ["device.added"])
      #expect(server.world.workshop.audits.map(\.subject) == ["lamp"])
      let other = try await server.api("POST", "/v1/devices", headers: key, json: "{\"id\":\"lamp2\"}")
      #expect(other.status == 422 && other.code == "idempotency_key_reused")
      let plain = try await server.api("POST", "/v1/devices", json: body)
      #expect(plain.status == 409 && plain.code == "exists")
      #expect(!(try await server.api("GET", "/v1/devices/lamp").text.contains("abab")))
      // A secret is not kept as long as other answers.
      server.world.clock.advance(ms: Idempotency.secretLifeMS + 1)
      #expect(try await server.api("POST", "/v1/devices", headers: key, json: body).status == 409)
    }
  }

  @Test(arguments: [
    ("{}", "missing_member"), ("{\"id\":\"Bad Name\"}", "bad_value"), ("{\"id\":\"-x\"}", "bad_value"),
    ("{\"id\":7}", "bad_value"), ("{\"id\":\"a\",\"key\":\"b\"}", "unknown_member"),
  ])
  func badDeviceIsRefused(_ body: String, _ code: String) async throws {
    try await TestServer.with(world()) { server in
      let reply = try await server.api("POST", "/v1/devices", json: body)
      #expect(reply.status == 422 && reply.code == code)
      #expect(server.world.workshop.log.isEmpty)
    }
  }

  @Test func dryRuns() async throws {
    try await TestServer.with(world()) { server in
      #expect(
        try await server.api("POST", "/v1/devices?dry_run=true", json: "{\"id\":\"lamp\"}").json["would"]?.string
          == "add"
      )
      #expect(try await server.api("POST", "/v1/devices?dry_run=true", json: "{\"id\":\"charger-1\"}").status == 409)
      for verb in ["trigger", "stop", "revoke", "rotate", "release"] {
        let body = verb == "trigger" ? "{\"ms\":500}" : "{}"
        let reply = try await server.api("POST", "/v1/devices/charger-1/\(verb)?dry_run=true", json: body)
        #expect(reply.status == 200 && reply.json["would"]?.string == verb, "\(verb)")
      }
      #expect(server.world.workshop.log.isEmpty)
    }
  }

  @Test func operatorsWishesAreCarriedOut() async throws {
    try await TestServer.with(world()) { server in
      let path = "/v1/devices/charger-1"
      let run = try await server.api("POST", "\(path)/trigger", json: "{\"channel\":1,\"ms\":500}")
      #expect(run.status == 200 && run.json["is_test"]?.bool == true && run.json["ms"]?.int == 500)
      #expect(try await server.api("POST", "\(path)/stop").json["mode"]?.string == "stop")
      #expect(try await server.api("POST", "\(path)/revoke").json["standing"]?.string == "revoked")
      #expect(try await server.api("POST", "\(path)/release").status == 200)
      let rotated = try await server.api("POST", "\(path)/rotate")
      #expect(rotated.json["key_serial"]?.int == 2 && rotated.json["key"]?.string?.utf8.count == 64)
      #expect(
        server.world.workshop.log == [
          "trigger charger-1/1 500", "stop charger-1/0", "revoke charger-1", "release charger-1", "rotate charger-1",
        ]
      )
      let audits = server.world.workshop.audits
      #expect(
        audits.map(\.action) == [
          "output.triggered", "output.stopped", "device.revoked", "device.released", "device.key_rotated",
        ]
      )
      #expect(audits.map(\.subject) == ["charger-1/1", "charger-1/0", "charger-1", "charger-1", "charger-1"])
      #expect(audits.allSatisfy { $0.actor == "operator" } && audits.first?.note == "500 ms, a test")
    }
  }

  @Test func triggerOnceForAKey() async throws {
    try await TestServer.with(world()) { server in
      let key = ["Idempotency-Key": "once"]
      for _ in 0..<3 {
        #expect(
          try await server.api("POST", "/v1/devices/charger-1/trigger", headers: key, json: "{\"ms\":5}").status == 200
        )
      }
      #expect(server.world.workshop.log.count == 1)
      let reply = try await server.api(
        "POST",
        "/v1/devices/charger-1/trigger",
        headers: ["Idempotency-Key": "a b"],
        json: "{\"ms\":5}"
      )
      #expect(reply.status == 400 && reply.code == "bad_idempotency_key")
      // The same key on another route is another key.
      #expect(try await server.api("POST", "/v1/devices/charger-1/stop", headers: key).status == 200)
      #expect(server.world.workshop.log.count == 2)
    }
  }

  @Test func secondRequestWhileTheFirstRunsIsAConflict() async throws {
    try await TestServer.with(world()) { server in
      let key = ["Idempotency-Key": "slow"]
      let path = "/v1/devices/charger-1/trigger"
      let body = "{\"channel\":8,\"ms\":5}"
      async let first = server.api("POST", path, headers: key, json: body)
      while server.world.workshop.log.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      let second = try await server.api("POST", path, headers: key, json: body)
      #expect(second.status == 409 && second.code == "idempotency_key_running")
      server.world.workshop.slow.ring()
      #expect(try await first.status == 200)
      let third = try await server.api("POST", path, headers: key, json: body)
      #expect(third.status == 200 && third["idempotent-replayed"] == "true" && server.world.workshop.log.count == 1)
    }
  }

  @Test func failureThatMayPassIsNotKept() async throws {
    try await TestServer.with(world()) { server in
      let key = ["Idempotency-Key": "full"]
      for _ in 0..<2 {
        let reply = try await server.api(
          "POST",
          "/v1/devices/charger-1/trigger",
          headers: key,
          json: "{\"channel\":9,\"ms\":5}"
        )
        #expect(reply.status == 409 && reply.code == "queue_full" && reply.json["retryable"]?.bool == true)
      }
      #expect(server.world.workshop.log.count == 2)
    }
  }

  @Test(arguments: [
    ("trigger", "{}", 422), ("trigger", "{\"ms\":0}", 422), ("trigger", "{\"ms\":86400001}", 422),
    ("trigger", "{\"ms\":1.5}", 422), ("trigger", "{\"ms\":\"5\"}", 422),
    ("trigger", "{\"ms\":5,\"channel\":256}", 422),
    ("stop", "{\"channel\":-1}", 422), ("revoke", "{\"x\":1}", 422), ("ping", "{\"timeout_ms\":10001}", 422),
    ("explode", "{}", 404),
  ])
  func badWishIsRefused(_ verb: String, _ body: String, _ status: Int) async throws {
    try await TestServer.with(world()) { server in
      let reply = try await server.api("POST", "/v1/devices/charger-1/\(verb)", json: body)
      #expect(reply.status == status && reply.code != nil)
      #expect(try await server.api("POST", "/v1/devices/nobody/stop").status == 404)
      #expect(server.world.workshop.log.isEmpty)
    }
  }

  @Test func ping() async throws {
    try await TestServer.with(world()) { server async throws in
      #expect(try await server.api("POST", "/v1/devices/charger-1/ping").json["answered"]?.bool == true)
      server.world.presence.set(online: false)
      #expect(
        try await server.api("POST", "/v1/devices/charger-1/ping", json: "{\"timeout_ms\":50}").json["answered"]?.bool
          == false
      )
    }
  }
}
