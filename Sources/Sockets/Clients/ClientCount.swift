import Synchronization

/// At most so many of something open at once from one client.
///
/// Keeps only clients that have something open, so it is never larger than what the listener holds open.
package final class ClientCount: Sendable {
  private struct State {
    var open: [ClientAddress: Int] = [:]
    var refused = 0
  }

  private let most: Int
  private let state = Mutex(State())

  /// A limit; nil where it is 0: no limit.
  package init?(_ most: Int) {
    guard most > 0 else { return nil }
    self.most = most
  }

  /// Counts one in for as long as the pass lives; nil where it is one too many.
  package func enter(_ client: ClientAddress) -> Pass? {
    let isFree = state.withLock { state in
      guard state.open[client, default: 0] < most else {
        state.refused += 1
        return false
      }
      state.open[client, default: 0] += 1
      return true
    }
    return isFree ? Pass(self, client) : nil
  }

  /// How many were refused since the start.
  package var refused: Int { state.withLock { $0.refused } }

  /// How many this client has open.
  package func open(_ client: ClientAddress) -> Int { state.withLock { $0.open[client] ?? 0 } }

  private func leave(_ client: ClientAddress) {
    state.withLock { state in
      let left = (state.open[client] ?? 1) - 1
      state.open[client] = left > 0 ? left : nil
    }
  }

  /// A place in the count, given back when nothing holds it any more.
  package final class Pass: Sendable {
    private let count: ClientCount
    private let client: ClientAddress

    fileprivate init(_ count: ClientCount, _ client: ClientAddress) {
      self.count = count
      self.client = client
    }

    deinit { count.leave(client) }
  }
}
