import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension OutgoingHTTP {
  /// What an error proves.
  ///
  /// Only errors that can come from nothing but connecting prove that nothing left; in doubt it may have.
  static func failure(_ error: any Error, hasLeft: Bool) -> OutgoingFailure {
    let words = words(for: error)
    return !hasLeft && isBeforeTheRequest(error) ? .notSent(words) : .mayHaveArrived(words)
  }

  private static func isBeforeTheRequest(_ error: any Error) -> Bool {
    switch error {
    case is NIOConnectionError, is NIOSSLExtraError: true
    case let error as NIOSSLError: if case .handshakeFailed = error { true } else { false }
    case ChannelError.connectTimeout: true
    case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
    case let error as HTTPClientError:
      // Its own errors come before the request only while `hasLeft` is not set; these are about nothing else.
      [.connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .deadlineExceeded, .cancelled]
        .contains(error)
    default: false
    }
  }

  /// The error's kind, not its values: an address may hold a secret.
  private static func words(for error: any Error) -> String {
    switch error {
    case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout: "no answer in time"
    case let error as HTTPClientError where error == .cancelled: "we stopped waiting"
    case let error as HTTPClientError: error.shortDescription
    case let error as IOError where error.errnoCode == ECONNREFUSED: "nobody listens there"
    case is NIOConnectionError: "it cannot be connected to"
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: "no TLS with it"
    default: "the connection broke (\(type(of: error)))"
    }
  }
}
