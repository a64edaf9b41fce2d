package import HTTPTypes
package import Hummingbird
import NIOCore
package import Primitives

/// What went wrong with a request, told to programs as RFC 9457 wants it: the one place where a failure becomes HTTP.
package struct Problem: Error, HTTPResponseError {
  /// The HTTP status.
  package let status: HTTPResponse.Status
  /// A stable word for programs, `not_found`.
  package let code: String
  /// What kind of problem it is, the same for every occurrence.
  package let title: String
  /// What is wrong this time, and what would be right.
  package let detail: String
  /// Whether the same request may succeed later.
  package let isRetryable: Bool
  /// More header fields of the answer.
  package var headers: HTTPFields
  /// More members of the object.
  package var more: [JSONValue.Member]

  /// A problem.
  package init(
    _ status: HTTPResponse.Status,
    _ code: String,
    _ title: String,
    _ detail: String,
    isRetryable: Bool = false,
    headers: HTTPFields = [:],
    more: [JSONValue.Member] = []
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.isRetryable = isRetryable
    self.headers = headers
    self.more = more
  }

  /// The media type of the object.
  package static let mediaType = "application/problem+json"

  /// The object as bytes; `instance` is the path of the request.
  package func body(instance: String?) -> [UInt8] {
    var members: [JSONValue.Member] = [
      .init("type", .string("urn:coinslot:problem:\(code)")), .init("title", .string(title)),
      .init("status", .number(status.code)), .init("detail", .string(detail)),
    ]
    if let instance { members.append(.init("instance", .string(instance))) }
    members += [.init("code", .string(code)), .init("retryable", .bool(isRetryable))]
    return JSONValue.object(members + more).bytes()
  }

  /// The answer to a program.
  package func response(path: String?) -> Response {
    var fields = headers
    fields[.contentType] = Problem.mediaType
    fields[.cacheControl] = "no-store"
    return Response(
      status: status,
      headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body(instance: path)))
    )
  }

  package func response(from request: Request, context: some RequestContext) throws -> Response {
    response(path: request.uri.path)
  }
}

extension Problem {
  /// Nothing is there.
  package static func notFound(_ what: String) -> Problem {
    Problem(.notFound, "not_found", "Not found", "There is no \(what).")
  }

  /// The path exists, but not for this method.
  package static func notAllowed(_ allowed: [String]) -> Problem {
    Problem(
      .methodNotAllowed,
      "method_not_allowed",
      "Method not allowed",
      "Allowed here: \(allowed.joined(separator: ", ")).",
      headers: [.allow: allowed.joined(separator: ", ")]
    )
  }

  /// A value of the request is not what is wanted there.
  package static func badValue(_ name: String, _ wanted: String) -> Problem {
    Problem(
      .unprocessableContent,
      "bad_value",
      "A value is not allowed",
      "\(name): wanted is \(wanted).",
      more: [.init("field", .string(name))]
    )
  }

  /// No token, or not the right one.
  package static let unauthorized = Problem(
    .unauthorized,
    "unauthorized",
    "Not authorized",
    "Send the admin token as 'Authorization: Bearer …'.",
    headers: [.wwwAuthenticate: "Bearer realm=\"coinslot\""]
  )

  /// Too often; come again later.
  package static func tooMany(_ detail: String, seconds: Int) -> Problem {
    Problem(
      .tooManyRequests,
      "too_many",
      "Too many requests",
      detail,
      isRetryable: true,
      headers: [.retryAfter: String(seconds)]
    )
  }

  /// Not now; come again later.
  package static func unavailable(_ code: String, _ detail: String, seconds: Int) -> Problem {
    Problem(
      .serviceUnavailable,
      code,
      "Not available now",
      detail,
      isRetryable: true,
      headers: [.retryAfter: String(seconds)]
    )
  }

  /// A conflict with how things stand.
  package static func conflict(_ code: String, _ detail: String, isRetryable: Bool = false) -> Problem {
    Problem(.conflict, code, "Conflict", detail, isRetryable: isRetryable)
  }

  /// The request could not be read.
  package static func badRequest(_ code: String, _ detail: String) -> Problem {
    Problem(.badRequest, code, "Bad request", detail)
  }

  /// Our own fault; what exactly is for the log, not for the peer.
  package static let internalFault = Problem(
    .internalServerError,
    "internal",
    "Internal error",
    "The server could not finish this request.",
    isRetryable: true
  )
}
