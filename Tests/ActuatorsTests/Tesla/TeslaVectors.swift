import Coinslot
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

/// Every record of `tesla` in `lightning.json`.
@Suite struct TeslaVectors {
  private func section(_ name: String, _ body: (JSONValue) async throws -> Void) async throws {
    let records = try Vectors.cases("lightning.json", "tesla", name)
    var checked = 0
    for record in records {
      try await body(record)
      checked += 1
    }
    print("lightning.json tesla.\(name): \(records.count) records, \(checked) checked")
    #expect(checked == records.count)
  }

  /// Each reply, given by a proxy to a car that is asked to honk, leads to what the record says.
  @Test func replies() async throws {
    try await section("replies") { record in
      let outcome = try #require(record["outcome"]?.string)
      let status = record["status"]?.int
      let town = try await TeslaTown(speed: 20)
      let fake = town.fake
      var first: ScriptedServer.Reply?
      if let status {
        var headers: [(name: String, value: String)] = []
        for member in record["headers"]?.object ?? [] { headers.append((member.key, member.value.string ?? "")) }
        first = .status(status, record["body"]?.text() ?? "", headers: headers)
      } else if record["error"]?.string?.contains("reset") == true {
        first = .hangUp
      }
      let firstReply = first, gave = Tally()
      town.server.play { ask in
        guard let firstReply, ask.path.hasSuffix("/command/honk_horn"), gave.count == 0 else { return fake.answer(ask) }
        gave.add()
        return firstReply
      }
      let begin = town.clock.nowMS
      let car = try first == nil ? town.car(port: try await freePort()) : town.car()
      let end = await car.carryOut(try deed(by: begin + 90_000))
      let took = town.clock.nowMS - begin
      let honks = fake.count("honk_horn")
      switch outcome {
      case "done": #expect(end == .done && honks == 0, "the reply itself said so")
      case let text where text.hasPrefix("refused by the car"): #expect(end == .notDone("refused") && honks == 0)
      case let text where text.contains("wake, then send again"):
        #expect(end == .done && honks == 1)
        #expect(town.server.asks.contains { $0.path.hasSuffix("/wake_up") })
      case let text where text.hasPrefix("refresh the token"):
        #expect(end == .done && honks == 1 && fake.state.withLock { $0.renewals } == 1)
      case let text where text.hasPrefix("configuration") || text.hasPrefix("other region"):
        #expect(end == .notDone("not_allowed") && honks == 0)
      case let text where text.contains("wait, then send again"): #expect(end == .done && honks == 1 && took >= 30_000)
      case let text where text.hasPrefix("unknown"): #expect(end == .unknown("no_answer") && honks == 0)
      case "not executed: send again": #expect(end == .notDone("away") && honks == 0)
      default: Issue.record("a new kind of outcome: \(outcome)")
      }
      await town.server.close()
    }
  }

  @Test func unknownOutcomePolicy() async throws {
    try await section("unknown_outcome_policy") { record in
      let name = try #require(record["command"]?.string)
      // `door_unlock` may be repeated within the paid time: the deed's deadline sees to that.
      let want = record["repeat"]?.bool ?? (record["repeat"]?.string == "only within the paid time window")
      #expect(TeslaCommand.isRepeatable(name) == want, "\(name)")
    }
  }

  @Test func request() async throws {
    guard let file = try Vectors.json("lightning.json") else { return }
    let record = try #require(file["tesla"]?["request"])
    let town = try await TeslaTown()
    #expect(await (try town.car()).carryOut(try deed(by: town.clock.nowMS + 60_000)) == .done)
    let ask = try #require(town.server.asks.first)
    let path = try #require(record["path"]?.string)
    #expect(ask.method == record["method"]?.string)
    #expect(ask.path == path.replacing("{17-character VIN}", with: FakeTesla.vin))
    #expect(ask.header("authorization") == "Bearer token-1" && ask.header("content-type") == "application/json")
    #expect(ask.json == record["body"])
    print("lightning.json tesla.request: 1 records, 1 checked")
    await town.server.close()
  }
}
