import Coinslot
import Synchronization

/// Time that moves when a test says so.
package final class TestClock: Clock, Sendable {
  private let now: Mutex<Int64>
  private let aside = Mutex<Int64>(0)
  private let begun = Mutex(0)

  /// A clock that shows a moment.
  package init(_ nowMS: Int64 = 1_800_000_000_000) { now = Mutex(nowMS) }

  package var nowMS: Int64 { now.withLock { $0 } }
  package var wallMS: Int64 { nowMS + aside.withLock { $0 } }
  package func adoptWall() {
    let asideMS = aside.withLock { aside in
      defer { aside = 0 }
      return aside
    }
    advance(asideMS)
  }
  /// Real time: what a test waits for goes on by itself.
  package func pause(forMS: Int64) async {
    begun.withLock { $0 += 1 }
    try? await Task.sleep(for: .milliseconds(forMS))
  }
  /// How many pauses were begun.
  package var pauses: Int { begun.withLock { $0 } }
  /// Sets the wall clock that much beside the steady one.
  package func setWall(asideMS: Int64) { aside.withLock { $0 = asideMS } }
  /// Moves on, or back.
  package func advance(_ ms: Int64) { now.withLock { $0 += ms } }
}

/// Chance that a seed repeats.
package final class TestEntropy: Entropy, Sendable {
  private let random: Mutex<SeededRandom>

  /// The bytes of a seed.
  package init(seed: UInt64 = 1) { random = Mutex(SeededRandom(seed: seed)) }

  package func bytes(_ count: Int) -> [UInt8] {
    random.withLock { random in (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
  }
}

/// Asks again and again until something is so, or a deadline passes.
///
/// - Returns: Whether it became so.
package func eventually(
  within seconds: Int = 10,
  _ condition: @Sendable () async throws -> Bool
) async throws -> Bool {
  let clock = ContinuousClock()
  let end = clock.now + .seconds(seconds)
  while clock.now < end {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return try await condition()
}
