import Foundation
import Lightning
import Primitives
import TestKit
import Testing

@testable import Simulators

/// The toy LND's REST against the vectors and LND's own rules.
@Suite struct LNDDoorTests {
  @Test func invoicesHaveTheShapeOfTheVectors() async throws {
    let vectors = try LightningSamples.group("lnd")
    try await runningLightning { simulator async throws -> Void in
      let body = try #require(vectors["add_invoice"]?["body"]).text()
      let made = try await simulator.lnd("POST", "/v1/invoices", body)
      #expect(made.status == "200")
      #expect(made.json.object?.map(\.key) == vectors["add_invoice"]?["response"]?.object?.map(\.key))
      let hash = Hex.encode(try #require(Data(base64Encoded: made.json["r_hash"]?.string ?? "")))
      let text = try Bolt11Invoice(try #require(made.json["payment_request"]?.string))
      #expect(text.msat == 21_000 && text.expirySeconds == 120 && text.paymentHash.hex() == hash)
      try await simulator.pay(hash)
      let found = try await simulator.lnd("GET", "/v1/invoice/\(hash)")
      let wanted = try #require(vectors["lookup"]?["response"])
      compare(found.json, wanted, "lookup")
      #expect(found.json["state"]?.string == "SETTLED" && found.json["settled"]?.bool == true)
      #expect(found.json["description_hash"] == vectors["add_invoice"]?["body"]?["description_hash"])
    }
    print("lightning.json lnd.add_invoice: 1 record, 1 checked; lnd.lookup: 1 record, 1 checked")
  }

  /// The same members in the same order, of the same kinds.
  private func compare(_ toy: JSONValue, _ real: JSONValue, _ path: String) {
    switch (toy, real) {
    case (.object(let toy), .object(let real)):
      #expect(toy.map(\.key) == real.map(\.key), "\(path)")
      for (a, b) in zip(toy, real) { compare(a.value, b.value, "\(path).\(a.key)") }
    case (.array(let toy), .array(let real)): for (a, b) in zip(toy, real) { compare(a, b, path) }
    case (.string, .string), (.number, .number), (.bool, .bool), (.null, .null): break
    default: Issue.record("\(path): \(toy) instead of \(real)")
    }
  }

  @Test func streamSaysWhatTheVectorsSay() async throws {
    let lines = try #require(LightningSamples.group("lnd")["stream"]?.array)
    let recorded = try lines.map { try JSONValue(parsing: $0["line"]?.string ?? "") }
    try await runningLightning { simulator async throws -> Void in
      let stream = try await LNDStreamReader.open(simulator, "/v1/invoices/subscribe")
      #expect(stream.head.contains("Transfer-Encoding: chunked"))
      let hash = try await simulator.lndInvoice()
      try await simulator.pay(hash.hex)
      let cancelled = try await simulator.lndInvoice()
      _ = try await simulator.lnd("POST", "/v2/invoices/cancel", "{\"payment_hash\":\"\(cancelled.base64)\"}")
      for state in ["OPEN", "SETTLED", "OPEN"] {
        let line = try #require(await stream.line())
        let like = try #require(recorded.first { $0["result"]?["state"]?.string == state })
        compare(line, like, state)
        #expect(line["result"]?["state"]?.string == state)
      }
      // Of the cancelled one nothing is said here; looked up, it has the shape of the vectors.
      #expect(try await stream.line(withinMS: 100) == nil)
      let told = try await simulator.lnd("GET", "/v1/invoice/\(cancelled.hex)").json
      let like = try #require(recorded.first { $0["result"]?["state"]?.string == "CANCELED" }?["result"])
      compare(told, like, "CANCELED")
      // An index is missing where a paid invoice was removed.
      let gone = try await simulator.lndInvoice()
      try await simulator.pay(gone.hex)
      try await simulator.delete(gone.hex)
      try await simulator.pay(try await simulator.lndInvoice().hex)
      let resumed = try await LNDStreamReader.open(simulator, "/v1/invoices/subscribe?settle_index=1")
      #expect(try await resumed.line()?["result"]?["settle_index"]?.string == "3")
      // The error line.
      try await simulator.change { $0.errorLine = true }
      _ = try await simulator.lndInvoice()
      #expect(try await resumed.line() == recorded.last)
      #expect(try await resumed.line() == nil && resumed.isEnded)
    }
    print("lightning.json lnd.stream: \(lines.count) records, \(recorded.count) checked")
  }

  /// Zero says nothing of the past, one begins with the second payment.
  @Test func resumesAsTheVectorsSay() async throws {
    let cases = try #require(LightningSamples.group("lnd")["resume"]?.array)
    try await runningLightning { simulator async throws -> Void in
      for _ in 0..<20 { try await simulator.pay(try await simulator.lndInvoice().hex) }
      for vector in cases {
        let stored = try #require(vector["stored_settle_index"]?.int)
        let path = try #require(vector["request"]?.string).dropFirst("GET ".count)
        let stream = try await LNDStreamReader.open(simulator, String(path))
        for index in stored == 0 ? 21..<21 : stored + 1..<21 {
          #expect(try await stream.line()?["result"]?["settle_index"]?.string == String(index))
        }
        #expect(try await stream.line(withinMS: 100) == nil)
        stream.close()
      }
      for (path, first) in [("?settle_index=0", nil), ("?settle_index=1", "2"), ("?settle_index=20", nil)] {
        let stream = try await LNDStreamReader.open(simulator, "/v1/invoices/subscribe\(path)")
        #expect(try await stream.line(withinMS: 200)?["result"]?["settle_index"]?.string == first)
        stream.close()
      }
      // After the backlog comes what happens now, once.
      let stream = try await LNDStreamReader.open(simulator, "/v1/invoices/subscribe?settle_index=19")
      try await simulator.pay(try await simulator.lndInvoice().hex)
      var indices: [String?] = []
      for _ in 0..<3 { indices.append(try await stream.line()?["result"]?["settle_index"]?.string) }
      #expect(indices == ["20", "0", "21"])
    }
    print("lightning.json lnd.resume: \(cases.count) records, \(cases.count) checked")
  }

  @Test func hashesAreBase64AsInTheVectors() async throws {
    let cases = try #require(LightningSamples.group("lnd")["base64"]?.array)
    try await runningLightning { simulator async throws -> Void in
      for vector in cases {
        let text = try #require(vector["base64_std"]?.string)
        let made = try await simulator.lnd("POST", "/v2/invoices/hodl", "{\"hash\":\"\(text)\",\"value_msat\":1000}")
        #expect(made.status == "200")
        let found = try await simulator.lnd("GET", "/v1/invoice/\(vector["hex"]?.string ?? "")")
        #expect(found.json["r_hash"]?.string == text)
        let url = text.replacing("+", with: "-").replacing("/", with: "_")
        let stream = try await LNDStreamReader.open(simulator, "/v2/invoices/subscribe/\(url)")
        #expect(try await stream.line()?["result"]?["r_hash"]?.string == text)
        stream.close()
      }
    }
    print("lightning.json lnd.base64: \(cases.count) records, \(cases.count) checked")
  }

  @Test func pages() async throws {
    try await runningLightning { simulator async throws -> Void in
      let empty = try await simulator.lnd("GET", "/v1/invoices")
      #expect(empty.json["invoices"]?.array?.isEmpty == true && empty.json["last_index_offset"]?.string == "0")
      for _ in 0..<5 { _ = try await simulator.lndInvoice() }
      let third = try #require(await simulator.lnd("GET", "/v1/invoices").json["invoices"]?[2]?["r_hash"]?.string)
      try await simulator.pay(Hex.encode(try #require(Data(base64Encoded: third))))
      func indices(_ query: String) async throws -> [String?] {
        try await simulator.lnd("GET", "/v1/invoices?\(query)").json["invoices"]?.array?.map { $0["add_index"]?.string }
          ?? []
      }
      #expect(try await indices("") == ["1", "2", "3", "4", "5"])
      #expect(try await indices("index_offset=2&num_max_invoices=2") == ["3", "4"])
      #expect(try await indices("index_offset=5").isEmpty)
      #expect(try await indices("pending_only=true") == ["1", "2", "4", "5"])
      #expect(try await indices("reversed=true&num_max_invoices=2") == ["4", "5"])
      #expect(try await indices("reversed=true&index_offset=4&num_max_invoices=2") == ["2", "3"])
      #expect(try await simulator.lnd("GET", "/v1/invoices?index_offset=x").status == "400")
    }
  }

  @Test func holdsSettlesAndCancels() async throws {
    try await runningLightning { simulator async throws -> Void in
      let preimage = Bytes32.zero
      let hash = SHA256.hash(preimage.bytes)
      let base64 = Data(hash.bytes).base64EncodedString()
      let secret = "{\"preimage\":\"\(Data(preimage.bytes).base64EncodedString())\"}"
      #expect(try await simulator.lnd("POST", "/v2/invoices/settle", secret).status == "404")
      let made = try await simulator.lnd(
        "POST",
        "/v2/invoices/hodl",
        "{\"hash\":\"\(base64)\",\"value_msat\":\"21000\",\"cltv_expiry\":\"40\"}"
      )
      #expect(made.json.object?.map(\.key) == ["payment_request", "add_index", "payment_addr"])
      #expect(try Bolt11Invoice(made.json["payment_request"]?.string ?? "").minFinalCLTV == 40)
      #expect(
        try await simulator.lnd("POST", "/v2/invoices/settle", secret).json["message"]?.string == "invoice still open"
      )
      let url = base64.replacing("+", with: "-").replacing("/", with: "_")
      let stream = try await LNDStreamReader.open(simulator, "/v2/invoices/subscribe/\(url)")
      #expect(try await simulator.pay(hash.hex()).state == "accepted")
      let held = try await simulator.lnd("GET", "/v1/invoice/\(hash.hex())").json
      #expect(held["state"]?.string == "ACCEPTED" && held["settle_index"]?.string == "0")
      #expect(held["r_preimage"]?.string == "" && held["amt_paid_msat"]?.string == "0")
      #expect(held["htlcs"]?[0]?["expiry_height"]?.int == 118 + 40 && held["htlcs"]?[0]?["state"]?.string == "ACCEPTED")
      #expect(try await simulator.lnd("POST", "/v2/invoices/settle", secret).json == .object([]))
      #expect(
        try await simulator.lnd("POST", "/v2/invoices/settle", secret).json["message"]?.string
          == "invoice already settled"
      )
      let cancel = "{\"payment_hash\":\"\(base64)\"}"
      #expect(try await simulator.lnd("POST", "/v2/invoices/cancel", cancel).status == "500")
      var states: [String?] = []
      for _ in 0..<3 { states.append(try await stream.line()?["result"]?["state"]?.string) }
      #expect(states == ["OPEN", "ACCEPTED", "SETTLED"])
      #expect(try await stream.line() == nil && stream.isEnded)
    }
  }

  @Test func heldMoneyGoesBackWithTheChain() async throws {
    try await runningLightning { simulator async throws -> Void in
      let hash = SHA256.hash(Bytes32.zero.bytes)
      let base64 = Data(hash.bytes).base64EncodedString()
      _ = try await simulator.lnd(
        "POST",
        "/v2/invoices/hodl",
        "{\"hash\":\"\(base64)\",\"value\":1,\"cltv_expiry\":10}"
      )
      try await simulator.pay(hash.hex())
      try await simulator.mine(10)
      #expect(try await simulator.lnd("GET", "/v1/invoice/\(hash.hex())").json["state"]?.string == "CANCELED")
      let body = "{\"payment_hash\":\"\(base64)\"}"
      #expect(try await simulator.lnd("POST", "/v2/invoices/cancel", body).status == "200")
    }
  }

  @Test func onlyTheMacaroonOpens() async throws {
    try await runningLightning {
      $0.macaroonPermissions = ["invoices:read"]
    } _: { simulator async throws -> Void in
      let right = try simulator.macaroonHex
      #expect(try await simulator.lnd("GET", "/v1/invoices", macaroon: right).status == "200")
      #expect(try await simulator.lnd("GET", "/v1/invoices", macaroon: right.uppercased()).status == "200")
      let wrong = right.dropLast(2) + (right.hasSuffix("00") ? "01" : "00")
      for (text, message) in [
        (String(wrong), "verification failed: signature mismatch after caveat verification"),
        ("zz", "cannot decode macaroon: invalid hex"),
      ] {
        let answer = try await simulator.lnd("GET", "/v1/invoices", macaroon: text)
        #expect(answer.status == "500" && answer.json["message"]?.string == message)
      }
      let denied = try await simulator.lnd("POST", "/v1/invoices", "{}")
      #expect(denied.status == "500" && denied.json["message"]?.string == "permission denied")
      #expect(try await simulator.lnd("GET", "/v1/getinfo").json["message"]?.string == "permission denied")
    }
  }

  @Test func theMacaroonSaysWhatItAllows() {
    let macaroon = ToyMacaroon(permissions: ["invoices:write", "info:read", "invoices:read"], rootKey: .zero)
    #expect(Array(macaroon.bytes.prefix(6)) == [2, 1, 3] + Array("lnd".utf8))
    let operations: [UInt8] =
      [0x1a, 12, 0x0a, 4] + Array("info".utf8) + [0x12, 4] + Array("read".utf8)
      + [0x1a, 23, 0x0a, 8] + Array("invoices".utf8) + [0x12, 4] + Array("read".utf8) + [0x12, 5] + Array("write".utf8)
    #expect(macaroon.bytes.firstRange(of: operations) != nil)
    #expect(macaroon.allows("info:read") && !macaroon.allows("offchain:write"))
    #expect(Array(macaroon.bytes.suffix(34).prefix(2)) == [6, 32])
  }

  @Test func aStreamBreaksInsideAChunk() async throws {
    try await runningLightning { simulator async throws -> Void in
      let stream = try await LNDStreamReader.open(simulator, "/v1/invoices/subscribe")
      try await simulator.change { $0.cutStream = true }
      _ = try await simulator.lndInvoice()
      let rest = try await stream.rest()
      #expect(rest.count > 200 && rest.suffix(2) != [0x0d, 0x0a])
      #expect(try await stream.line() == nil && !stream.isEnded)
    }
  }

  @Test func paymentsThatNobodyTellsOf() async throws {
    try await runningLightning { simulator async throws -> Void in
      let stream = try await LNDStreamReader.open(simulator, "/v1/invoices/subscribe")
      try await simulator.change {
        $0.missingSettled = true
        $0.zeroSettleIndex = true
      }
      let hash = try await simulator.lndInvoice()
      try await simulator.pay(hash.hex)
      #expect(try await stream.line()?["result"]?["state"]?.string == "OPEN")
      #expect(try await stream.line(withinMS: 100) == nil)
      let found = try await simulator.lnd("GET", "/v1/invoice/\(hash.hex)").json
      #expect(found["state"]?.string == "SETTLED" && found["settle_index"]?.string == "0")
    }
  }

  @Test func refusesWhatLNDRefuses() async throws {
    try await runningLightning { simulator async throws -> Void in
      for (body, status) in [
        ("{\"value\":1,\"value_msat\":1000}", "500"), ("{\"description_hash\":\"AAAA\"}", "500"), ("[]", "400"),
        ("{\"value\":\"x\"}", "400"), ("{\"value\":21}", "200"),
      ] {
        #expect(try await simulator.lnd("POST", "/v1/invoices", body).status == status, "\(body)")
      }
      #expect(try await simulator.lnd("GET", "/v1/invoice/00").status == "400")
      #expect(try await simulator.lnd("GET", "/v1/invoice/\(Bytes32.zero.hex())").status == "404")
      #expect(try await simulator.lnd("GET", "/v1/channels").status == "404")
    }
  }

  /// Both doors show the same books.
  @Test func bothDoorsTellOfOnePayment() async throws {
    try await runningLightning { simulator async throws -> Void in
      let hash = try await simulator.lndInvoice()
      try await simulator.pay(hash.hex)
      let paid = try await simulator.core("waitanyinvoice", "{\"timeout\":0}")["result"]
      #expect(paid?["payment_hash"]?.string == hash.hex && paid?["pay_index"]?.int == 1)
    }
  }

  /// Over TLS with a certificate made at the start, then with another one; curl is who asks.
  @Test func showsACertificateAndChangesIt() async throws {
    let tools = ["/usr/bin/openssl", "/usr/bin/curl"].filter { !FileManager.default.isExecutableFile(atPath: $0) }
    try #require(tools.isEmpty, "install openssl and curl")
    try await runningLightning {
      $0.lndCertificate = .made
    } _: { simulator async throws -> Void in
      let certificate = try #require(simulator.certificateFile)
      try await withFolder { folder in
        let old = "\(folder)/old.pem"
        try FileManager.default.copyItem(atPath: certificate, toPath: old)
        #expect(try await curl(simulator, trusting: certificate) == 0)
        try await simulator.changeCertificate()
        #expect(try await curl(simulator, trusting: certificate) == 0)
        // 60: the peer's certificate cannot be verified.
        #expect(try await curl(simulator, trusting: old) == 60)
      }
    }
  }

  private func curl(_ simulator: LightningSimulator, trusting file: String) async throws -> Int32 {
    let url = try #require(simulator.lndURL) + "/v1/getinfo"
    let macaroon = try simulator.macaroonHex
    return try await blocking {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/curl")
      process.arguments = ["-s", "-f", "--cacert", file, "-H", "Grpc-Metadata-macaroon: \(macaroon)", url]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
}
