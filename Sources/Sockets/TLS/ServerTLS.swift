package import NIOCore
import NIOSSL
import Synchronization

/// The certificate a listener shows, and its key, read from two PEM files that may change while it listens.
///
/// TLS 1.2 and newer. Each accepted connection takes the certificate of that moment, so a renewed one needs no restart
/// and ends no connection that is open.
///
/// ## On failure
/// Nothing is kept here; at a start the files are read anew. A `reload` that throws leaves what was in force.
package final class ServerTLS: Sendable {
  private struct Loaded {
    let context: NIOSSLContext
    let expiresAtMS: Int64
  }

  private let certificateFile: String
  private let keyFile: String
  private let clock: @Sendable () -> Int64
  private let loaded: Mutex<Loaded>

  /// Reads both files.
  ///
  /// - Parameters:
  ///   - certificateFile: The certificate and those between it and a root, PEM, the server's own first.
  ///   - keyFile: Its private key, PEM, without a passphrase; nobody but its owner and group may read it.
  /// - Throws: `TLSFileError`, which names the file and what to do about it.
  package convenience init(certificateFile: String, keyFile: String) throws(TLSFileError) {
    try self.init(certificateFile: certificateFile, keyFile: keyFile) { TLSFile.wallMS }
  }

  /// Reads both files; `clock` is the wall clock in milliseconds since 1970.
  init(
    certificateFile: String,
    keyFile: String,
    clock: @escaping @Sendable () -> Int64
  ) throws(TLSFileError) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.clock = clock
    loaded = Mutex(try Self.load(certificateFile, keyFile, nowMS: clock()))
  }

  /// Reads both files again; connections accepted from now on get what they hold.
  ///
  /// - Throws: `TLSFileError`; what was in force stays then.
  package func reload() throws(TLSFileError) {
    let fresh = try Self.load(certificateFile, keyFile, nowMS: clock())
    loaded.withLock { $0 = fresh }
  }

  /// When the certificate in force ends, milliseconds since 1970: the earliest end of those in the file.
  package var expiresAtMS: Int64 { loaded.withLock { $0.expiresAtMS } }

  /// Puts TLS in front of everything in the pipeline of an accepted connection; called on its event loop.
  package func secure(_ channel: any Channel) throws {
    let handler = NIOSSLServerHandler(context: loaded.withLock { $0.context })
    try channel.pipeline.syncOperations.addHandler(handler, position: .first)
  }

  private static func load(
    _ certificateFile: String,
    _ keyFile: String,
    nowMS: Int64
  ) throws(TLSFileError) -> Loaded {
    let certificateBytes = try TLSFile.read(certificateFile)
    let chain = (try? NIOSSLCertificate.fromPEMBytes(certificateBytes)) ?? []
    guard let own = chain.first else { throw .notCertificates(certificateFile) }
    try TLSFile.refuseOpenKey(keyFile)
    let keyBytes = try TLSFile.read(keyFile)
    // Without this callback a key with a passphrase would be asked for on the terminal.
    let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) { (set: NIOSSLPassphraseSetter<[UInt8]>) in set([]) }
    guard let key else { throw .notAKey(keyFile) }
    let ends = chain.map { Int64($0.notValidAfter) * 1_000 }.min() ?? 0
    guard ends > nowMS else { throw .expired(certificateFile, atMS: ends) }
    guard Int64(own.notValidBefore) * 1_000 <= nowMS else {
      throw .notYetValid(certificateFile, fromMS: Int64(own.notValidBefore) * 1_000)
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(key)
    )
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    configuration.shutdownTimeout = .seconds(2)
    do {
      return Loaded(context: try NIOSSLContext(configuration: configuration), expiresAtMS: ends)
    } catch {
      throw .keyDoesNotFit(key: keyFile, certificate: certificateFile)
    }
  }
}
