import NIOCore
package import NIOHTTP1
import Primitives
package import Sockets

/// Why a request was refused, as `application/problem+json` (RFC 9457).
package struct HTTPProblem: Sendable {
  /// The HTTP status, 4xx or 5xx.
  package let status: HTTPResponseStatus
  /// A stable word for programs: `peer_not_allowed`.
  package let code: String
  /// What went wrong, for a person.
  package let detail: String

  /// A problem.
  package init(_ status: HTTPResponseStatus, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  /// A page from elsewhere wants a socket.
  static let foreignOrigin = HTTPProblem(
    .forbidden,
    "origin_not_allowed",
    "pages of this Origin may not open a socket here"
  )

  /// The body: `type`, `title`, `status`, `detail`, `code`.
  package var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", "about:blank")
    writer.member("title", status.reasonPhrase)
    writer.key("status")
    writer.number(UInt64(status.code))
    writer.member("detail", detail)
    writer.member("code", code)
    writer.endObject()
    return writer.bytes
  }

  /// The whole answer.
  package func reply(headers: [(name: String, value: String)] = []) -> PlainHTTPReply {
    PlainHTTPReply(
      status,
      headers: [("Content-Type", "application/problem+json")] + headers,
      body: ByteBuffer(bytes: body)
    )
  }
}
