package import Sockets

/// Where a phoenixd is, and our password.
package struct PhoenixdSettings: Hashable, Sendable {
  /// Its door, such as `http://127.0.0.1:9740`.
  package var endpoint: Endpoint
  /// The certificate of what stands in front of it, PEM; nil: the system's certificate authorities vouch for it.
  package var certificateFile: String?
  /// The password, best `http-password-limited-access`, in a file that only its owner may read.
  package var passwordFile: String

  package init(endpoint: Endpoint, certificateFile: String? = nil, passwordFile: String) {
    self.endpoint = endpoint
    self.certificateFile = certificateFile
    self.passwordFile = passwordFile
  }
}
