import Nano
import Primitives
import Testing

@Suite struct SocketRequestTests {
  @Test func writesWhatIsNeededAndNoMore() {
    let account = NanoAddress.encode(Sample.account)
    #expect(
      SocketRequest.confirmations(of: [Sample.account], id: "1").text
        == #"{"action": "subscribe", "topic": "confirmation", "ack": true, "id": "1", "options": {"accounts": ["\#(account)"]}}"#
    )
    #expect(
      SocketRequest.confirmations(of: nil, id: "1").text
        == #"{"action": "subscribe", "topic": "confirmation", "ack": true, "id": "1"}"#
    )
    #expect(
      SocketRequest.update(adding: [Sample.account], removing: [], id: "2").text
        == #"{"action": "update", "topic": "confirmation", "ack": true, "id": "2", "options": {"accounts_add": ["\#(account)"]}}"#
    )
    #expect(SocketRequest.ping().text == #"{"action": "ping"}"#)
  }

  @Test func knowsItsAnswer() throws {
    let ping = SocketRequest.ping(id: "7")
    let subscribe = SocketRequest.confirmations(of: [], id: "7")
    let pong = SocketAck(action: "pong", timeMS: 1, id: "7")
    #expect(ping.isAnswered(by: pong) && !subscribe.isAnswered(by: pong))
    #expect(!SocketRequest.ping().isAnswered(by: pong) && !SocketRequest.ping(id: "8").isAnswered(by: pong))
    #expect(subscribe.isAnswered(by: SocketAck(action: "subscribe", timeMS: nil, id: "7")))
    #expect(!subscribe.isAnswered(by: SocketAck(action: "unsubscribe", timeMS: nil, id: "7")))
    #expect(SocketRequest(.unsubscribe, topic: "confirmation").ack(timeMS: 1) == nil)
  }

  @Test(arguments: [
    "", "{", "[]", "{}", "{\"action\":5}", "{\"action\":\"nope\"}", "{\"action\":\"ping\",\"ack\":\"x\"}",
  ])
  func refusesWhatIsNoRequest(_ text: String) {
    #expect(throws: NanoRefusal.self) { try SocketRequest(decoding: text.wire.span) }
  }

  @Test func leavesOutWhatIsNoAccount() throws {
    let text = #"{"action":"subscribe","topic":"confirmation","ack":"true","options":{"accounts":["xrb_invalid",5]}}"#
    let request = try SocketRequest(decoding: text.wire.span)
    #expect(request.options?.accounts == [] && request.wantsAck)
  }
}
