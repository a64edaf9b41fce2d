package import Primitives

/// Why a connection of ours to a WebSocket server could not be had, or ended.
package enum WebSocketClientError: Error, Equatable, Sendable {
  /// The endpoint's scheme is not spoken by this client; only `ws` and `wss` are.
  case unsupportedScheme
  /// The host name stands for no address.
  case cannotResolve(host: String)
  /// The file of trusted certificates cannot be used.
  case badTrustFile(TLSFileError)
  /// There is no TLS with that server: it is not who it should be, or speaks none; with the library's words.
  case tlsFailed(String)
  /// Nobody listens there.
  case refused
  /// The system could not reach it, with the system's error number.
  case unreachable(code: Int32)
  /// Connection and handshake took too long.
  case timedOut
  /// The server answered with another status than 101.
  case handshakeRefused(status: Int)
  /// The answer to the handshake is not what RFC 6455 asks for, or what we would send is not.
  case handshakeInvalid(Refusal.Reason)
  /// The server broke the protocol or a bound.
  case protocolViolation(WebSocketFault)
  /// The server closed with this code; nil where it named none.
  case closed(WebSocketCloseCode?, reason: String)
  /// The connection ended without a close frame.
  case lost
  /// A ping was not answered, and nothing else came, in time.
  case noPong
  /// More is waiting to be sent than the bound allows.
  case sendQueueFull
  /// This side has closed the connection.
  case ended
}
