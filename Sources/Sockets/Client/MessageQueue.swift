package import NIOCore
import Synchronization

/// Messages on their way from the event loop to the task that reads them, bounded.
///
/// Full, it says so to the event loop, which then takes nothing more from the network, and calls `onRoom` once half
/// has been read.
package final class MessageQueue: Sendable {
  private struct State {
    var messages = CircularBuffer<ByteBuffer>()
    var readers: [(id: Int, continuation: CheckedContinuation<ByteBuffer?, any Error>)] = []
    var nextID = 0
    var isFull = false
    /// How it ended: nil within where nothing went wrong.
    var end: WebSocketClientError??
  }

  private let max: Int
  private let onRoom: @Sendable () -> Void
  private let state = Mutex(State())

  /// A queue of at most `max` messages.
  package init(max: Int, onRoom: @escaping @Sendable () -> Void) {
    precondition(max > 0)
    self.max = max
    self.onRoom = onRoom
  }

  /// Puts a message in; false where no more should follow until `onRoom`.
  package func offer(_ message: ByteBuffer) -> Bool {
    let (reader, hasRoom): (CheckedContinuation<ByteBuffer?, any Error>?, Bool) = state.withLock { state in
      guard state.end == nil else { return (nil, true) }
      if !state.readers.isEmpty { return (state.readers.removeFirst().continuation, true) }
      state.messages.append(message)
      state.isFull = state.messages.count >= max
      return (nil, !state.isFull)
    }
    reader?.resume(returning: message)
    return hasRoom
  }

  /// Ends the queue: what is in it can still be read, then readers get the error, or nil without one.
  package func finish(_ error: WebSocketClientError?) {
    let readers = state.withLock { state in
      guard state.end == nil else { return [CheckedContinuation<ByteBuffer?, any Error>]() }
      state.end = .some(error)
      defer { state.readers = [] }
      return state.readers.map(\.continuation)
    }
    for reader in readers { Self.resume(reader, error) }
  }

  /// The next message; nil at the end.
  ///
  /// - Throws: The error the queue was ended with; `CancellationError` where the task is cancelled.
  package func next() async throws -> ByteBuffer? {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        read(continuation, id: id)
      }
    } onCancel: {
      cancel(id)
    }
  }

  private enum Answer {
    case message(ByteBuffer, hasRoom: Bool)
    case end(WebSocketClientError?)
    case cancelled
    case wait
  }

  private func read(_ continuation: CheckedContinuation<ByteBuffer?, any Error>, id: Int) {
    let answer: Answer = state.withLock { state in
      if let message = state.messages.popFirst() {
        guard state.isFull, state.messages.count <= max / 2 else { return .message(message, hasRoom: false) }
        state.isFull = false
        return .message(message, hasRoom: true)
      }
      if let end = state.end { return .end(end) }
      if Task.isCancelled { return .cancelled }
      state.readers.append((id, continuation))
      return .wait
    }
    switch answer {
    case .message(let message, let hasRoom):
      if hasRoom { onRoom() }
      continuation.resume(returning: message)
    case .end(let error): Self.resume(continuation, error)
    case .cancelled: continuation.resume(throwing: CancellationError())
    case .wait: break
    }
  }

  private func cancel(_ id: Int) {
    let reader = state.withLock { state in
      state.readers.firstIndex { $0.id == id }.map { state.readers.remove(at: $0).continuation }
    }
    reader?.resume(throwing: CancellationError())
  }

  private static func resume(
    _ continuation: CheckedContinuation<ByteBuffer?, any Error>,
    _ error: WebSocketClientError?
  ) {
    if let error {
      continuation.resume(throwing: error)
    } else {
      continuation.resume(returning: nil)
    }
  }
}
