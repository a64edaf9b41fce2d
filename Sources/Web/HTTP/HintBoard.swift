public import Coinslot
import Synchronization

/// Hints of money that were heard a moment ago: shown to whoever looks now, believed by nobody.
///
/// ## On failure
/// In memory only. A hint that is lost costs a customer the word "seen" and nothing else.
public final class HintBoard: Sendable {
  private struct State {
    var hints: [Hint] = []
    var next: UInt64 = 1
  }
  private let state = Mutex(State())
  private let bell: Bell

  /// A hint and its place among the hints of this server's life.
  struct Hint: Sendable {
    let number: UInt64
    let sighting: Sighting
  }

  /// Hints kept; the oldest go first.
  public static let capacity = 256

  /// A board that rings `bell` for each hint.
  public init(bell: Bell) { self.bell = bell }

  /// Notes a hint; never waits.
  public func note(_ sighting: Sighting) {
    state.withLock { state in
      state.hints.append(Hint(number: state.next, sighting: sighting))
      state.next += 1
      if state.hints.count > HintBoard.capacity { state.hints.removeFirst(HintBoard.capacity / 4) }
    }
    bell.ring()
  }

  /// The number of the newest hint; 0 where there was none.
  var newest: UInt64 { state.withLock { $0.next - 1 } }

  /// The hints that are still kept after a number, oldest first.
  func hints(after number: UInt64) -> [Hint] {
    state.withLock { state in
      // Most who ask have heard all: the newest are at the end.
      Array(state.hints.reversed().prefix { $0.number > number }.reversed())
    }
  }
}
