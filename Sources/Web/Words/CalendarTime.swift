/// A moment as people and programs write it, in UTC.
package struct CalendarTime: Sendable {
  private let year: Int64, month: Int64, day: Int64
  private let secondOfDay: Int64, millisecond: Int64

  /// The moment, from wall-clock milliseconds since 1970.
  package init(ms: Int64) {
    let days = CalendarTime.floor(ms, 86_400_000)
    let rest = ms - days * 86_400_000
    (secondOfDay, millisecond) = (rest / 1000, rest % 1000)
    // Days since 1970 to a civil date: eras of 400 years that start on 1 March, so that leap days come last.
    let shifted = days + 719_468
    let era = CalendarTime.floor(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// `2025-11-21T08:33:00.123Z` (RFC 3339).
  package var machine: String { "\(date)T\(clock).\(pad(millisecond, 3))Z" }
  /// `2025-11-21 08:33 UTC`.
  package var human: String { "\(date) \(clock.prefix(5)) UTC" }
  /// `20251121-083300`, for file names.
  package var compact: String { date.filter { $0 != "-" } + "-" + clock.filter { $0 != ":" } }

  private var date: String { "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))" }
  private var clock: String {
    "\(pad(secondOfDay / 3_600, 2)):\(pad(secondOfDay % 3_600 / 60, 2)):\(pad(secondOfDay % 60, 2))"
  }

  private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((-(value + 1)) / divisor) - 1
  }
}
