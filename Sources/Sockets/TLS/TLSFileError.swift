/// Why files of a certificate or a key cannot be used; each names the file and what to do about it.
///
/// Holds nothing of what is in them, so it may be logged.
package enum TLSFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no such file.
  case missing(String)
  /// This user may not read it, or the system cannot; with the system's error number.
  case unreadable(String, code: Int32)
  /// It is longer than any certificate or key.
  case tooLong(String)
  /// There is no certificate in it.
  case notCertificates(String)
  /// There is no key in it, or one with a passphrase.
  case notAKey(String)
  /// Others than its owner and group may read the key.
  case readableByOthers(String)
  /// The key belongs to another certificate.
  case keyDoesNotFit(key: String, certificate: String)
  /// The certificate has ended.
  case expired(String, atMS: Int64)
  /// The certificate has not begun.
  case notYetValid(String, fromMS: Int64)

  /// A sentence for the operator.
  package var description: String {
    switch self {
    case .missing(let file): "\(file): there is no such file; correct the path in the configuration"
    case .unreadable(let file, let code):
      "\(file): cannot be read by the user that runs the server (system error \(code)); let that user read it"
    case .tooLong(let file): "\(file): longer than 1 MiB, which no certificate or key is; correct the path"
    case .notCertificates(let file): "\(file): holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
    case .notAKey(let file): "\(file): holds no private key in PEM form without a passphrase"
    case .readableByOthers(let file): "\(file): others may read or change the private key; run: chmod 600 \(file)"
    case .keyDoesNotFit(let key, let certificate):
      "\(key): not the key of the first certificate in \(certificate); give both from the same issue"
    case .expired(let file, let atMS):
      "\(file): a certificate in it expired at \(atMS / 1_000) (seconds since 1970); renew it"
    case .notYetValid(let file, let fromMS):
      "\(file): the certificate is valid only from \(fromMS / 1_000) (seconds since 1970); check the clock"
    }
  }
}
