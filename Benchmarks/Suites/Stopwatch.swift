import Foundation

/// Times of repeated work.
enum Stopwatch {
  /// The middle of what was measured.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted(), middle = sorted.count / 2
    guard !sorted.isEmpty else { return .nan }
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// CPU nanoseconds for one call each of two bodies, medians of `rounds` in turn.
  ///
  /// In turn, so that both meet the same machine; CPU time, so that other work on it counts less.
  static func compare(
    rounds: Int = 7,
    calls: Int,
    _ ours: (Int) -> Void,
    _ yardstick: (Int) -> Void
  ) -> (Double, Double) {
    var a: [Double] = [], b: [Double] = []
    for round in 0...rounds {
      let (x, y) = (nanoseconds(calls, ours), nanoseconds(calls, yardstick))
      // The first round only warms up.
      if round > 0 {
        a.append(x)
        b.append(y)
      }
    }
    return (median(a), median(b))
  }

  private static func nanoseconds(_ calls: Int, _ body: (Int) -> Void) -> Double {
    let began = read(CLOCK_THREAD_CPUTIME_ID)
    for i in 0..<calls { body(i) }
    return Double(read(CLOCK_THREAD_CPUTIME_ID) - began) / Double(calls)
  }

  /// CPU microseconds that the process has used.
  static var processUS: Double { Double(read(CLOCK_PROCESS_CPUTIME_ID)) / 1_000 }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Seconds that the wall clock needs for `body`.
  static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock(), began = clock.now
    try await body()
    return seconds(since: began)
  }

  static func seconds(since began: ContinuousClock.Instant) -> Double {
    let passed = (ContinuousClock().now - began).components
    return Double(passed.seconds) + Double(passed.attoseconds) / 1e18
  }
}

/// Keeps a result alive, so that the work for it is not taken away.
@inline(never) func keep<T>(_ value: T) {}
