package import NIOCore

/// Reaches a `WebSocketConnection` from any thread.
///
/// What is asked for happens on the connection's event loop, in order, and is forgotten where the connection is gone.
package struct WebSocketHandle: Sendable {
  /// The event loop of the connection.
  package let eventLoop: any EventLoop
  private let connection: NIOLoopBound<WebSocketConnection>
  private let identity: ObjectIdentifier

  init(_ connection: WebSocketConnection, eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
    self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
    identity = ObjectIdentifier(connection)
  }

  /// Runs `body` with the connection on its event loop: at once where that is the caller's, else soon.
  package func run(_ body: @escaping @Sendable (WebSocketConnection) -> Void) {
    if eventLoop.inEventLoop { return body(connection.value) }
    eventLoop.execute { body(connection.value) }
  }

  /// Sends a frame that `WebSocketFrames` made without a mask.
  package func send(_ frame: ByteBuffer) { run { $0.send(frame) } }

  /// Closes politely.
  package func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
    run { $0.close(code, reason: reason) }
  }

  /// Ends the connection without a close frame.
  package func drop() { run { $0.drop() } }

  /// Sends one frame to many connections, with one hand-over to each event loop.
  package static func send(_ frame: ByteBuffer, to handles: some Sequence<WebSocketHandle>) {
    let groups = Dictionary(grouping: handles) { ObjectIdentifier($0.eventLoop) }
    for group in groups.values {
      guard let eventLoop = group.first?.eventLoop else { continue }
      let sendAll: @Sendable () -> Void = { for handle in group { handle.connection.value.send(frame) } }
      if eventLoop.inEventLoop {
        sendAll()
      } else {
        eventLoop.execute(sendAll)
      }
    }
  }
}

extension WebSocketHandle: Hashable {
  /// Whether both reach the same connection.
  package static func == (a: WebSocketHandle, b: WebSocketHandle) -> Bool { a.identity == b.identity }

  /// Hashes the identity of the connection.
  package func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}
