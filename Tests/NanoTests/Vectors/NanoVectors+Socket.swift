import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func socketRequests() throws {
    try check("websocket", "requests") { record in
      let text = try record.text("text")
      let request = try? SocketRequest(decoding: text.wire.span)
      guard let value = try? JSONValue(parsing: text) else {
        // What is not JSON is no request, and a node says nothing to it.
        #expect(request == nil && record["reply"] == nil, "\(record.place)")
        return
      }
      let read = try #require(request, "\(record.place)")
      #expect(try SocketRequest(decoding: read.text.wire.span) == read, "\(record.place)")
      #expect(Self.asWeWrite(value) == (try JSONValue(parsing: read.text)).sorted, "\(record.place)")
      guard let reply = record["reply"] else { return }

      // The file writes a placeholder for the time.
      let time: Int64 = 1_732_000_000_000
      let ack = try #require(read.ack(timeMS: time), "\(record.place)")
      #expect(
        try JSONValue(parsing: ack.text).sorted == reply.replacing("time", with: .string(String(time))).sorted,
        "\(record.place)"
      )
      #expect(try NodeMessage(decoding: ack.text.wire.span) == .ack(ack), "\(record.place)")
      #expect(read.isAnswered(by: ack), "\(record.place)")
      #expect(!read.isAnswered(by: SocketAck(action: ack.action, timeMS: time, id: "another")), "\(record.place)")
    }
  }

  @Test func ackText() throws {
    try checkOne("websocket", "ack_text") { try Self.checkAck($0, isPong: false) }
  }

  @Test func pongText() throws {
    try checkOne("websocket", "pong_text") { try Self.checkAck($0, isPong: true) }
  }

  private static func checkAck(_ record: Record, isPong: Bool) throws {
    let text = try record.text()
    guard case .ack(let ack) = try NodeMessage(decoding: text.wire.span) else {
      throw Record.Missing(place: "\(record.place): an acknowledgement")
    }
    #expect(ack.isPong == isPong, "\(record.place)")
    #expect(ack.text == text, "\(record.place): printed as a node prints it")
    #expect(try NodeMessage.destination(of: text.wire.span) == nil, "\(record.place)")
    #expect(NoticeVerdict(message: text.wire.span) == .ignore(.otherTopic), "\(record.place)")
  }

  /// The request as this client would write it: truths as truths, and without what it does not know and accounts
  /// that are none.
  private static func asWeWrite(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string("true"): .bool(true)
    case .string("false"): .bool(false)
    case .array(let elements): .array(elements.filter { isAccount($0) })
    case .number(let digits): .string(digits)
    case .object(let members):
      .object(members.filter { weWrite.contains($0.key) }.map { .init($0.key, asWeWrite($0.value)) }).sorted
    default: value
    }
  }

  /// The members this client knows; a node knows more.
  private static let weWrite: Set<String> = [
    "action", "topic", "ack", "id", "options", "accounts", "accounts_add", "accounts_del", "confirmation_type",
    "include_block", "include_election_info", "include_election_info_with_votes", "include_sideband_info",
    "all_local_accounts",
  ]

  private static func isAccount(_ value: JSONValue) -> Bool {
    value.string.map { (try? NanoAddress.decode($0)) != nil } ?? false
  }
}

extension JSONValue {
  /// The same value with the members of every object in the order of their keys.
  var sorted: JSONValue {
    switch self {
    case .object(let members):
      .object(members.map { Member($0.key, $0.value.sorted) }.sorted { $0.key < $1.key })
    case .array(let elements): .array(elements.map(\.sorted))
    default: self
    }
  }
}
