package import Coinslot
import Synchronization

/// Knows when each network was last read to its end by a node that was well.
///
/// A node notes the moment at which it learned of a block, not the one at which it was made: after it was away or
/// behind, those moments are late. What is found then counts as made when all was last well, so that no machine starts
/// for somebody who left long ago, and nothing sold before a restore looks new.
///
/// ## On failure
/// `Backfill` keeps the moments in the ledger; a restored ledger has those of its backup.
package final class Freshness: Sendable {
  private struct State {
    var caughtUpAtMS: Int64?
    var isDoubted = false
  }
  private let states = Mutex<[Chain: State]>([:])

  /// Nothing was read yet, and nothing is doubted.
  package init() {}

  /// The latest moment that a payment may count as made at; nil where the node's own moments can be believed.
  package func bound(_ chain: Chain) -> Int64? {
    states.withLock { states in
      guard let state = states[chain], state.isDoubted else { return nil }
      return state.caughtUpAtMS ?? 0
    }
  }

  /// When all was last read to its end by a node that was well, wall-clock milliseconds; nil where it never was.
  package func caughtUpAtMS(_ chain: Chain) -> Int64? { states.withLock { $0[chain]?.caughtUpAtMS } }

  /// The node was away or behind: its moments are not believed until all is read again.
  package func doubt(_ chain: Chain) { states.withLock { $0[chain, default: State()].isDoubted = true } }

  /// All was read to its end by a node that is well.
  package func catchUp(_ chain: Chain, atMS: Int64) {
    states.withLock { $0[chain] = State(caughtUpAtMS: atMS, isDoubted: false) }
  }
}
