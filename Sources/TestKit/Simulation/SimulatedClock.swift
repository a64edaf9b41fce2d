import Coinslot

/// The clock of one life of a server: steady from its start, beside a wall clock that others set.
///
/// `@unchecked Sendable`: as `World`.
final class SimulatedClock: Clock, @unchecked Sendable {
  private let process: SimulatedProcess
  private var asideMS: Int64
  /// Told how far the time given here is behind the true time, milliseconds, whenever that changes.
  private let lags: (Int64) -> Void

  /// Told where somebody pauses for no time at all, again and again: that is busy waiting.
  private let spins: () -> Void
  private var emptyPauses = 0
  private var emptySinceMS: Int64 = 0

  /// A clock that starts as the wall clock shows.
  init(of process: SimulatedProcess, lags: @escaping (Int64) -> Void, spins: @escaping () -> Void) {
    self.process = process
    self.spins = spins
    self.lags = lags
    asideMS = process.world.wallAsideMS
    lags(-asideMS)
  }

  var nowMS: Int64 { process.world.nowMS + asideMS }
  var wallMS: Int64 { process.world.nowMS + process.world.wallAsideMS }

  func adoptWall() {
    asideMS = process.world.wallAsideMS
    lags(-asideMS)
  }

  private func countEmptyPause() {
    if process.world.nowMS - emptySinceMS >= 1_000 { (emptySinceMS, emptyPauses) = (process.world.nowMS, 0) }
    emptyPauses += 1
    if emptyPauses == 300 { spins() }
  }

  func pause(forMS ms: Int64) async {
    guard !process.isDead else { return await Task.yield() }
    if ms <= 0 { countEmptyPause() }
    // Not even an empty pause takes no time; where it did, a loop around one would stop this world.
    await process.world.sleep(max(1, ms))
  }
}

/// Chance of a simulated world.
struct SimulatedEntropy: Entropy {
  private let world: World

  /// Chance of `world`.
  init(of world: World) { self.world = world }

  func bytes(_ count: Int) -> [UInt8] { world.bytes(count) }
}
