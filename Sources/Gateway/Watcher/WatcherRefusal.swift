import Sockets

/// Why a client of `/call` is closed; as it never gets a text frame that is no payment, the close reason says it.
enum WatcherRefusal: Error, Equatable {
  case notJSON
  case notAnObject
  case noAddress
  case twice
  case tooLong
  case badAddress
  case badKey
  case tooManyAddresses
  case tooManyConnections
  case silent

  /// The close code.
  var code: WebSocketCloseCode {
    switch self {
    case .notJSON: .invalidText
    case .tooManyConnections: .tryAgainLater
    default: .policyViolation
    }
  }

  /// The close reason, for whoever reads the client's log.
  var words: String {
    switch self {
    case .notJSON: "the registration is not JSON"
    case .notAnObject: "the registration is not a JSON object"
    case .noAddress: "the registration has no address text"
    case .twice: "the registration has a member twice"
    case .tooLong: "a member of the registration is too long"
    case .badAddress: "the address is not one of this network"
    case .badKey: "the api_key is not known here"
    case .tooManyAddresses: "too many addresses"
    case .tooManyConnections: "too many connections"
    case .silent: "no registration came"
    }
  }
}
