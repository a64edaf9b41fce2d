/// Spans of time as people write them: `300ms`, `5s`, `10min`, `1h`, `2d`.
package enum DurationText {
  private static let units: [(name: String, ms: Int64)] = [
    ("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]
  /// What people also write, and what they mean by it.
  private static let others = [
    "m": "min", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min", "minute": "min",
    "minutes": "min", "hr": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "msec": "ms",
  ]
  /// The longest span that a setting takes: ten years.
  static let maxMS: Int64 = 3_650 * 86_400_000

  /// Milliseconds within bounds.
  static func ms(_ text: String, in bounds: ClosedRange<Int64>) throws(Wrong) -> Int64 {
    let ms = try ms(text)
    guard bounds.contains(ms) else {
      throw Wrong(
        "\(text) is out of bounds",
        hint: "from \(self.text(bounds.lowerBound)) to \(self.text(bounds.upperBound))"
      )
    }
    return ms
  }

  /// Milliseconds, 0 … ten years.
  static func ms(_ text: String) throws(Wrong) -> Int64 {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = String(text.dropFirst(digits.count))
    guard !digits.isEmpty else {
      throw Wrong("\"\(text)\" is no span of time", hint: "write 300ms, 5s, 10min, 1h or 2d")
    }
    guard let factor = units.first(where: { $0.name == unit })?.ms else {
      throw refusal(text, digits: digits, unit: unit)
    }
    guard digits.count <= 15, let count = Int64(digits), count <= maxMS / factor else {
      throw Wrong("\(text) is too long", hint: "at most \(self.text(maxMS))")
    }
    return count * factor
  }

  private static func refusal(_ text: String, digits: Substring, unit: String) -> Wrong {
    if unit.isEmpty { return Wrong("\"\(text)\" has no unit", hint: "write \(digits)s or \(digits)min") }
    if unit.first == "." || unit.first == "," {
      return Wrong("\"\(text)\" is not a whole number", hint: "use a smaller unit: 90min for an hour and a half")
    }
    let bare = String(unit.drop { $0 == " " }).lowercased()
    let meant =
      units.first { $0.name == bare }?.name ?? others[bare] ?? NearestWord.find(bare, among: units.map(\.name))
    return Wrong(
      "\"\(text)\" has no unit that is known here",
      hint: meant.map { "did you mean \(digits)\($0)?" } ?? "units: ms, s, min, h, d"
    )
  }

  /// The shortest spelling: `10min` for 600 000.
  package static func text(_ ms: Int64) -> String {
    let unit = units.last { ms % $0.ms == 0 && ms >= $0.ms } ?? units[0]
    return "\(ms / unit.ms)\(unit.name)"
  }
}
