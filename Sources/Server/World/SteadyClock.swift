import Coinslot
import Foundation

/// The wall clock as it was at start, carried on by a monotonic clock that counts suspend.
///
/// Whoever sets the wall clock while we run moves no deadline.
struct SteadyClock: Coinslot.Clock {
  private let startMS: Int64
  private let start: ContinuousClock.Instant

  /// A clock that agrees with the wall clock now.
  init() {
    start = ContinuousClock.now
    startMS = Int64(Date().timeIntervalSince1970 * 1_000)
  }

  var nowMS: Int64 {
    let passed = (ContinuousClock.now - start).components
    return startMS + passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000
  }

  var wallMS: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

  func pause(forMS: Int64) async { try? await Task.sleep(for: .milliseconds(forMS), clock: .continuous) }
}
