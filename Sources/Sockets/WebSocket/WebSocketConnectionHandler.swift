package import NIOCore

/// What lives with one WebSocket on the server's side.
///
/// All calls come on the connection's event loop, never from within a call of the connection's own methods, and must
/// not block. After `closed` nothing more comes and the connection lets go of its handler.
package protocol WebSocketConnectionHandler: AnyObject {
  /// The handshake is answered; frames may be sent.
  func opened(_ connection: WebSocketConnection)

  /// A whole text message, valid UTF-8.
  func text(_ bytes: ByteBuffer, on connection: WebSocketConnection)

  /// A whole message of bytes; comes only where the options take them.
  func binary(_ bytes: ByteBuffer, on connection: WebSocketConnection)

  /// A pong, whether it was asked for or not.
  func pong(_ payload: ByteBuffer, on connection: WebSocketConnection)

  /// Whether what waits to be sent has passed the channel's mark, or has fallen below it again.
  func writabilityChanged(_ isWritable: Bool, on connection: WebSocketConnection)

  /// The sweeper came by: for rules of the handler's own.
  func swept(_ connection: WebSocketConnection, nowMS: Int64)

  /// It is over; called once.
  func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection)
}

extension WebSocketConnectionHandler {
  package func opened(_ connection: WebSocketConnection) {}
  package func binary(_ bytes: ByteBuffer, on connection: WebSocketConnection) {}
  package func pong(_ payload: ByteBuffer, on connection: WebSocketConnection) {}
  package func writabilityChanged(_ isWritable: Bool, on connection: WebSocketConnection) {}
  package func swept(_ connection: WebSocketConnection, nowMS: Int64) {}
}

/// How a WebSocket ended.
package enum WebSocketEnd: Equatable, Sendable {
  /// The other side closed it with a close frame; nil where that named no code.
  case closedByPeer(WebSocketCloseCode?)
  /// This side closed it.
  case closedByUs(WebSocketCloseCode)
  /// The other side broke the protocol or a bound.
  case violation(WebSocketFault)
  /// The other side does not read what it is sent.
  case tooSlow
  /// Nothing, or not the first message, came in time.
  case silent
  /// The connection ended without a close frame.
  case lost

  /// The code that a close frame of either side carried.
  package var code: WebSocketCloseCode? {
    switch self {
    case .closedByPeer(let code): code
    case .closedByUs(let code): code
    case .violation(let fault): fault.closeCode
    case .silent: .policyViolation
    case .tooSlow, .lost: nil
    }
  }
}
