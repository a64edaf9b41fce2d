import Coinslot
import Synchronization

/// Real time that a test can push forward.
final class TestClock: Coinslot.Clock {
  private let start = ContinuousClock.now
  private let offsetMS = Mutex<Int64>(0)

  /// 2025-01-01T00:00:00Z.
  static let baseMS: Int64 = 1_735_689_600_000

  var nowMS: Int64 {
    let elapsed = ContinuousClock.now - start
    let elapsedMS = elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
    return TestClock.baseMS + elapsedMS + offsetMS.withLock { $0 }
  }

  var wallMS: Int64 { nowMS }

  func adoptWall() {}
  func pause(forMS: Int64) async { try? await Task.sleep(for: .milliseconds(forMS)) }

  func advance(ms: Int64) { offsetMS.withLock { $0 += ms } }
}

/// Chance that counts, so that each draw differs and a failure can be repeated.
final class CountingEntropy: Entropy {
  private let next = Mutex<UInt64>(1)

  func bytes(_ count: Int) -> [UInt8] {
    let value = next.withLock { next in
      defer { next += 1 }
      return next
    }
    return (0..<count).map { UInt8(truncatingIfNeeded: (value &* 0x9E37_79B9_7F4A_7C15 &+ UInt64($0)) >> 24) }
  }
}
