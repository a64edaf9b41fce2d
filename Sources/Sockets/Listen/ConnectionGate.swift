import Synchronization

/// How many connections a listener had and has.
package struct ConnectionCounts: Equatable, Sendable {
  /// Taken in since the start.
  package var accepted = 0
  /// Open now.
  package var open = 0
  /// Closed at once, because too many were open, in all or of one client, or came too fast.
  package var refused = 0
}

/// Lets a bounded number of connections in and knows when the last has gone.
final class ConnectionGate: Sendable {
  private struct State {
    var counts = ConnectionCounts()
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let max: Int
  private let state = Mutex(State())

  init(max: Int) { self.max = max }

  var counts: ConnectionCounts { state.withLock { $0.counts } }

  /// Counts a connection in; false where it must go.
  func enter() -> Bool {
    state.withLock { state in
      guard state.counts.open < max else {
        state.counts.refused += 1
        return false
      }
      state.counts.accepted += 1
      state.counts.open += 1
      return true
    }
  }

  /// Counts a connection out that was counted in and is closed at once after all.
  func refuse() {
    state.withLock { state in
      state.counts.accepted -= 1
      state.counts.refused += 1
    }
    leave()
  }

  /// Counts a connection out.
  func leave() {
    let isEmpty = state.withLock { state in
      state.counts.open -= 1
      return state.counts.open == 0
    }
    if isEmpty { giveUp() }
  }

  /// Lets everybody go who waits.
  func giveUp() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns when no connection is open, or at `giveUp`.
  func whenEmpty() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if state.counts.open > 0 { state.waiting.append(continuation) }
        return state.counts.open == 0
      }
      if isEmpty { continuation.resume() }
    }
  }
}
