import Foundation
import Primitives
import TestKit
import Testing

@testable import Simulators

/// The toy car: what it answers, and how often it has really sounded its horn.
@Suite struct TeslaSimulatorTests {
  private func running(
    _ change: (inout TeslaSimulatorOptions) -> Void = { _ in },
    _ body: (TeslaSimulator) async throws -> Void
  ) async throws {
    var options = TeslaSimulatorOptions()
    options.tls = .none
    options.faults.wakeMS = 100
    change(&options)
    let simulator = try await TeslaSimulator.start(options)
    do { try await body(simulator) } catch {
      await simulator.stop()
      throw error
    }
    await simulator.stop()
  }

  private func ask(
    _ simulator: TeslaSimulator,
    _ command: String = "honk_horn",
    withinMS: Int = 5_000
  ) async throws -> TestMessage? {
    try await post(simulator, "/api/1/vehicles/\(simulator.vin)/command/\(command)", withinMS: withinMS)
  }

  private func post(
    _ simulator: TeslaSimulator,
    _ path: String,
    method: String = "POST",
    token: String? = nil,
    withinMS: Int = 5_000
  ) async throws -> TestMessage? {
    let token = if let token { token } else { try await simulator.tokens.access }
    return try await TestHTTP.request(
      simulator.url + path,
      method == "GET" ? "" : "{}",
      method: method,
      headers: ["Authorization: Bearer \(token)", "Content-Type: application/json"],
      withinMS: withinMS
    )
  }

  /// Which fault makes the car say what a vector says.
  private func fault(_ vector: JSONValue) -> TeslaFaults.Reply? {
    switch vector["status"]?.int {
    case 200: vector["body"]?["response"]?["result"]?.bool == true ? .done : .refused
    case 500: .done
    case nil: vector["error"]?.string?.contains("reset") == true ? .reset : nil
    case let status?: .init(rawValue: String(status))
    }
  }

