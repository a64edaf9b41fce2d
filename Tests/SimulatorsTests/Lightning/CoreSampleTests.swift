import Primitives
import Testing

@testable import Simulators

/// The toy node's socket against the samples of Core Lightning's own documentation.
@Suite struct CoreSampleTests {
  /// What the toy node does not do, and why.
  private static let leftOut = [
    "restricted rune": "it has no runes", "error: node shutting down": "it ends without a word, as recorded",
    "paid on chain": "it has no chain to be paid on",
  ]

  private func samples() throws -> [JSONValue] {
    try #require(LightningSamples.group("core_lightning")["samples"]?.array)
  }

  /// A node on which every sample's request has something to speak of.
  private func prepared(_ simulator: LightningSimulator) async throws {
    let wanted: [(String, UInt64?)] = [
      ("a", 21_000), ("b", 1_000), ("lbl_l21", nil), ("inv2", 2_000), ("lbl_l37", 1),
    ]
    for (label, msat) in wanted {
      let text = try await simulator.makeForeignInvoice(label: label, msat: msat, description: label)
      try await simulator.pay(text, msat: msat ?? 400_000)
    }
    try await simulator.makeForeignInvoice(label: "lbl_l36", msat: 1, description: "unpaid")
  }

  private func keys(_ value: JSONValue?) -> [String] { value?.object?.map(\.key) ?? [] }

  @Test func answersAsDocumented() async throws {
    let samples = try samples().filter { $0["request"] != nil }
    var checked = 0
    try await runningLightning { simulator async throws -> Void in
      try await prepared(simulator)
      for sample in samples {
        let name = try #require(sample["name"]?.string)
        if Self.leftOut[name] != nil { continue }
        let request = try #require(sample["request"])
        let answer = try await simulator.core(
          try #require(request["method"]?.string),
          try #require(request["params"]).text()
        )
        var got = keys(answer["result"]).filter { $0 != "lightning-dir" }
        var wanted = keys(sample["response"])
        if wanted == ["invoices"] {
          got = keys(answer["result"]?["invoices"]?[0])
          wanted = keys(sample["response"]?["invoices"]?[0])
        }
        #expect(got == wanted, "\(name)")
        checked += 1
      }
    }
    let count = samples.count
    print("core_lightning.samples with a request: \(count) records, \(checked) checked, 1 left out: runes")
    #expect(checked == samples.count - 1)
  }

  @Test func tellsOfPaymentsAsComposed() async throws {
    let samples = try samples().filter { $0["request"] == nil && $0["response"] != nil }
    var checked = 0
    for sample in samples {
      let name = try #require(sample["name"]?.string)
      if Self.leftOut[name] != nil { continue }
      try await runningLightning { simulator async throws -> Void in
        try await paid(name, simulator)
        let told = try #require(await simulator.core("waitanyinvoice")["result"])
        let wanted = Set(keys(sample["response"]))
        switch name {
        case "unknown extra field":
          #expect(Set(keys(told)).isSuperset(of: wanted.subtracting(["some_future_field"])))
          #expect(!Set(keys(told)).isSubset(of: wanted))
        case "old amounts (before 23.05): string with suffix, and the older plain fields":
          #expect(told["amount_msat"] == sample["response"]?["amount_msat"])
          #expect(Set(keys(told)).isSuperset(of: wanted.subtracting(["msatoshi", "msatoshi_received"])))
        case "overpaid":
          #expect(Set(keys(told)) == wanted)
          #expect(told["amount_received_msat"] == sample["response"]?["amount_received_msat"])
        default: #expect(Set(keys(told)) == wanted, "\(name)")
        }
      }
      checked += 1
    }
    print("core_lightning.samples of payments: \(samples.count) records, \(checked) checked, 1 left out: on chain")
    #expect(checked == samples.count - 1)
  }

