package import NIOCore
package import NIOHTTP1
import Primitives

/// What is answered to a request: status, headers, body.
///
/// `Content-Length` and, where it applies, `Connection: close` are written for you.
package struct PlainHTTPReply: Sendable {
  /// The status; 1xx is not answered with this.
  package let status: HTTPResponseStatus
  /// Further headers; control characters in them are written as spaces.
  package let headers: [(name: String, value: String)]
  /// The body; left out where the status or a `HEAD` request forbids one.
  package let body: ByteBuffer
  /// Whether the connection ends after it.
  package let closes: Bool

  private var encoded: Encoded?

  /// A reply.
  package init(
    _ status: HTTPResponseStatus,
    headers: [(name: String, value: String)] = [],
    body: ByteBuffer = ByteBuffer(),
    closes: Bool = false
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.closes = closes
  }

  /// A reply of JSON.
  package static func json(_ status: HTTPResponseStatus, _ body: some Sequence<UInt8>) -> PlainHTTPReply {
    PlainHTTPReply(status, headers: [("Content-Type", "application/json")], body: ByteBuffer(bytes: body))
  }

  /// A reply of plain text.
  package static func text(_ status: HTTPResponseStatus, _ body: String) -> PlainHTTPReply {
    PlainHTTPReply(status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: ByteBuffer(string: body))
  }

  /// A reply that says what is wrong (RFC 9457): `type`, `title`, `status`, `detail`, `code`.
  ///
  /// - Parameters:
  ///   - status: The status.
  ///   - detail: What is wrong this time, for a person.
  ///   - code: A stable word for programs; the status' own where nil.
  ///   - headers: Further headers.
  ///   - closes: Whether the connection ends after it.
  /// - Returns: The reply.
  package static func problem(
    _ status: HTTPResponseStatus,
    _ detail: String,
    code: String? = nil,
    headers: [(name: String, value: String)] = [],
    closes: Bool = false
  ) -> PlainHTTPReply {
    let code = code ?? "\(HTTPFault.usualCode(Int(status.code)).text)"
    var json = JSONWriter()
    json.beginObject()
    json.member("type", "urn:coinslot:problem:\(code)")
    json.member("title", status.reasonPhrase)
    json.key("status")
    json.number(Int(status.code))
    json.member("detail", detail)
    json.member("code", code)
    json.endObject()
    return PlainHTTPReply(
      status,
      headers: [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")] + headers,
      body: ByteBuffer(bytes: json.bytes),
      closes: closes
    )
  }

  /// The reply to a request that is not taken; the connection ends with it.
  ///
  /// Made once for each fault, so that whoever sends nonsense costs no more than a look.
  static func fault(_ fault: HTTPFault) -> PlainHTTPReply { FaultReplies.shared.reply(to: fault) }

  /// Too many requests of one client.
  static let tooManyRequests = problem(
    .tooManyRequests,
    "too many requests from this address",
    headers: [("Retry-After", "1")],
    closes: true
  ).prepared()

  /// Too many open WebSockets of one client.
  static let tooManySockets = problem(
    .tooManyRequests,
    "too many WebSockets from this address",
    code: "too_many_sockets",
    headers: [("Retry-After", "30")],
    closes: true
  ).prepared()

  /// The same reply with its bytes made once, for what is answered often.
  package func prepared() -> PlainHTTPReply {
    var copy = self
    copy.encoded = Encoded(
      open: encode(closing: false, omittingBody: false),
      closing: encode(closing: true, omittingBody: false)
    )
    return copy
  }

  /// The same reply, after which the connection ends.
  var closing: PlainHTTPReply {
    if closes { return self }
    var copy = PlainHTTPReply(status, headers: headers, body: body, closes: true)
    copy.encoded = encoded
    return copy
  }

  /// The bytes to write.
  func bytes(closing: Bool, omittingBody: Bool) -> ByteBuffer {
    guard let encoded, !omittingBody else { return encode(closing: closing, omittingBody: omittingBody) }
    return closing ? encoded.closing : encoded.open
  }

  private func encode(closing: Bool, omittingBody: Bool) -> ByteBuffer {
    var out = ByteBuffer()
    out.reserveCapacity(256 + body.readableBytes)
    out.writeString("HTTP/1.1 \(status.code) \(Self.harmless(status.reasonPhrase))\r\n")
    for (name, value) in headers { out.writeString("\(Self.harmless(name)): \(Self.harmless(value))\r\n") }
    if status.mayHaveResponseBody { out.writeString("Content-Length: \(body.readableBytes)\r\n") }
    // RFC 9110 section 7.8: Upgrade in an answer is an option of this connection.
    if status == .upgradeRequired {
      out.writeString(closing ? "Connection: upgrade, close\r\n" : "Connection: upgrade\r\n")
    } else if closing {
      out.writeString("Connection: close\r\n")
    }
    out.writeString("\r\n")
    if status.mayHaveResponseBody, !omittingBody { out.writeImmutableBuffer(body) }
    return out
  }

  private static func harmless(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
    return String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
  }

  /// Both forms, behind one reference, so that a reply stays small to pass.
  private final class Encoded: Sendable {
    let open: ByteBuffer
    let closing: ByteBuffer

    init(open: ByteBuffer, closing: ByteBuffer) {
      self.open = open
      self.closing = closing
    }
  }
}
