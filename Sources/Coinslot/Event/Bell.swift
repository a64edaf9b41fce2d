import Synchronization

/// Wakes those who wait for news.
///
/// A courtesy: what is new is read from the ledger.
public final class Bell: Sendable {
  private struct State {
    var rings: UInt64 = 0
    var nextID: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }
  private let state = Mutex(State())

  /// A bell nobody has rung.
  public init() {}

  /// How often it rang.
  public var rings: UInt64 { state.withLock { $0.rings } }

  /// Wakes everybody who waits.
  public func ring() {
    let woken = state.withLock { state in
      state.rings += 1
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Returns once it rang more often than `seen` (at once where it already has), or when the task is cancelled.
  public func wait(past seen: UInt64) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if state.rings > seen || Task.isCancelled { return true }
          state.waiting[id] = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
    }
  }
}
