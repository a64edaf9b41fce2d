import Lightning
import Primitives
import Testing

/// Every exchange that was recorded of real nodes (v26.06), replayed against our side of it.
extension LightningVectors {
  /// What was made of the exchanges of one method.
  private struct Tally {
    var records = 0
    var answers = 0
    var refusals = 0
    var sameRequests = 0
    var neverAsked: [String: Int] = [:]
  }

  /// Answers that are refused, and why: what was asked for by a `filter` or with `id` null, which we never send.
  private static let refused: [String: Set<CoreLightningRefusal>] = [
    "id_null": [.missing("id")],
    "waitanyinvoice_filter": [.missing("payment_hash")],
    "pipelined_six_requests_one_write": [.missing("blockheight"), .missing("payment_hash"), .missing("id")],
    "same_id_twice": [.missing("blockheight"), .missing("id")],
    "listinvoices_all_long_answer": [.missing("blockheight")],
  ]

  @Test func everyRecordedExchangeIsUnderstood() throws {
    guard let exchanges = try Self.recorded().array else { throw Missing(place: "cln_recorded.json") }
    var tallies: [String: Tally] = [:]
    let records = exchanges.enumerated().map { VectorRecord(place: "cln_recorded[\($0)]", value: $1) }
    Self.report("cln_recorded.json", "exchanges", records) { record in
      let name = try record.text("name")
      let (requests, isWhole) = try Self.requests(record)
      let method = isWhole ? requests.first?["method"]?.string ?? "(no method)" : "(not one request)"
      var tally = tallies[method] ?? Tally()
      tally.records += 1
      for message in try Self.messages(record) {
        do throws(CoreLightningRefusal) {
          try Self.take(try CoreLightningReply(decoding: message), name, requests, &tally)
        } catch {
          #expect(Self.refused[name]?.contains(error) == true, "\(name): \(error.words)")
          tally.refusals += 1
        }
      }
      if isWhole { try Self.compareRequest(requests[0], record, &tally) }
      tallies[method] = tally
    }
    for (method, tally) in tallies.sorted(by: { $0.key < $1.key }) {
      let never = tally.neverAsked.sorted { $0.key < $1.key }.map { ", \($0.value) never asked (\($0.key))" }.joined()
      print(
        "cln_recorded.json \(method): \(tally.records) records, \(tally.answers) answers read, "
          + "\(tally.refusals) refused with a reason, \(tally.sameRequests) requests of ours the same\(never)"
      )
    }
    let sums = tallies.values.reduce(into: (records: 0, requests: 0, refused: 0)) { sums, tally in
      sums.records += tally.records
      sums.requests += tally.sameRequests
      sums.refused += tally.refusals
    }
    #expect(sums == (records.count, 145, 8))
  }

  /// The objects in what was sent, and whether it was one and nothing else.
  private static func requests(_ record: VectorRecord) throws -> (requests: [JSONValue], isWhole: Bool) {
    var bytes = Array(try record.text("request").utf8)
    // A raw control character is what a node takes, and what is not JSON.
    if let hex = record["request_hex"]?.string { bytes = try Hex.decode(hex).map { max($0, 0x20) } }
    if let one = try? JSONValue(parsing: bytes) { return one.object == nil ? ([], false) : ([one], true) }
    // Several without anything between them.
    var out: [JSONValue] = []
    var start = 0
    for i in bytes.indices where bytes[i] == 0x7d {
      guard let value = try? JSONValue(parsing: Array(bytes[start...i])) else { continue }
      out.append(value)
      start = i + 1
    }
    return (out, false)
  }

  /// The messages in what came back.
  private static func messages(_ record: VectorRecord) throws -> [[UInt8]] {
    var bytes = Array(try record.text("response").utf8)
    if let hex = record["response_hex"]?.string { bytes = try Hex.decode(hex) }
    var frames = CoreLightningFrames()
    var out: [[UInt8]] = []
    // In pieces of 1,000 bytes, so that the long ones are cut.
    for start in stride(from: 0, to: bytes.count, by: 1_000) {
      frames.receive(bytes[start..<min(start + 1_000, bytes.count)])
      while let message = try frames.next() { out.append(message) }
    }
    #expect(!frames.isInside, "\(record.place): an answer has no end")
    return out
  }

