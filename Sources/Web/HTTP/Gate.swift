import Synchronization

/// Counts what is open at once, in all and from one network, and says no above the bounds.
package final class Gate: Sendable {
  private struct State {
    var total = 0
    var perNetwork: [String: Int] = [:]
  }
  private let state = Mutex(State())
  private let greatest: Int
  private let greatestPerNetwork: Int

  /// A gate for `greatest` in all.
  package init(greatest: Int, perNetwork: Int? = nil) {
    self.greatest = greatest
    greatestPerNetwork = perNetwork ?? greatest
  }

  /// How many are open.
  package var count: Int { state.withLock { $0.total } }

  /// Lets one through as long as the pass lives; nil where the bound is reached.
  package func enter(_ network: String? = nil) -> Pass? {
    let isFree = state.withLock { state in
      guard state.total < greatest else { return false }
      if let network {
        guard state.perNetwork[network, default: 0] < greatestPerNetwork else { return false }
        state.perNetwork[network, default: 0] += 1
      }
      state.total += 1
      return true
    }
    return isFree ? Pass(gate: self, network: network) : nil
  }

  private func leave(_ network: String?) {
    state.withLock { state in
      state.total -= 1
      guard let network else { return }
      let left = state.perNetwork[network, default: 1] - 1
      state.perNetwork[network] = left > 0 ? left : nil
    }
  }

  /// One that was let through; an answer that is never written gives its pass back when it is dropped.
  package final class Pass: Sendable {
    private let gate: Gate
    private let network: String?

    fileprivate init(gate: Gate, network: String?) {
      self.gate = gate
      self.network = network
    }

    deinit { gate.leave(network) }
  }
}
