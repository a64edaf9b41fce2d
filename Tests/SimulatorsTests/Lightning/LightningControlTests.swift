import Foundation
import Primitives
import TestKit
import Testing

@testable import Simulators

/// The control endpoint of the toy Lightning node, and its faults by name.
@Suite struct LightningControlTests {
  private func post(_ simulator: LightningSimulator, _ path: String, _ body: String = "{}") async throws -> JSONValue {
    let url = try #require(simulator.controlURL)
    let answer = try #require(await TestHTTP.request(url + path, body))
    #expect(answer.firstLine == "HTTP/1.1 200 OK", "\(path) \(answer.text)")
    return try JSONValue(parsing: answer.body)
  }

  private func refused(_ simulator: LightningSimulator, _ path: String, _ body: String) async throws -> String {
    let url = try #require(simulator.controlURL)
    let answer = try #require(await TestHTTP.request(url + path, body))
    return String(answer.firstLine.dropFirst(9).prefix(3))
  }

  @Test func paysWhatItIsToldTo() async throws {
    try await runningLightning {
      $0.controlPort = 0
    } _: { simulator async throws -> Void in
      let text = try await simulator.coreInvoice("a")
      let receipt = try await post(simulator, "/pay", "{\"invoice\":\"\(text)\"}")
      #expect(receipt["pay_index"]?.int == 1 && receipt["msat"]?.int == 21_000)
      #expect(try await refused(simulator, "/pay", "{\"invoice\":\"\(text)\"}") == "409")
      #expect(try await refused(simulator, "/pay", "{\"invoice\":\"lnbc1\"}") == "409")
      #expect(try await refused(simulator, "/pay", "{}") == "400")
      #expect(try await refused(simulator, "/nothing", "{}") == "404")
      let sent = try await post(simulator, "/keysend", "{\"msat\":5000,\"message\":\"hi\"}")
      #expect(sent["pay_index"]?.int == 2)
      let foreign = try await post(
        simulator,
        "/foreign",
        "{\"label\":\"BTCPayLabel\",\"msat\":1000,\"description\":\"x\"}"
      )
      _ = try await post(simulator, "/pay", "{\"invoice\":\"\(foreign["invoice"]?.string ?? "")\",\"msat\":2000}")
      let made = try await simulator.core("offer", "{\"amount\":\"any\",\"description\":\"o\"}")
      let offer = try #require(made["result"]?["offer_id"]?.string)
      let paid = try await post(simulator, "/pay_offer", "{\"offer\":\"\(offer)\",\"msat\":7,\"note\":\"tut\"}")
      #expect(paid["pay_index"]?.int == 4)
      let url = try #require(simulator.controlURL)
      let list = try await TestHTTP.request(url + "/invoices", method: "GET")
      #expect(try JSONValue(parsing: list?.body ?? []).array?.count == 4)
    }
  }

  @Test func steersTheNode() async throws {
    try await runningLightning {
      $0.controlPort = 0
    } _: { simulator async throws -> Void in
      _ = try await post(simulator, "/snapshot", "{\"name\":\"s\"}")
      let text = try await simulator.coreInvoice("a")
      _ = try await post(simulator, "/rollback", "{\"name\":\"s\"}")
      #expect(try await refused(simulator, "/pay", "{\"invoice\":\"\(text)\"}") == "409")
      #expect(try await refused(simulator, "/rollback", "{\"name\":\"t\"}") == "409")
      let short = try await simulator.coreInvoice("b", expiry: 10)
      _ = try await post(simulator, "/forward", "{\"seconds\":11}")
      #expect(try await refused(simulator, "/pay", "{\"invoice\":\"\(short)\"}") == "409")
      _ = try await post(simulator, "/delete", "{\"invoice\":\"\(short)\"}")
      #expect(try await simulator.core("waitinvoice", "{\"label\":\"b\"}")["error"]?["code"]?.int == -1)
      _ = try await post(simulator, "/restart", "{\"catch_up\":1000}")
      _ = try await post(simulator, "/mine", "{\"blocks\":3}")
      _ = try await post(simulator, "/drop")
      let url = try #require(simulator.controlURL)
      let status = try #require(await TestHTTP.request(url, method: "GET"))
      let json = try JSONValue(parsing: status.body)
      #expect(json["node"]?.string == simulator.nodeID && json["deleted"]?.int == 1)
    }
  }

  @Test func webPagesCannotReachIt() async throws {
    try await runningLightning {
      $0.controlPort = 0
    } _: { simulator async throws -> Void in
      let url = try #require(simulator.controlURL)
      let answer = try await TestHTTP.request(url, method: "GET", headers: ["Origin: http://evil.example"])
      #expect(answer?.firstLine == "HTTP/1.1 403 Forbidden")
    }
  }

  @Test func faultsHaveNames() throws {
    var faults = LightningFaults()
    try faults.apply(["late_ms": 5, "msat_texts": true])
    #expect(faults.lateMS == 5 && faults.msatTexts)
    var again = LightningFaults()
    try again.apply(faults.json)
    #expect(again == faults)
    #expect(faults.json.object?.count == Mirror(reflecting: faults).children.count)
    let wrong: [(JSONValue, FaultRefusal)] = [
      (["lat_ms": 5], .unknown("lat_ms")), (["late_ms": -1], .badValue("late_ms")),
      (["silent": 1], .badValue("silent")), ([], .notAnObject),
    ]
    for (value, refusal) in wrong { #expect(throws: refusal) { try faults.apply(value) } }
    #expect(again == faults)
  }
}
