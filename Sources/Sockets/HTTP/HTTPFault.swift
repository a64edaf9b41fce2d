package import Primitives

/// Why a request is not taken: the status to answer with, a word for programs and a constant sentence.
///
/// It holds nothing of what the stranger sent, so it may be answered and logged.
package struct HTTPFault: Error, Equatable, Sendable {
  /// The status code, 400 to 599.
  package let status: Int
  /// A stable word for programs.
  package let code: Refusal.Reason
  /// What is wrong.
  package let reason: Refusal.Reason

  /// A fault; the word follows from the status where none is given.
  package init(_ status: Int, _ reason: Refusal.Reason, code: Refusal.Reason? = nil) {
    self.status = status
    self.reason = reason
    self.code = code ?? HTTPFault.usualCode(status)
  }

  /// The word of a status, where nothing says more.
  package static func usualCode(_ status: Int) -> Refusal.Reason {
    switch status {
    case 400: "bad_http"
    case 401: "unauthorized"
    case 403: "forbidden"
    case 404: "not_found"
    case 405: "method_not_allowed"
    case 408: "request_timeout"
    case 409: "conflict"
    case 413: "body_too_large"
    case 417: "expectation_failed"
    case 421: "misdirected"
    case 426: "upgrade_required"
    case 429: "too_many"
    case 431: "head_too_large"
    case 500: "internal"
    case 501: "not_implemented"
    case 503: "unavailable"
    case 505: "version_not_supported"
    default: "refused"
    }
  }
}
