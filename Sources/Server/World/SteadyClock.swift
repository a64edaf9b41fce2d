import Coinslot
import Foundation
import Synchronization

/// The wall clock as it was at start, carried on by a monotonic clock that counts suspend.
///
/// Whoever sets the wall clock while we run moves no deadline, until `adoptWall` is called.
final class SteadyClock: Coinslot.Clock {
  private let begin: ContinuousClock.Instant
  private let beganAtMS: Mutex<Int64>

  /// A clock that agrees with the wall clock now.
  init() {
    begin = ContinuousClock.now
    beganAtMS = Mutex(Self.wall())
  }

  var nowMS: Int64 { beganAtMS.withLock { $0 } + passedMS }
  var wallMS: Int64 { Self.wall() }

  func adoptWall() { beganAtMS.withLock { $0 = Self.wall() - passedMS } }

  func pause(forMS: Int64) async { try? await Task.sleep(for: .milliseconds(forMS), clock: .continuous) }

  private var passedMS: Int64 {
    let passed = (ContinuousClock.now - begin).components
    return passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000
  }

  private static func wall() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
