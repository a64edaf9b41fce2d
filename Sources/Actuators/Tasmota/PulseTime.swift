/// Tasmota's off-timer: 1 to 111 are tenths of a second, 112 to 64,900 are seconds plus 100, 0 is none.
enum PulseTime {
  /// The value for a run of at least `ms` milliseconds, the next one up; nil where there is none.
  static func value(forMS ms: UInt64) -> Int? {
    guard ms >= 1 else { return nil }
    if ms <= 11_100 { return Int((ms + 99) / 100) }
    let seconds = ms / 1_000 + (ms % 1_000 == 0 ? 0 : 1)
    return seconds <= 64_800 ? Int(seconds) + 100 : nil
  }

  /// How long a value runs, milliseconds; 0 where it ends nothing.
  static func milliseconds(_ value: Int) -> UInt64 {
    switch value {
    case 1...111: UInt64(value) * 100
    case 112...64_900: UInt64(value - 100) * 1_000
    default: 0
    }
  }
}
