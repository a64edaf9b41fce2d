import Lightning
import Primitives
import Synchronization
import Testing

/// Every record of the group `core_lightning` of `lightning.json`.
extension LightningVectors {
  private static let group = "core_lightning"

  private static func object(_ record: VectorRecord) throws -> CoreLightningObject {
    try CoreLightningObject(record.value, record.place)
  }

  @Test func coreLightningRequestEncoding() throws {
    try Self.check(Self.group, "request_encoding") { record in
      let text = try record.text("description")
      let written = CoreLightningRequest("invoice").with("description", .string(text)).body
      let ours = String(decoding: written, as: UTF8.self)
      #expect(try JSONValue(parsing: written)["description"]?.string == text)
      // Never an escape the node refuses, nor one that it would keep in a label.
      #expect(!ours.contains("\\u") && !ours.contains("\\/"), "\(record.place)")
      let spelling = try record.text("json_text")
      let isOurs = ours == "{\"description\":\(spelling)}"
      let isAccepted = try record.flag("accepted")
      #expect(isOurs == (isAccepted && !spelling.contains("\\/")), "\(record.place)")
    }
  }

  @Test func coreLightningRequestShape() throws {
    try Self.checkOne(Self.group, "request_shape") { record in
      let call = WaitAnyInvoice(
        cursor: try record.member("params").number("lastpay_index"),
        seconds: try record.member("params").number("timeout")
      )
      let bytes = call.request.bytes(id: try record.text("id"))
      #expect(try JSONValue(parsing: bytes) == record.value)
      #expect(String(decoding: bytes, as: UTF8.self) == record.value.text())
    }
  }

