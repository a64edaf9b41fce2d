import Coinslot
import HTTPTypes
import Hummingbird
import NIOCore
package import Primitives

extension Problem {
  /// The problem that an error thrown while answering means; `internalFault` for one nobody foresaw.
  package init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as HTTPError where error.status == .notFound: self = .notFound("such path")
    case let error as HTTPError:
      self.init(
        error.status,
        "http_\(error.status.code)",
        error.status.reasonPhrase,
        error.body ?? error.status.reasonPhrase
      )
    case is NIOTooManyBytesError: self = .bodyTooLarge
    case let refusal as JSONRefusal: self = .badJSON(refusal)
    case let refusal as WorkshopRefusal: self.init(refusal)
    case LedgerError.badCursor:
      self = .badRequest("bad_cursor", "cursor: not one that a page of this list gave as next_cursor.")
    case is LedgerError:
      self = .unavailable("ledger_unavailable", "The ledger cannot be written or read just now.", seconds: 10)
    default: self = .internalFault
    }
  }

  private init(_ refusal: WorkshopRefusal) {
    switch refusal {
    case .noSuchDevice: self = .notFound("such device")
    case .exists: self = .conflict("exists", "A device with that name exists.")
    case .notTrusted: self = .conflict("not_trusted", "The device is revoked or in quarantine.")
    case .queueFull: self = .conflict("queue_full", "The output has too much open work.", isRetryable: true)
    }
  }

  /// The body is above the bound.
  package static let bodyTooLarge = Problem(
    .contentTooLarge,
    "body_too_large",
    "Body too large",
    "A body here has at most \(RequestScope.greatestBody) bytes."
  )

  /// The body is no JSON.
  package static func badJSON(_ refusal: JSONRefusal) -> Problem {
    Problem(
      .badRequest,
      "bad_json",
      "Not JSON",
      "The body is not strict JSON: \(refusal.reason) at byte \(refusal.offset)."
    )
  }

  /// The body has the wrong media type.
  package static func unsupportedMedia(_ wanted: String) -> Problem {
    Problem(.unsupportedMediaType, "unsupported_media_type", "Unsupported media type", "Send it as \(wanted).")
  }
}