  private func paid(_ name: String, _ simulator: LightningSimulator) async throws {
    switch name {
    case "paid offer (BOLT12)":
      let offer = try await simulator.core("offer", "{\"amount\":21000,\"description\":\"Honk\"}")["result"]
      try await simulator.payOffer(try #require(offer?["offer_id"]?.string), note: "tut tut")
    case "keysend": try await simulator.keysend(msat: 5_000, message: "hello")
    default:
      let sample = try #require(samples().first { $0["name"]?.string == name }?["response"])
      try await simulator.change {
        $0.unknownFields = name == "unknown extra field"
        $0.msatTexts = name.hasPrefix("old amounts")
      }
      try await simulator.pay(try await simulator.coreInvoice("a"), msat: sample["amount_received_msat"]?.uint64)
    }
  }

  @Test func saysErrorsAsComposed() async throws {
    let samples = try samples().filter { $0["error"] != nil }
    var checked = 0
    try await runningLightning { simulator async throws -> Void in
      try await prepared(simulator)
      for sample in samples {
        let name = try #require(sample["name"]?.string)
        let error: JSONValue?
        switch name {
        case "error: no payment before the timeout":
          error = try await simulator.core("waitanyinvoice", "{\"lastpay_index\":5,\"timeout\":0}")["error"]
        case "error: expired during waitinvoice":
          _ = try await simulator.coreInvoice("coinslot:2", expiry: 1)
          try await simulator.forward(seconds: 2)
          error = try await simulator.core("waitinvoice", "{\"label\":\"coinslot:2\"}")["error"]
          #expect(error?["data"]?["label"] == sample["error"]?["data"]?["label"])
        case "error: label already used":
          let params = "{\"amount_msat\":1,\"label\":\"coinslot:1\",\"description\":\"\"}"
          _ = try await simulator.core("invoice", params)
          error = try await simulator.core("invoice", params)["error"]
        case "error: unknown command": error = try await simulator.core("waitanyinvoices")["error"]
        case "error: jsonrpc member missing (23.05 and later)":
          // A node says this of a wrong one; of a missing one what was recorded.
          let socket = try await UnixSocket.connect(simulator.socketPath)
          try await socket.send("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"getinfo\",\"params\":{}}")
          error = try JSONValue(parsing: try #require(await socket.answers().first))["error"]
        default:
          #expect(Self.leftOut[name] != nil, "\(name)")
          continue
        }
        #expect(error?["code"] == sample["error"]?["code"], "\(name)")
        #expect(error?["message"] == sample["error"]?["message"], "\(name)")
        checked += 1
      }
    }
    print("core_lightning.samples of errors: \(samples.count) records, \(checked) checked, 1 left out: shutting down")
    #expect(checked == samples.count - 1)
  }

  @Test func takesTheRequestsOfTheVectors() async throws {
    let group = try LightningSamples.group("core_lightning")
    let cases = try #require(group["request_encoding"]?.array)
    try await runningLightning { simulator async throws -> Void in
      for (index, vector) in cases.enumerated() {
        let text = try #require(vector["json_text"]?.string)
        let answer = try await simulator.core(
          "invoice",
          "{\"amount_msat\":1,\"label\":\"\(index)\",\"description\":\(text)}"
        )
        #expect(answer["error"]?["code"]?.int == vector["error"]?.int)
        guard vector["accepted"]?.bool == true else { continue }
        let told = try await simulator.core("listinvoices", "{\"label\":\"\(index)\"}")
        #expect(told["result"]?["invoices"]?[0]?["description"] == vector["description"])
      }
      let shape = try #require(group["request_shape"])
      try await simulator.pay(try await simulator.coreInvoice("paid"))
      let socket = try await UnixSocket.connect(simulator.socketPath)
      // The cursor of the shape is beyond the end: the next payment answers it.
      try await socket.send(shape.text())
      #expect(try await eventually { try await simulator.counts.waiters == 1 })
      try await simulator.pay(try await simulator.coreInvoice("next"))
      let answer = try JSONValue(parsing: try #require(await socket.answers().first))
      #expect(answer["id"] == shape["id"] && answer["result"]?["pay_index"]?.int == 2)
    }
    print(
      "core_lightning.request_encoding: \(cases.count) records, \(cases.count) checked; request_shape: 1, 1 checked"
    )
  }
}
