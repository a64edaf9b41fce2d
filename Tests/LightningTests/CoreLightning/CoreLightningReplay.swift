import Lightning
import Primitives
import Testing

/// Every recorded exchange once more, over a real socket and through the whole of our client.
extension LightningVectors {
  @Test func everyRecordedAnswerOverASocket() async throws {
    guard let exchanges = try Self.recorded().array else { throw Missing(place: "cln_recorded.json") }
    let records = exchanges.enumerated().map { VectorRecord(place: "cln_recorded[\($0)]", value: $1) }
    try await ScriptedSocket.with({ question in
      guard let i = question.number("i"), let answers = try? Self.answers(records[Int(i)], to: question.id) else {
        return question.close()
      }
      // In two pieces, cut at a place that moves.
      let cut = answers.isEmpty ? 0 : Int(i * 7_919) % answers.count
      question.send(Array(answers[..<cut]))
      question.later(ms: i % 8 == 0 ? 5 : 0) {
        question.send(Array(answers[cut...]))
        if answers.isEmpty { question.close() }
      }
    }) { (other) async throws -> Void in
      let socket = CoreLightningSocket(path: other.path)
      var counts: [String: Int] = [:]
      for (i, record) in records.enumerated() {
        let request = CoreLightningRequest("replay").with("i", UInt64(i))
        let kind = try await Self.ask(socket, request, record)
        counts[kind, default: 0] += 1
      }
      await socket.close()
      let words = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      print(
        "cln_recorded.json over a socket: \(records.count) records, \(counts.values.reduce(0, +)) checked: \(words)"
      )
      #expect(counts.values.reduce(0, +) == records.count)
    }
  }

  /// What came of one exchange, which must be what was recorded.
  private static func ask(
    _ socket: CoreLightningSocket,
    _ request: CoreLightningRequest,
    _ record: VectorRecord
  ) async throws -> String {
    let text = try record.text("response")
    do throws(NodeFailure) {
      switch try await socket.carry(request, within: 10, isWait: false) {
      case .result:
        #expect(text.contains("\"result\":"), "\(record.place)")
        return "results"
      case .error(let error):
        #expect(text.contains("\"code\":\(error.code)"), "\(record.place)")
        return "errors"
      }
    } catch {
      switch error {
      case .unsupported:
        // The node could not read the request, and we end such a connection.
        #expect(text.contains("\"id\":null,\"error\"") || record["response_hex"] != nil, "\(record.place): \(error)")
        return "ended by us for an id null"
      case .garbled:
        #expect(text.contains("\"id\":null,\"result\""), "\(record.place): \(error)")
        return "refused (a result with the id null)"
      case .away:
        #expect(text.isEmpty, "\(record.place): \(error)")
        return "without an answer"
      default:
        Issue.record("\(record.place): \(error)")
        return "others"
      }
    }
  }

  /// The recorded answers, the last of them to `id`; others before it answer what nobody waits for any more.
  private static func answers(_ record: VectorRecord, to id: String) throws -> [UInt8] {
    if let hex = record["response_hex"]?.string { return try Hex.decode(hex) }
    var frames = CoreLightningFrames()
    frames.receive(Array(try record.text("response").utf8))
    var messages: [JSONValue] = []
    while let message = try frames.next() { messages.append(try JSONValue(parsing: message)) }
    let last = messages.lastIndex { $0["id"].map { !$0.isNull } ?? false }
    return messages.enumerated().flatMap { i, message -> [UInt8] in
      let members = (message.object ?? []).map { member -> JSONValue.Member in
        guard member.key == "id", !member.value.isNull else { return member }
        return .init("id", .string(i == last ? id : "coinslot:replay#0"))
      }
      return JSONValue.object(members).bytes() + [0x0a, 0x0a]
    }
  }
}
