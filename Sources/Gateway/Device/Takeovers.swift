/// Notices two machines that live under one name: each takes the other's place, again and again.
///
/// A reboot is none of this (its boot number rises), and neither is a socket that had ended before.
struct Takeovers {
  /// How many within `windowMS` tell of a copy.
  static let limit = 3
  /// The window, milliseconds.
  static let windowMS: Int64 = 60_000

  private var timesMS: [Int64] = []

  /// Notes that a session took the place of a live one; true where that happened too often.
  mutating func note(nowMS: Int64) -> Bool {
    timesMS.removeAll { nowMS - $0 >= Takeovers.windowMS }
    timesMS.append(nowMS)
    return timesMS.count >= Takeovers.limit
  }
}
