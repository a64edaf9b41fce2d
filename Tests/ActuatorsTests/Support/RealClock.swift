import Coinslot
import Foundation

/// Real time, some times faster for those who only wait.
final class RealClock: Coinslot.Clock, Sendable {
  private let begin = ContinuousClock.now
  private let beganAtMS = Int64(Date().timeIntervalSince1970 * 1_000)
  private let speed: Int64

  /// A clock on which a second of the world is `speed` seconds.
  init(speed: Int64 = 1) { self.speed = speed }

  var nowMS: Int64 { beganAtMS + Int64((ContinuousClock.now - begin) / .milliseconds(1)) * speed }
  var wallMS: Int64 { nowMS }
  func adoptWall() {}
  func pause(forMS: Int64) async { try? await Task.sleep(for: .microseconds(forMS * 1_000 / speed)) }
}
