package import NIOHTTP1
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

  /// The whole answer: `type`, `title`, `status`, `detail`, `code`.
  package func reply(headers: [(name: String, value: String)] = []) -> PlainHTTPReply {
    .problem(status, detail, code: code, headers: headers)
  }
}
