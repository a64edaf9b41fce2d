import NIOCore
import NIOSSL

/// Whose certificates a machine over TLS may show.
package enum MachineTrust: Hashable, Sendable {
  /// Those that the system trusts.
  case system
  /// Only those in a file (PEM), such as the one a program made for itself.
  case file(String)

  /// TLS 1.2 or newer by these.
  ///
  /// - Throws: What NIOSSL says where the file cannot be used.
  func configuration() throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.shutdownTimeout = .seconds(1)
    if case .file(let path) = self {
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
    }
    return configuration
  }
}
