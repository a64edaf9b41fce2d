import Coinslot
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func registrations() throws {
    try check("seed_protocol", "client_first_messages") { record in
      let text = try record.text("text")
      let registration = try CallRegistration.decode(text.wire.span)
      guard let value = try? JSONValue(parsing: text) else {
        #expect(registration == nil, "\(record.place): ignored without an error")
        return
      }
      #expect(registration?.account == (try NanoAddress.decode(value["address"]?.string ?? "")), "\(record.place)")
      #expect(registration?.apiKey == value["api_key"]?.string, "\(record.place)")
      let read = try #require(registration)
      #expect(try CallRegistration.decode(read.text.wire.span) == read, "\(record.place)")
    }
  }

  @Test func badRegistrations() throws {
    try check("seed_protocol", "bad_messages") { record in
      let text = try record.text().wire
      #expect(throws: NanoRefusal.self, "\(record.place)") { try CallRegistration.decode(text.span) }
    }
  }

  /// The same line whether the payment was heard as a callback or on the WebSocket.
  @Test func forwarded() throws {
    try checkOne("seed_protocol", "forwarded_out") { record in
      let body = try #require(file?["seed_protocol"]?["callback_in"]?.string).wire
      let callback = try NanoCallback(decoding: body.span)
      let expected = try record.text()
      #expect(ForwardedCallback(callback)?.text == expected)

      let amount = try #require(callback.amount)
      let message = Sample.confirmation(
        callback.spoken.block,
        account: callback.account,
        amount: amount.description
      )
      guard case .confirmation(let confirmation) = try NodeMessage(decoding: message.wire.span) else {
        throw Record.Missing(place: "a confirmation")
      }
      #expect(ForwardedCallback(confirmation)?.text == expected)
      #expect(
        ForwardedCallback(account: callback.account, block: callback.spoken.block, amount: amount)?.text == expected
      )
    }
  }

  @Test func callbackIn() throws {
    try checkOne("seed_protocol", "callback_in") { record in
      let body = try record.text().wire
      guard case .candidate(let candidate) = NoticeVerdict(callback: body.span) else {
        throw Record.Missing(place: "\(record.place): a candidate")
      }
      #expect(try NanoCallback.destination(of: body.span) == candidate.destination)
    }
  }

  /// Nothing is said to a registration: the codec has no text to say it with.
  @Test func noAnswer() throws {
    try checkOne("seed_protocol", "server_ack_to_registration") { #expect($0.value.isNull) }
  }
}
