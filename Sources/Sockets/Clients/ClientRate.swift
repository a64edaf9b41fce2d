import NIOCore
import Synchronization

/// At most so many of something from one client in a time, spread evenly after a first burst.
///
/// One moment is kept for each client: when it will have paid off what it took. Whoever has paid off is forgotten.
///
/// At most `capacity` clients are kept. Where all places are taken, clients without one share a single one of sixteen
/// times the usual size: a flood from everywhere is slowed as a whole, those known before are served as always, and
/// the server's memory stays as it is.
package final class ClientRate: Sendable {
  private struct State {
    var paidOff: [ClientAddress: Int64] = [:]
    var shared: Int64 = 0
    var cleanedAt = Int64.min
    var refused = 0
  }

  private let interval: Int64
  private let burst: Int64
  private let capacity: Int
  private let clock: @Sendable () -> Int64
  private let state = Mutex(State())

  /// How many usual clients those without a place of their own count as.
  static let sharedClients: Int64 = 16
  /// How long between two searches for places that are free again, microseconds.
  static let cleanEvery: Int64 = 100_000
  /// Clients kept unless told otherwise.
  package static let usualCapacity = 16_384

  /// A limit of `count` in `withinMS` milliseconds, all of which may come at once; nil where `count` is 0: no limit.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - withinMS: In what time.
  ///   - capacity: How many clients are kept.
  ///   - clock: Microseconds of a monotonic clock.
  package init?(
    _ count: Int,
    withinMS: Int64,
    capacity: Int = ClientRate.usualCapacity,
    clock: (@Sendable () -> Int64)? = nil
  ) {
    guard count > 0 else { return nil }
    precondition(withinMS > 0 && capacity > 0)
    interval = max(1, withinMS * 1_000 / Int64(count))
    burst = withinMS * 1_000
    self.capacity = capacity
    self.clock = clock ?? { Int64(clamping: NIODeadline.now().uptimeNanoseconds / 1_000) }
  }

  /// Counts one; the seconds to wait where it is one too many, which then does not count.
  package func take(_ client: ClientAddress) -> Int? {
    let now = clock()
    return state.withLock { state in
      let wait: Int64
      if state.paidOff[client] != nil || hasRoom(&state, now) {
        wait = take(&state.paidOff[client, default: now], interval, now)
      } else {
        wait = take(&state.shared, max(1, interval / ClientRate.sharedClients), now)
      }
      guard wait > 0 else { return nil }
      state.refused += 1
      return Int((wait + 999_999) / 1_000_000)
    }
  }

  /// Whether the next one of this client would be too many; counts nothing.
  package func isSpent(_ client: ClientAddress) -> Int? {
    let now = clock()
    let wait = state.withLock { ($0.paidOff[client] ?? now) - now } + interval - burst
    return wait > 0 ? Int((wait + 999_999) / 1_000_000) : nil
  }

  /// How many were refused since the start.
  package var refused: Int { state.withLock { $0.refused } }

  /// How many clients are kept.
  package var count: Int { state.withLock { $0.paidOff.count } }

  private func take(_ paidOff: inout Int64, _ interval: Int64, _ now: Int64) -> Int64 {
    let next = max(paidOff, now) + interval
    guard next - now <= burst else { return next - now - burst }
    paidOff = next
    return 0
  }

  /// Whether one more client can be kept; looks for places that are free again, but not at every call of a flood.
  private func hasRoom(_ state: inout State, _ now: Int64) -> Bool {
    if state.paidOff.count < capacity { return true }
    guard state.cleanedAt == .min || now - state.cleanedAt >= ClientRate.cleanEvery else { return false }
    state.cleanedAt = now
    state.paidOff = state.paidOff.filter { $0.value > now }
    return state.paidOff.count < capacity
  }
}
