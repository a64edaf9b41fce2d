import Primitives

/// What LND's REST answers instead of a result: a gRPC status and the HTTP status that stands for it.
struct ToyLNDError: Error, Equatable, Sendable {
  let code: Int
  let message: String

  init(_ code: Int, _ message: String) {
    self.code = code
    self.message = message
  }

  /// An error without a kind of its own, as most of LND's are.
  static func unknown(_ message: String) -> ToyLNDError { ToyLNDError(2, message) }
  static func invalid(_ message: String) -> ToyLNDError { ToyLNDError(3, message) }
  static func notFound(_ message: String) -> ToyLNDError { ToyLNDError(5, message) }

  var status: Int {
    switch code {
    case 3: 400
    case 5: 404
    case 6: 409
    case 7: 403
    case 12: 501
    default: 500
    }
  }

  var json: JSONValue { ["code": .number(code), "message": .string(message), "details": []] }
}
