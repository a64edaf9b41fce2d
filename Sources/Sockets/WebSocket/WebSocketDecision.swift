package import NIOHTTP1

/// Whether a request becomes a WebSocket.
package enum WebSocketDecision: Sendable {
  /// It does, once its handshake is found correct; where it is not, the answer is 400, 405 or 426.
  case accept(WebSocketAcceptance)
  /// It may not: this is answered and the connection ends.
  case refuse(PlainHTTPReply)
  /// It is an ordinary request.
  case notWebSocket

  /// Refuses with a problem; `code` is a word for programs, the status' own where nil.
  package static func refuse(
    status: HTTPResponseStatus,
    problem: String,
    code: String? = nil
  ) -> WebSocketDecision {
    .refuse(.problem(status, problem, code: code, closes: true))
  }

  /// Accepts.
  ///
  /// - Parameters:
  ///   - subprotocol: What will be spoken; a client that did not offer it is refused with 400.
  ///   - options: The bounds of the connection.
  ///   - makeHandler: Makes what lives with the connection; called on its event loop, once the handshake is correct.
  /// - Returns: The decision.
  package static func accept(
    subprotocol: String? = nil,
    options: WebSocketOptions = WebSocketOptions(),
    makeHandler: @escaping @Sendable () -> any WebSocketConnectionHandler
  ) -> WebSocketDecision {
    .accept(WebSocketAcceptance(subprotocol: subprotocol, options: options, makeHandler: makeHandler))
  }
}

/// How an accepted WebSocket is run.
package struct WebSocketAcceptance: Sendable {
  /// What is spoken, as the client offered it.
  package let subprotocol: String?
  /// The bounds of the connection.
  package let options: WebSocketOptions
  let makeHandler: @Sendable () -> any WebSocketConnectionHandler
  /// Lives as long as the connection.
  var pass: ClientCount.Pass?

  /// The same, holding a place in a count for as long as the connection lives.
  package func holding(_ pass: ClientCount.Pass?) -> WebSocketAcceptance {
    var copy = self
    copy.pass = pass
    return copy
  }
}

/// The bounds of one WebSocket on the server's side.
///
/// Times are kept by the sweeper, so they end up to two of its rounds late, never early.
package struct WebSocketOptions: Sendable {
  /// Longest message, in bytes, whole or in fragments; above it the connection is closed with 1009.
  package var maxMessageBytes = 16_384
  /// Most frames a message may come in; above it the connection is closed with 1009.
  package var maxFragments = 64
  /// Most bytes that may wait for a client that does not read; above it the connection is dropped.
  package var maxPendingBytes = 65_536
  /// Milliseconds within which the first message must come, else closed with 1008; nil: it need not come.
  package var firstMessageWithinMS: Int64? = 10_000
  /// Milliseconds within which a begun message must be complete; then closed with 1008.
  package var messageWithinMS: Int64 = 30_000
  /// Milliseconds between two pings; nil: none are sent.
  package var pingEveryMS: Int64? = 30_000
  /// Milliseconds after which a client that sent nothing at all, not even a pong, is dropped; nil: never.
  package var silentForMS: Int64?
  /// Milliseconds a closing connection waits for the other side.
  package var closeWithinMS: Int64 = 2_000
  /// Whether messages of bytes are handed on; else they close the connection with 1003.
  package var takesBinary = false

  /// The default bounds.
  package init() {}
}
