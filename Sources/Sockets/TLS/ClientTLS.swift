import NIOCore
import NIOSSL
import Primitives

/// How a client makes sure who the server is: TLS 1.2 or newer, a certificate that a trusted one signed, and its name.
struct ClientTLS: Sendable {
  private let context: NIOSSLContext
  /// The name the certificate must be for; nil for an IP address, which is looked for as such.
  private let name: String?

  /// For a server; `file` holds the trusted certificates, nil: the system's count.
  ///
  /// - Throws: `WebSocketClientError.badTrustFile` where the file cannot be used.
  init(to host: String, trusting file: String?) throws(WebSocketClientError) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.shutdownTimeout = .seconds(1)
    if let file {
      let bytes: [UInt8]
      do throws(TLSFileError) { bytes = try TLSFile.read(file) } catch { throw .badTrustFile(error) }
      guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
        throw .badTrustFile(.notCertificates(file))
      }
      configuration.trustRoots = .certificates(certificates)
    }
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw .tlsFailed("\(error)")
    }
    name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
  }

  /// Puts TLS in front of everything in the pipeline of a connection; called on its event loop.
  func secure(_ channel: any Channel) throws {
    try channel.pipeline.syncOperations.addHandler(
      NIOSSLClientHandler(context: context, serverHostname: name),
      position: .first
    )
  }

  /// Whether an error says that there is no TLS with the other side.
  static func isFailure(_ error: any Error) -> Bool {
    error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
  }
}
