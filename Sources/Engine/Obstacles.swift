package import Coinslot
import Synchronization

/// What keeps the whole shop from selling, by its cause.
package final class Obstacles: Sendable {
  /// Where an obstacle comes from.
  package enum Cause: Hashable, Sendable {
    /// The clock cannot be trusted: nothing is sold and nothing recorded, since times would be wrong.
    case clock
    /// The disk is nearly full: nothing is offered, what arrives is still recorded.
    case disk
    /// The node is another than before, until the operator accepts it: nothing it says is believed.
    case source(Chain)
  }
  private let words = Mutex<[Cause: String]>([:])

  /// No obstacles.
  package init() {}

  /// Why, in words for the operator; nil where there is no such obstacle.
  package subscript(cause: Cause) -> String? {
    get { words.withLock { $0[cause] } }
    set { words.withLock { $0[cause] = newValue } }
  }

  /// Why nothing may be sold on a chain; nil where all is well.
  package func against(_ chain: Chain) -> String? {
    words.withLock { $0[.clock] ?? $0[.disk] ?? $0[.source(chain)] }
  }

  /// Why nothing that was paid on a chain may be recorded now; nil where it may.
  package func againstRecording(on chain: Chain) -> String? {
    words.withLock { $0[.clock] ?? $0[.source(chain)] }
  }
}