  @Test func answersAsTheVectorsSay() async throws {
    let vectors = try #require(LightningSamples.group("tesla")["replies"]?.array)
    var checked = 0
    for vector in vectors {
      try await running { simulator async throws -> Void in
        guard let reply = fault(vector) else {
          // Connection refused.
          #expect(vector["error"]?.string == "connection refused")
          try await simulator.set(isOpen: false)
          await #expect(throws: TestSocket.Failed.self) { try await ask(simulator) }
          #expect(try await simulator.executed.isEmpty)
          checked += 1
          return
        }
        var faults = TeslaFaults()
        faults.reply = reply
        try await simulator.set(faults)
        if vector["status"]?.int == 500 { try await simulator.sleep() }
        let answer = try await ask(simulator)
        checked += 1
        guard let status = vector["status"]?.int else {
          #expect(answer == nil)
          #expect(try await simulator.executed == ["honk_horn": 1])
          return
        }
        #expect(answer?.firstLine.hasPrefix("HTTP/1.1 \(status) ") == true, "\(vector)")
        if let body = vector["body"] { #expect(try JSONValue(parsing: answer?.body ?? []) == body) }
        for member in vector["headers"]?.object ?? [] {
          #expect(answer?.header(member.key) == member.value.string)
        }
        // What leaves it open was done; what was refused was not.
        let isDone = reply == .done && status == 200 || status == 504
        #expect(try await simulator.executed == (isDone ? ["honk_horn": 1] : [:]), "\(vector)")
      }
    }
    #expect(checked == vectors.count)
    print("lightning.json tesla.replies: \(vectors.count) records, \(checked) checked")
  }

  @Test func takesTheRequestOfTheVectors() async throws {
    let request = try #require(LightningSamples.group("tesla")["request"])
    try await running { simulator async throws -> Void in
      let path = try #require(request["path"]?.string).replacing("{17-character VIN}", with: simulator.vin)
      let answer = try await post(simulator, path, method: request["method"]?.string ?? "")
      #expect(answer?.text == "{\"response\":{\"result\":true,\"reason\":\"\"}}")
      // Every command of the policy is one that the proxy signs, but waking, which has a path of its own.
      let policy = try #require(LightningSamples.group("tesla")["unknown_outcome_policy"]?.array)
      for command in policy.compactMap({ $0["command"]?.string }) {
        let path = command == "wake_up" ? "wake_up" : "command/\(command)"
        let answer = try await post(simulator, "/api/1/vehicles/\(simulator.vin)/\(path)")
        #expect(answer?.firstLine == "HTTP/1.1 200 OK", "\(command)")
      }
      #expect(try await simulator.executed["honk_horn"] == 2)
      print(
        "lightning.json tesla.request: 1 record, 1 checked; tesla.unknown_outcome_policy: \(policy.count) records, \(policy.count) checked"
      )
    }
  }

  @Test func executesThenHangs() async throws {
    try await running { simulator async throws -> Void in
      var faults = TeslaFaults()
      (faults.reply, faults.times) = (.hang, 1)
      try await simulator.set(faults)
      #expect(try await ask(simulator, withinMS: 150) == nil)
      #expect(try await simulator.executed["honk_horn"] == 1)
      // A second request is a second sound: nothing here protects against it.
      #expect(try await ask(simulator)?.firstLine == "HTTP/1.1 200 OK")
      #expect(try await simulator.executed["honk_horn"] == 2)
      faults.isExecuted = false
      try await simulator.set(faults)
      #expect(try await ask(simulator, withinMS: 150) == nil)
      #expect(try await simulator.executed["honk_horn"] == 2)
      #expect(try await simulator.asked["honk_horn"] == 3)
    }
  }

  @Test func wakesAfterAWhile() async throws {
    try await running {
      $0.isAsleep = true
    } _: { simulator async throws -> Void in
      let vehicle = "/api/1/vehicles/\(simulator.vin)"
      func state() async throws -> String? {
        let answer = try #require(await post(simulator, vehicle, method: "GET"))
        return try JSONValue(parsing: answer.body)["response"]?["state"]?.string
      }
      #expect(try await state() == "asleep")
      #expect(try await ask(simulator)?.firstLine == "HTTP/1.1 500 Internal Server Error")
      #expect(try await post(simulator, "\(vehicle)/wake_up")?.text.contains("\"asleep\"") == true)
      #expect(try await eventually { try await state() == "online" })
      #expect(try await ask(simulator)?.firstLine == "HTTP/1.1 200 OK")
      #expect(try await simulator.executed == ["honk_horn": 1])
    }
  }

  @Test func refreshTokensAreGoodOnce() async throws {
    try await running { simulator async throws -> Void in
      func refresh(_ token: String) async throws -> (String, JSONValue) {
        let body = "grant_type=refresh_token&client_id=toy&refresh_token=\(token)"
        let answer = try #require(await TestHTTP.request("\(simulator.url)/oauth2/v3/token", body))
        return (String(answer.firstLine.dropFirst(9).prefix(3)), try JSONValue(parsing: answer.body))
      }
      let old = try await simulator.tokens
      try await simulator.expireToken()
      let vehicle = "/api/1/vehicles/\(simulator.vin)"
      #expect(
        try await post(simulator, vehicle, method: "GET", token: old.access)?.firstLine == "HTTP/1.1 401 Unauthorized"
      )
      let (status, new) = try await refresh(old.refresh)
      #expect(status == "200" && new["expires_in"]?.int == 28_800)
      let access = try #require(new["access_token"]?.string)
      #expect(try await post(simulator, vehicle, method: "GET", token: access)?.firstLine == "HTTP/1.1 200 OK")
      #expect(try await refresh(old.refresh).0 == "401")
      #expect(try await refresh(try #require(new["refresh_token"]?.string)).0 == "200")
    }
  }

  @Test func refusesWhatIsNoCommand() async throws {
    try await running { simulator async throws -> Void in
      #expect(try await ask(simulator, "remote_boombox")?.text.contains("command not implemented") == true)
      #expect(try await ask(simulator, "explode")?.firstLine == "HTTP/1.1 400 Bad Request")
      let other = try await post(simulator, "/api/1/vehicles/100021/command/honk_horn")
      #expect(other?.text.contains("17-character VIN") == true)
      #expect(try await TestHTTP.request("\(simulator.url)/health", method: "GET")?.text == "OK")
      #expect(try await simulator.executed.isEmpty)
    }
  }

  @Test func isSteered() async throws {
    try await running { simulator async throws -> Void in
      let control = try #require(simulator.controlURL)
      let answer = try #require(
        await TestHTTP.request("\(control)/faults", "{\"reply\":\"429\",\"retry_after\":7,\"times\":1}")
      )
      #expect(try JSONValue(parsing: answer.body)["faults"]?["reply"]?.string == "429")
      #expect(try await ask(simulator)?.header("Retry-After") == "7")
      #expect(try await ask(simulator)?.firstLine == "HTTP/1.1 200 OK")
      let status = try #require(await TestHTTP.request(control, method: "GET"))
      #expect(try JSONValue(parsing: status.body)["executed"] == ["honk_horn": 1])
      let wrong = try await TestHTTP.request("\(control)/faults", "{\"reply\":\"418\"}")
      #expect(wrong?.firstLine == "HTTP/1.1 400 Bad Request")
    }
  }
}