  @Test func coreLightningSamples() throws {
    try Self.check(Self.group, "samples") { record in
      let name = try record.text("name")
      if let error = record["error"] {
        let read = try CoreLightningError(error)
        #expect(read.code == error["code"]?.int64)
        let words = try #require(error["message"]?.string)
        #expect(read.words.contains(words))
        if read.code == CoreLightningError.expired {
          let invoice = try CoreLightningInvoice(CoreLightningObject(try #require(read.data), "data"))
          #expect(invoice.status == .expired && invoice.payment == nil)
        }
        return
      }
      let response = try record.member("response")
      let method = record["request"]?["method"]?.string ?? "waitanyinvoice"
      guard let call = RecordedCall.decoder(method) else {
        // A rune is made by the operator, never by us.
        #expect(method == "createrune", "\(name)")
        return
      }
      let answer = try call.answer(from: try Self.object(response))
      guard let invoice = (answer as? CoreLightningInvoice) ?? (answer as? [CoreLightningInvoice])?.first else {
        return
      }
      let wire = response["invoices"]?[0] ?? response.value
      try Self.compare(invoice, VectorRecord(place: response.place, value: wire))
      if name.hasPrefix("old amounts") { #expect(invoice.createdIndex == nil) }
      if name == "keysend" { #expect(invoice.amountMsat == nil) }
    }
  }

  /// Holds a decoded invoice against the members it was read from.
  static func compare(_ invoice: CoreLightningInvoice, _ wire: VectorRecord) throws {
    let node = invoice.node
    let hash = try wire.hash("payment_hash")
    let status = try wire.text("status")
    #expect(node.paymentHash == hash)
    #expect(node.label == wire["label"]?.string)
    #expect(node.state.rawValue == status)
    let text = wire["bolt11"]?.string ?? wire["bolt12"]?.string
    #expect(node.text == text)
    #expect(node.description == wire["description"]?.string)
    #expect(node.offer == wire["local_offer_id"]?.string)
    #expect(node.payerNote == wire["invreq_payer_note"]?.string)
    #expect(node.askedMsat == Self.msat(wire["amount_msat"]))
    #expect(invoice.createdIndex == wire["created_index"]?.uint64)
    #expect(invoice.updatedIndex == wire["updated_index"]?.uint64)
    #expect(invoice.payment?.transaction == wire["paid_outpoint"]?["txid"]?.string)
    guard node.state == .paid else {
      #expect(node.cursor == nil && node.preimage == nil && node.receivedMsat == nil)
      return
    }
    let index = try wire.number("pay_index")
    let preimage = try wire.hash("payment_preimage")
    #expect(node.cursor == index)
    #expect(node.receivedMsat == Self.msat(wire["amount_received_msat"]))
    #expect(node.paidAtS == wire["paid_at"]?.int64)
    #expect(node.preimage == preimage)
  }

  private static func msat(_ value: JSONValue?) -> UInt64? {
    value?.uint64 ?? value?.string.flatMap { UInt64($0.replacing("msat", with: "")) }
  }

  @Test func coreLightningFraming() throws {
    try Self.check(Self.group, "framing") { record in
      var frames = CoreLightningFrames()
      var messages: [[UInt8]] = []
      let pieces: [[UInt8]] =
        if let chunks = record["chunks_hex"]?.array {
          try chunks.map { try Hex.decode(try #require($0.string)) }
        } else {
          [Array(try record.text("bytes_utf8").utf8)]
        }
      for piece in pieces {
        frames.receive(piece)
        while let message = try frames.next() { messages.append(message) }
      }
      let expected = try record.number("messages")
      #expect(UInt64(messages.count) == expected, "\(record.place)")
      var answers: UInt64 = 0
      for message in messages {
        if case .answer = try CoreLightningReply(decoding: message) { answers += 1 }
      }
      let expectedAnswers = record["responses"]?.uint64 ?? record["messages"]?.uint64
      #expect(answers == expectedAnswers, "\(record.place)")
      #expect(frames.isInside == (record["then"] != nil))
    }
  }

  @Test func coreLightningListenerScenarios() async throws {
    let name = "\(Self.group).listener_scenarios"
    guard let scenarios = try Self.group(Self.group)["listener_scenarios"]?.array else {
      throw Missing(place: name)
    }
    var checked = 0
    for (i, scenario) in scenarios.enumerated() {
      try await Self.listen(VectorRecord(place: "\(name)[\(i)]", value: scenario))
      checked += 1
    }
    print("lightning.json \(name): \(scenarios.count) records, \(checked) checked")
    #expect(checked == scenarios.count)
  }

  /// What a caller with the simplest of ledgers makes of a scenario.
  private static func listen(_ scenario: VectorRecord) async throws {
    let events = try scenario.list("events")
    let next = Mutex(0)
    let transport = FakeTransport { question throws(NodeFailure) in
      guard question.params["lastpay_index"]?.uint64 != nil, question.params["timeout"]?.uint64 != nil else {
        throw .garbled("the question has no cursor")
      }
      let i = next.withLock { i in
        defer { i += 1 }
        return i
      }
      guard i < events.count else { return .refusal(CoreLightningError.timedOut) }
      if events[i]["eof"] != nil { throw .away("the node closed the connection") }
      if let code = events[i]["error"]?.int64 { return .refusal(code) }
      return .text(Sample.paid(events[i]["pay_index"]?.uint64 ?? 0, label: events[i]["label"]?.string ?? "coinslot:a"))
    }
    let node = CoreLightningNode(transport)
    guard var cursor = scenario["cursor"]?.uint64 else {
      // A first start with a history: the cursor begins behind it, and nothing of it is sold.
      #expect(try await node.newestCursor() == events.last?["pay_index"]?.uint64)
      #expect(scenario["handled"]?.array?.isEmpty == true)
      return
    }
    var recorded = Set((scenario["already_recorded"]?.array ?? []).compactMap(\.uint64))
    var handled: [UInt64] = []
    for _ in 0...events.count {
      do throws(NodeFailure) {
        guard let paid = try await node.nextPaid(after: cursor, seconds: 1), let index = paid.cursor else { continue }
        let isOurs = paid.label?.hasPrefix("coinslot:") == true
        if recorded.insert(index).inserted, isOurs { handled.append(index) }
        cursor = index
      } catch {
        if case .rewound = error { break }
        guard case .away = error else { throw error }
      }
    }
    let expected = try scenario.list("handled").compactMap(\.value.uint64)
    #expect(handled == expected, "\(scenario.place)")
    #expect(cursor == scenario["cursor_after"]?.uint64, "\(scenario.place)")
    if scenario["name"]?.string == "timeout 904" {
      #expect(transport.questions.allSatisfy { $0.params["lastpay_index"]?.uint64 == 5 })
    }
  }

  @Test func coreLightningMsatValues() throws {
    try Self.check(Self.group, "msat_values") { record in
      let value = try record.member("in").value
      guard let msat = record["msat"]?.uint64 else {
        #expect(throws: CoreLightningRefusal.badAmount("amount_msat")) {
          try CoreLightningMsat.read(value, "amount_msat")
        }
        return
      }
      #expect(try CoreLightningMsat.read(value, "amount_msat") == msat)
    }
  }

  @Test func coreLightningREST() throws {
    try Self.check(Self.group, "clnrest") { record in
      let status = Int(try record.number("status"))
      if let body = record["body"], status == 201 {
        let call = WaitAnyInvoice(
          cursor: try #require(body["lastpay_index"]?.uint64),
          seconds: try #require(body["timeout"]?.uint64)
        )
        #expect(try JSONValue(parsing: call.request.body) == body)
        #expect(try record.text("request") == "POST /v1/\(call.request.method)")
        let answer = Array(Sample.paid(8).utf8)
        guard case .result = try CoreLightningREST.outcome(status: status, body: answer, method: "waitanyinvoice")
        else {
          Issue.record("\(record.place): no result")
          return
        }
        return
      }
      guard let code = record["body"]?["code"]?.int64 ?? record["body_code"]?.int64 else {
        // GET is never sent; whoever answers 405 is no clnrest.
        #expect(status == 405)
        #expect(throws: NodeFailure.self) { try CoreLightningREST.outcome(status: status, body: [], method: "getinfo") }
        return
      }
      let body = Array("{\"code\":\(code),\"message\":\"m\"}".utf8)
      guard case .error(let error) = try CoreLightningREST.outcome(status: status, body: body, method: "getinfo") else {
        Issue.record("\(record.place): no error")
        return
      }
      #expect(error.code == code)
      let failure = error.failure(of: "getinfo")
      switch code {
      case 1501...1503: if case .refused = failure {} else { Issue.record("\(record.place): \(failure)") }
      case -32601: if case .unsupported = failure {} else { Issue.record("\(record.place): \(failure)") }
      default: #expect(code == CoreLightningError.timedOut)
      }
    }
  }

  @Test func coreLightningRuneRestrictions() throws {
    try Self.check(Self.group, "rune_restrictions") { record in
      let allowed = Set(
        (record.value.array ?? []).compactMap { $0.string.map { String($0.dropFirst("method=".count)) } }
      )
      // All that is asked of a node in service.
      let asked = [
        GetInfo().request.method, WaitAnyInvoice(cursor: 0, seconds: 0).request.method,
        ListInvoices(.all).request.method,
        MakeInvoice(amountMsat: 1, label: "a", description: "", hashesDescription: false, expirySeconds: 1)
          .request.method,
      ]
      #expect(Set(asked) == allowed)
    }
  }
}
