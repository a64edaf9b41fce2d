import protocol Coinslot.Clock
import Foundation

/// The time of this machine, for commands that live a moment.
struct WallClock: Clock {
  var nowMS: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
