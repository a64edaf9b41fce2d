package import Primitives

/// Why a listener could not be opened; each says who must act and on which address.
package enum ListenerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text is no address.
  case badAddress(String, Refusal)
  /// The host name stands for no address.
  case cannotResolve(String)
  /// Another program, or this one, listens there already.
  case inUse(String)
  /// The system does not let this user listen there, as for ports below 1024.
  case notPermitted(String)
  /// No interface of this machine has that address.
  case notAvailable(String)
  /// Something else, with the system's error number.
  case failed(String, code: Int32)

  /// A sentence for the operator.
  package var description: String {
    switch self {
    case .badAddress(let text, let refusal): "\(text): not an address to listen on (\(refusal))"
    case .cannotResolve(let address): "\(address): the host name cannot be resolved"
    case .inUse(let address): "\(address): the port is in use"
    case .notPermitted(let address): "\(address): no permission to listen on this port"
    case .notAvailable(let address): "\(address): this machine does not have this address"
    case .failed(let address, let code): "\(address): cannot listen there (system error \(code))"
    }
  }
}