  private static func take(
    _ reply: CoreLightningReply,
    _ name: String,
    _ requests: [JSONValue],
    _ tally: inout Tally
  ) throws(CoreLightningRefusal) {
    switch reply {
    case .notification(let method): #expect(method == "log" || method == "message" || method == "progress")
    case .unreadable(let error):
      #expect(error.code == CoreLightningError.invalidRequest)
      tally.answers += 1
    case .answer(_, .error(let error)):
      checkRefusal(error, name)
      tally.answers += 1
    case .answer(let id, .result(let result)):
      let request = requests.first { $0["id"]?.string == id || $0["id"]?.number == id } ?? requests.first
      let method = request?["method"]?.string ?? "getinfo"
      var call = RecordedCall.decoder(method)
      if case .call(let ours)? = request.map({ RecordedCall.make(method, $0["params"] ?? .null) }) { call = ours }
      if let call {
        let answer = try call.answer(from: result)
        do { try compareAnswer(answer, result, name) } catch { Issue.record(error, "\(name)") }
      }
      tally.answers += 1
    }
  }

  /// A refusal must be one whose code we know, sorted by who must act.
  private static func checkRefusal(_ error: CoreLightningError, _ name: String) {
    #expect(!error.message.isEmpty)
    switch (error.code, error.failure(of: "m")) {
    case (-32602 ... -32600, .unsupported), (-1, .away), (900, .conflict), (901, .unsupported), (902, .unsupported),
      (1501...1503, .refused):
      break
    // Those that whoever asks tells apart.
    case (CoreLightningError.timedOut, _), (CoreLightningError.unknownInvoice, _),
      (CoreLightningError.noDescription, _):
      break
    case (CoreLightningError.expired, _):
      let invoice = try? CoreLightningInvoice(CoreLightningObject(error.data ?? .null, "data"))
      #expect(invoice?.status == .expired)
    case (CoreLightningError.stateChanged, _): #expect(error.data?["current_status"]?.string != nil)
    default: Issue.record("\(name): a code nobody told us of: \(error.words)")
    }
  }

  private static func compareAnswer(_ answer: any Sendable, _ result: CoreLightningObject, _ name: String) throws {
    let wire = VectorRecord(place: name, value: .object(result.members))
    switch answer {
    case let invoice as CoreLightningInvoice: try compare(invoice, wire)
    case let invoices as [CoreLightningInvoice]:
      let list = try wire.list("invoices")
      #expect(list.count == invoices.count)
      for (invoice, member) in zip(invoices, list) { try compare(invoice, member) }
    case let made as InvoiceMade:
      #expect(made.text == wire["bolt11"]?.string)
      #expect(made.warnings.map(\.name) == result.members.map(\.key).filter { $0.hasPrefix("warning_") })
    case let facts as NodeFacts:
      let alias = wire["alias"]?.string ?? ""
      #expect(facts.id == wire["id"]?.string && facts.network == "regtest" && facts.alias == alias)
      #expect(facts.warnings.count == result.members.count { $0.key.hasPrefix("warning_") })
    default: break
    }
  }

  /// Where the request is one we make, ours has the same shape.
  private static func compareRequest(_ request: JSONValue, _ record: VectorRecord, _ tally: inout Tally) throws {
    let name = try record.text("name")
    let asked = request["method"]?.string ?? ""
    let isWhole = Set((request.object ?? []).map(\.key)) == ["jsonrpc", "id", "method", "params"]
    guard isWhole, request["jsonrpc"]?.string == "2.0", let id = request["id"]?.string else {
      tally.neverAsked["members we never give", default: 0] += 1
      return
    }
    switch RecordedCall.make(asked, request["params"] ?? .null) {
    case .never(let why): tally.neverAsked[why, default: 0] += 1
    case .call(let call):
      let ours = call.request.bytes(id: id)
      let read = try JSONValue(parsing: ours)
      #expect(read["jsonrpc"] == "2.0" && read["id"]?.string == id && read["method"]?.string == asked, "\(name)")
      let theirs = request["params"]?.object ?? []
      let mine = read["params"]?.object ?? []
      for member in theirs { #expect(mine.contains(member), "\(name): \(member.key)") }
      // Ours always say how long an invoice is valid.
      let more = mine.filter { member in !theirs.contains { $0.key == member.key } }.map(\.key)
      #expect(more.isEmpty || more == ["expiry"], "\(name): \(more)")
      // Byte for byte where the order is the same, unless an escape of theirs is not needed.
      let sent = try record.text("request")
      if mine.map(\.key) == theirs.map(\.key), !sent.contains("\\/"), sent.hasPrefix("{"), !sent.hasSuffix("\n") {
        #expect(String(decoding: ours, as: UTF8.self) == sent, "\(name)")
      }
      tally.sameRequests += 1
    }
  }
}
