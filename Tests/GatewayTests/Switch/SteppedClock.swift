import Coinslot
import Synchronization

/// Time that moves only when a test says so, and pauses that end when it has.
final class SteppedClock: Clock, Sendable {
  private struct State {
    var nowMS: Int64 = 1_800_000_000_000
    var nextID = 0
    var sleepers: [Int: (dueMS: Int64, continuation: CheckedContinuation<Void, Never>)] = [:]
  }
  private let state = Mutex(State())

  var nowMS: Int64 { state.withLock { $0.nowMS } }
  var wallMS: Int64 { nowMS }
  func adoptWall() {}

  /// When the next pause ends; nil where nobody pauses.
  var nextDueMS: Int64? { state.withLock { $0.sleepers.values.map(\.dueMS).min() } }

  /// Moves on, and wakes whoever paused until then.
  func advance(_ ms: Int64) {
    let woken = state.withLock { state in
      state.nowMS += ms
      let due = state.sleepers.filter { $0.value.dueMS <= state.nowMS }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  func pause(forMS ms: Int64) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          guard ms > 0, !Task.isCancelled else { return true }
          state.sleepers[id] = (state.nowMS + ms, continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
    }
  }
}
