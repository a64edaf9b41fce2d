import Foundation

/// The operator's calendar: which day it is, and which minute of it.
struct LocalTime: Hashable, Sendable {
  /// Days since 1970 in the zone.
  let day: Int
  /// 0 … 1,439.
  let minute: Int

  /// A moment seen in a time zone; UTC where the zone is not known.
  init(_ ms: Int64, zone: String) {
    let date = Date(timeIntervalSince1970: TimeInterval(ms) / 1_000)
    let offset = TimeZone(identifier: zone)?.secondsFromGMT(for: date) ?? 0
    let minutes = (ms / 1_000 + Int64(offset)) / 60
    day = Int(minutes / 1_440)
    minute = Int(minutes % 1_440)
  }
}
