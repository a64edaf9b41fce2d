import protocol Coinslot.Clock
import Foundation

/// The time of this machine, for commands that live a moment.
struct WallClock: Clock {
  var nowMS: Int64 { wallMS }
  var wallMS: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

  func adoptWall() {}
  func pause(forMS: Int64) async { try? await Task.sleep(for: .milliseconds(forMS)) }
}
