import Coinslot
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// Server-sent events: what a stream writes, and how long it lives.
///
/// A stream ends when its client leaves, when it has lived `lifeMS` (browsers come back by themselves), or when the client
/// stops reading: then the connection is closed by its write deadline.
struct EventStream {
  /// Where the lines go.
  private var writer: any ResponseBodyWriter

  /// One message.
  struct Message {
    var id: String?
    var event: String
    var data: String
  }

  /// Writes a message.
  @concurrent mutating func send(_ message: Message) async throws {
    var text = message.id.map { "id: \($0)\n" } ?? ""
    text += "event: \(message.event)\n"
    for line in message.data.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline }) {
      text += "data: \(line)\n"
    }
    try await writer.write(ByteBuffer(string: text + "\n"))
  }

  /// Writes several messages at once.
  @concurrent mutating func send(_ messages: [Message]) async throws {
    for message in messages { try await send(message) }
  }

  /// Writes a comment, so that both ends see that the other is there.
  @concurrent mutating func beat() async throws { try await writer.write(ByteBuffer(string: ":\n\n")) }

  /// The answer that is a stream: `run` writes until it returns, and is cancelled when the client leaves.
  static func response(
    _ request: Request,
    pass: Gate.Pass,
    _ run: @escaping @concurrent @Sendable (inout EventStream) async throws -> Void
  ) -> Response {
    Response(
      status: .ok,
      headers: [
        .contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close",
        .xAccelBuffering: "no",
      ],
      body: ResponseBody { writer in
        let bodyWriter = SendableWriter(writer)
        do {
          try await request.body.consumeWithCancellationOnInboundClose { _ in
            var stream = EventStream(writer: bodyWriter.writer)
            try await stream.writer.write(ByteBuffer(string: "retry: 2000\n\n"))
            try await run(&stream)
          }
        } catch is CancellationError {
          // The client left: that is how most streams end.
        }
        withExtendedLifetime(pass) {}
        try await writer.finish(nil)
      }
    )
  }
}

/// Carries the writer into the cancellable part.
///
/// `@unchecked`: the part that writes is the only one that runs until it ends, and the writer itself is a value around a
/// Sendable outlet.
struct SendableWriter: @unchecked Sendable {
  let writer: any ResponseBodyWriter
  init(_ writer: any ResponseBodyWriter) { self.writer = writer }
}

extension Bell {
  /// Waits for the next ring after `seen`, at most `ms` milliseconds.
  ///
  /// - Throws: `CancellationError` where the task was cancelled.
  func wait(past seen: UInt64, atMost ms: Int64) async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait(past: seen) }
      group.addTask { try? await Task.sleep(for: .milliseconds(ms)) }
      await group.next()
      group.cancelAll()
    }
    try Task.checkCancellation()
  }
}
