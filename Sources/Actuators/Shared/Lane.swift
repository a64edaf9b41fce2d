package import Coinslot
import Synchronization

/// A line before one machine: so many at a time, in order of arrival, and a bound on who waits.
package final class Lane: Sendable {
  private struct State {
    var inside = 0
    var nextID: UInt64 = 0
    var line: [(id: UInt64, turn: FirstAnswer<Bool>)] = []
  }
  private let state = Mutex(State())
  private let width: Int
  private let most: Int

  /// How somebody got on.
  package enum Entry: Hashable, Sendable {
    /// It is their turn; they must `leave()`.
    case turn
    /// Too many wait already.
    case full
    /// Their time was over, or they were cancelled, before their turn came.
    case tooLate
  }

  /// A lane for `width` at a time, where at most `most` wait.
  package init(width: Int = 1, most: Int = 64) {
    self.width = width
    self.most = most
  }

  /// How many wait.
  package var waiting: Int { state.withLock { $0.line.count } }

  /// Waits for one's turn until a moment of the clock.
  package func enter(by untilMS: Int64, _ clock: any Clock) async -> Entry {
    let turn = FirstAnswer<Bool>()
    let place: (entry: Entry?, id: UInt64) = state.withLock { state in
      if state.inside < width, state.line.isEmpty {
        state.inside += 1
        return (.turn, 0)
      }
      guard state.line.count < most else { return (.full, 0) }
      state.nextID += 1
      state.line.append((state.nextID, turn))
      return (nil, state.nextID)
    }
    if let entry = place.entry { return entry }
    let timer = Task {
      await clock.pause(forMS: max(0, untilMS - clock.nowMS))
      giveUp(place.id)
    }
    defer { timer.cancel() }
    let isTurn = await withTaskCancellationHandler {
      await turn.value()
    } onCancel: {
      giveUp(place.id)
    }
    return isTurn ? .turn : .tooLate
  }

  /// Lets the next one in.
  package func leave() {
    let next: FirstAnswer<Bool>? = state.withLock { state in
      guard !state.line.isEmpty else {
        state.inside -= 1
        return nil
      }
      return state.line.removeFirst().turn
    }
    next?.give(true)
  }

  /// Leaves the line; where the turn has come meanwhile, that counts.
  private func giveUp(_ id: UInt64) {
    let left: FirstAnswer<Bool>? = state.withLock { state in
      guard let index = state.line.firstIndex(where: { $0.id == id }) else { return nil }
      return state.line.remove(at: index).turn
    }
    left?.give(false)
  }
}
