package import Sockets

/// Where an LND node is, and our key to it.
package struct LNDSettings: Hashable, Sendable {
  /// Its REST door, such as `https://127.0.0.1:8080`.
  package var endpoint: Endpoint
  /// Its certificate, PEM; nil: the system's certificate authorities vouch for it.
  package var certificateFile: String?
  /// The key: a macaroon, binary or as hexadecimal digits, in a file that only its owner may read.
  package var macaroonFile: String
  /// Whether a key that allows more than we need is used all the same.
  package var canSpend: Bool

  package init(endpoint: Endpoint, certificateFile: String?, macaroonFile: String, canSpend: Bool = false) {
    self.endpoint = endpoint
    self.certificateFile = certificateFile
    self.macaroonFile = macaroonFile
    self.canSpend = canSpend
  }
}
