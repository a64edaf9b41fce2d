package import NIOCore

/// An open connection to a WebSocket server.
///
/// It lives as long as the closure of `WebSocketClient.withConnection`. May be used from any task.
package struct WebSocketClientConnection: Sendable {
  /// The text messages of the server, in order; ends where either side closed normally.
  package let messages: Messages
  /// Where the server is.
  package let remoteAddress: SocketAddress?

  let channel: any Channel
  let handler: NIOLoopBound<WebSocketClientHandler>

  /// Text messages as they come: each valid UTF-8 and within the bound.
  ///
  /// May be iterated more than once, one after the other: each iteration goes on where the last one stopped.
  /// Iterating throws `WebSocketClientError` where the connection did not end normally.
  package struct Messages: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    let queue: MessageQueue

    /// Goes on with the next message that nobody has read.
    package func makeAsyncIterator() -> Iterator { Iterator(queue: queue) }

    package struct Iterator: AsyncIteratorProtocol {
      let queue: MessageQueue

      /// The next message; nil after a normal end.
      ///
      /// - Throws: `WebSocketClientError`, or `CancellationError` where the task is cancelled.
      package mutating func next() async throws -> ByteBuffer? { try await queue.next() }
    }
  }

  /// Sends a text message and returns when the system has taken it.
  ///
  /// - Throws: `WebSocketClientError.sendQueueFull` over the bound, else how the connection ended.
  package func send(text: String) async throws { try await send(utf8: Array(text.utf8)) }

  /// Sends a text message from UTF-8 and returns when the system has taken it.
  ///
  /// - Throws: As `send(text:)`.
  package func send(utf8 text: [UInt8]) async throws {
    let handler = handler
    try await channel.eventLoop.flatSubmit { handler.value.send(text) }.get()
  }

  /// Closes with a close frame and returns when the connection is gone.
  package func close(_ code: WebSocketCloseCode = .normal, reason: String = "") async {
    let handler = handler
    channel.eventLoop.execute { handler.value.close(code, reason: reason) }
    try? await channel.closeFuture.get()
  }

  /// Ends the connection without a close frame.
  package func drop() {
    let handler = handler
    channel.eventLoop.execute { handler.value.drop() }
  }
}
