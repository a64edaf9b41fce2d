import Synchronization

/// A short queue from one task to another: the writer waits where it is full, the reader no longer than it says.
///
/// One writer and one reader at a time. Nobody is woken while the lock is held: whoever is cancelled at that moment
/// holds a lock of its own and waits for ours.
final class EventPipe<Event: Sendable>: Sendable {
  /// What a reader gets.
  enum Next: Sendable {
    case event(Event)
    /// Nothing came in time, or the reader was cancelled.
    case silent
    /// Nothing comes any more, and why; everything that was put before has been read.
    case ended(NodeFailure)
  }

  private typealias Reader = CheckedContinuation<Next, Never>
  private typealias Writer = CheckedContinuation<Void, Never>

  private struct State {
    var events: [Event] = []
    var end: NodeFailure?
    var reader: Reader?
    var writer: Writer?

    /// What can be read without waiting, and the writer for whom there is room now.
    mutating func take() -> (next: Next, writer: Writer?)? {
      guard events.isEmpty else { return (.event(events.removeFirst()), writer.take()) }
      return end.map { (.ended($0), nil) }
    }
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// A queue of at most `capacity` events.
  init(capacity: Int) { self.capacity = capacity }

  /// Adds an event, and returns when there is room for the next one, or the task is cancelled.
  func put(_ event: Event) async {
    let (reader, isFull): (Reader?, Bool) = state.withLock { state in
      guard state.end == nil else { return (nil, false) }
      if let reader = state.reader.take() { return (reader, false) }
      state.events.append(event)
      return (nil, state.events.count >= capacity)
    }
    reader?.resume(returning: .event(event))
    if isFull { await waitForRoom() }
  }

  /// Says that nothing comes any more; the first reason stays.
  func end(_ failure: NodeFailure) {
    let (reader, writer): (Reader?, Writer?) = state.withLock { state in
      guard state.end == nil else { return (nil, nil) }
      state.end = failure
      return (state.reader.take(), state.writer.take())
    }
    reader?.resume(returning: .ended(failure))
    writer?.resume()
  }

  /// The next event; waits for it at most so long.
  func next(withinMS milliseconds: Int64) async -> Next {
    if let now = state.withLock({ $0.take() }) {
      now.writer?.resume()
      return now.next
    }
    guard milliseconds > 0 else { return .silent }
    return await withTaskGroup(of: Next.self) { group in
      group.addTask { await self.wait() }
      group.addTask {
        try? await Task.sleep(for: .milliseconds(milliseconds))
        return .silent
      }
      let first = await group.next() ?? .silent
      group.cancelAll()
      guard case .silent = first else { return first }
      // What came in the same moment as the alarm was handed to the other task and must not be lost.
      return await group.next() ?? .silent
    }
  }

  private func wait() async -> Next {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: Reader) in
        let (now, former): ((next: Next, writer: Writer?)?, Reader?) = state.withLock { state in
          if let now = state.take() { return (now, nil) }
          if Task.isCancelled { return ((.silent, nil), nil) }
          let former = state.reader
          state.reader = continuation
          return (nil, former)
        }
        former?.resume(returning: .silent)
        now?.writer?.resume()
        if let now { continuation.resume(returning: now.next) }
      }
    } onCancel: {
      state.withLock { $0.reader.take() }?.resume(returning: .silent)
    }
  }

  private func waitForRoom() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: Writer) in
        let waits = state.withLock { state in
          guard state.events.count >= capacity, state.end == nil, !Task.isCancelled else { return false }
          state.writer = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.writer.take() }?.resume()
    }
  }
}
