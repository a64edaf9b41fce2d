package import NIOCore

/// What a plain HTTP listener asks: who may send what, and what is answered.
///
/// All calls come on the connection's event loop and must not block it.
package protocol PlainHTTPService: Sendable {
  /// Whether the request becomes a WebSocket; asked first, with the head alone. By default it does not.
  func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision

  /// Whether a body is read, and how long it may be; asked with the head alone. By default up to 64 KiB.
  func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission

  /// The answer to a whole request.
  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer
}

extension PlainHTTPService {
  package func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision { .notWebSocket }

  package func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission { .body(maxBytes: 65_536) }
}

/// Whether the body of a request is read.
package enum PlainHTTPAdmission: Sendable {
  /// It is, up to so many bytes; more is answered 413.
  case body(maxBytes: Int)
  /// It is not: this is answered and the connection ends.
  case refuse(PlainHTTPReply)
}

/// What is done with a request.
package enum PlainHTTPAnswer: Sendable {
  /// Answer at once.
  case reply(PlainHTTPReply)
  /// Answer when the future succeeds. Where it fails the answer is 500; where it takes too long, 503.
  case later(EventLoopFuture<PlainHTTPReply>)
  /// Write these bytes as they are and close: how a simulator plays a node that breaks off in the middle.
  case raw(ByteBuffer)
  /// Close without an answer.
  case hangUp
}

/// The bounds of one HTTP connection.
///
/// Times are kept by the sweeper, so they end up to two of its rounds late, never early.
package struct PlainHTTPLimits: Sendable {
  /// Longest head, in bytes, the empty line included; above it 431.
  package var maxHeadBytes = 16_384
  /// Milliseconds from the first moment of a request (for the first one, from the connection) to its last byte; then
  /// 408, or silence where nothing of it had come.
  package var requestWithinMS: Int64 = 10_000
  /// Milliseconds a connection may stay open between two requests.
  package var idleMS: Int64 = 60_000
  /// Milliseconds the service may take to answer; then 503.
  package var replyWithinMS: Int64 = 30_000
  /// Milliseconds a client may leave unread what is written to it, once it is more than 64 KiB; then it is dropped, and
  /// nothing more is taken from it meanwhile.
  package var unreadMS: Int64 = 10_000
  /// Milliseconds a connection that is being closed waits for the other side.
  package var lingerMS: Int64 = 2_000

  /// The default bounds.
  package init() {}
}
