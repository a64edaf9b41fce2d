import Synchronization

/// At most so many of something from one network in a window of time.
///
/// Bounded to `capacity` networks; where more come within a window, the oldest window is forgotten first, so a flood from
/// everywhere weakens the limit and never the server.
package final class RateLimit: Sendable {
  private struct Window {
    var startMS: Int64
    var count: Int
  }
  private let windows = Mutex<[String: Window]>([:])
  private let perWindow: Int
  private let windowMS: Int64
  private let capacity: Int

  /// A limit of `perWindow` in `windowMS` milliseconds.
  package init(perWindow: Int, windowMS: Int64, capacity: Int = 4_096) {
    self.perWindow = perWindow
    self.windowMS = windowMS
    self.capacity = capacity
  }

  /// Counts one; gives the seconds to wait where it is one too many.
  package func take(_ network: String, nowMS: Int64) -> Int? {
    windows.withLock { windows in
      var window = windows[network] ?? Window(startMS: nowMS, count: 0)
      if nowMS - window.startMS >= windowMS { window = Window(startMS: nowMS, count: 0) }
      guard window.count < perWindow else { return Int((window.startMS + windowMS - nowMS + 999) / 1000) }
      window.count += 1
      windows[network] = window
      if windows.count > capacity {
        windows = windows.filter { nowMS - $0.value.startMS < windowMS }
        while windows.count > capacity, let oldest = windows.min(by: { $0.value.startMS < $1.value.startMS }) {
          windows[oldest.key] = nil
        }
      }
      return nil
    }
  }
}
