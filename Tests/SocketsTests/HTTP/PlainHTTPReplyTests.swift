import NIOCore
import NIOHTTP1
import Primitives
import Testing

@testable import Sockets

@Suite struct PlainHTTPReplyTests {
  private func text(_ reply: PlainHTTPReply, closing: Bool = false, omittingBody: Bool = false) -> String {
    String(buffer: reply.bytes(closing: closing, omittingBody: omittingBody))
  }

  @Test func writesLengthAndClose() {
    let reply = PlainHTTPReply.text(.ok, "héllo")
    let start = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n"
    #expect(text(reply) == start + "\r\nhéllo")
    #expect(text(reply, closing: true) == start + "Connection: close\r\n\r\nhéllo")
    #expect(text(reply, omittingBody: true) == start + "\r\n")
  }

  @Test(arguments: [HTTPResponseStatus.noContent, .notModified])
  func writesNoBodyWhereNoneMayBe(_ status: HTTPResponseStatus) {
    #expect(text(PlainHTTPReply(status)) == "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\r\n")
  }

  @Test func preparedIsTheSame() {
    let reply = PlainHTTPReply.json(.accepted, Array(#"{"a":1}"#.utf8))
    for closing in [false, true] {
      for omitting in [false, true] {
        #expect(
          text(reply.prepared(), closing: closing, omittingBody: omitting)
            == text(reply, closing: closing, omittingBody: omitting)
        )
      }
    }
  }

  @Test func headersCannotBeSplit() {
    let reply = PlainHTTPReply(.ok, headers: [("X\r\nY", "a\r\n\r\nb")])
    #expect(text(reply) == "HTTP/1.1 200 OK\r\nX  Y: a    b\r\nContent-Length: 0\r\n\r\n")
  }

  @Test func problemsAreJSON() throws {
    let reply = PlainHTTPReply.problem(.forbidden, "not \"you\"")
    let json = try JSONValue(parsing: Array(buffer: reply.body))
    #expect(json["title"]?.string == "Forbidden")
    #expect(json["detail"]?.string == "not \"you\"")
    #expect(json["code"]?.string == "forbidden" && json["type"]?.string == "urn:coinslot:problem:forbidden")
    #expect(json["status"]?.int == 403)
    #expect(text(reply).contains("Content-Type: application/problem+json\r\n"))
  }

  @Test(arguments: [
    (405, "Allow: GET\r\n"), (426, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
    (426, "Connection: upgrade, close\r\n"), (400, "Connection: close\r\n"),
  ])
  func faultsSayWhatWouldBeRight(_ status: Int, _ header: String) {
    #expect(text(.fault(HTTPFault(status, "no")), closing: true).contains(header))
  }

  /// Made once for each: what a stranger sends often costs no making.
  @Test func faultsAreMadeOnceAndAreProblems() throws {
    let replies = FaultReplies()
    for (fault, code) in [
      (HTTPFault(400, "a"), "bad_http"), (HTTPFault(408, "a"), "request_timeout"),
      (HTTPFault(413, "a"), "body_too_large"),
      (HTTPFault(431, "a"), "head_too_large"), (HTTPFault(400, "a", code: "bad_handshake"), "bad_handshake"),
      (HTTPFault(503, "a"), "unavailable"), (HTTPFault(451, "a"), "refused"),
    ] {
      let json = try JSONValue(parsing: Array(buffer: replies.reply(to: fault).body))
      #expect(json["code"]?.string == code && json["status"]?.int == fault.status)
      #expect(json["type"]?.string == "urn:coinslot:problem:\(code)" && json["title"]?.string?.isEmpty == false)
      let bytes = { replies.reply(to: fault).bytes(closing: true, omittingBody: false) }
      let places = [bytes(), bytes()].map { $0.withUnsafeReadableBytes { $0.baseAddress } }
      #expect(places[0] == places[1], "the same storage")
    }
  }
}
