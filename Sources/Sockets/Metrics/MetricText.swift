/// Writes metrics in the Prometheus text format, version 0.0.4.
package enum MetricText {
  /// The media type of the text.
  package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
  /// What all names start with.
  package static let prefix = "coinslot_"

  /// The text.
  package static func write(_ families: [MetricFamily]) -> [UInt8] {
    var out = ""
    for family in families where !family.series.isEmpty {
      let name = prefix + family.name
      out += "# HELP \(name) \(escaped(family.help, quotes: false))\n# TYPE \(name) \(family.kind.rawValue)\n"
      for series in family.series { write(series, name, into: &out) }
    }
    return Array(out.utf8)
  }

  private static func write(_ series: MetricFamily.Series, _ name: String, into out: inout String) {
    switch series.value {
    case .count(let count): out += "\(name)\(labels(series.labels)) \(count)\n"
    case .microseconds(let time): out += "\(name)\(labels(series.labels)) \(seconds(time))\n"
    case .histogram(let bounds, let counts, let count, let sum):
      for (bound, count) in zip(bounds, counts) {
        out += "\(name)_bucket\(labels(series.labels + [.init("le", seconds(bound))])) \(count)\n"
      }
      out += "\(name)_bucket\(labels(series.labels + [.init("le", "+Inf")])) \(count)\n"
      out += "\(name)_sum\(labels(series.labels)) \(seconds(sum))\n"
      out += "\(name)_count\(labels(series.labels)) \(count)\n"
    }
  }

  private static func labels(_ labels: [MetricFamily.Label]) -> String {
    if labels.isEmpty { return "" }
    return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
  }

  /// Microseconds as seconds, without needless zeros: `0.005`, `10`.
  static func seconds(_ microseconds: Int64) -> String {
    let whole = microseconds.magnitude / 1_000_000, rest = microseconds.magnitude % 1_000_000
    var text = "\(microseconds < 0 ? "-" : "")\(whole)"
    guard rest > 0 else { return text }
    var digits = String(String(1_000_000 + rest).dropFirst())
    while digits.hasSuffix("0") { digits.removeLast() }
    text += ".\(digits)"
    return text
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\"" where quotes: out += "\\\""
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
