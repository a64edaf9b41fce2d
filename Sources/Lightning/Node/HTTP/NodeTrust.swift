import NIOSSL
import Synchronization

/// Whom we take for the server: only who shows a certificate of a file, or one that it signed, and is named in it.
///
/// ## On failure
/// Nothing is kept here; the file is read at the first call, and again whenever no connection could be had with it,
/// since a node that renews its certificate says so only by refusing.
final class NodeTrust: Sendable {
  /// The file of certificates, PEM.
  let file: String

  private struct Loaded {
    let bytes: [UInt8]
    let configuration: TLSConfiguration
  }
  private let loaded = Mutex<Loaded?>(nil)

  /// Trust in the certificates of a file.
  init(file: String) { self.file = file }

  /// What a connection needs.
  ///
  /// - Throws: `NodeFailure.refused`, which names the file.
  func configuration() throws(NodeFailure) -> TLSConfiguration {
    if let known = loaded.withLock({ $0?.configuration }) { return known }
    let fresh = try Self.load(file)
    loaded.withLock { $0 = fresh }
    return fresh.configuration
  }

  /// Reads the file again; whether it holds something else than before.
  ///
  /// - Throws: `NodeFailure.refused`, which names the file.
  func reload() throws(NodeFailure) -> Bool {
    let fresh = try Self.load(file)
    return loaded.withLock { state in
      defer { state = fresh }
      return state?.bytes != fresh.bytes
    }
  }

  /// What a connection needs to a server that the system's own certificates vouch for.
  static var system: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    return configuration
  }

  /// Whether an error says that there is no TLS with the other side.
  static func isDistrust(_ error: any Error) -> Bool {
    error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
  }

  private static func load(_ file: String) throws(NodeFailure) -> Loaded {
    let bytes = try NodeFile.read(file)
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
      throw .refused("\(file): holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    }
    var configuration = system
    configuration.trustRoots = .certificates(certificates)
    return Loaded(bytes: bytes, configuration: configuration)
  }
}
