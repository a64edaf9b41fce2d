import Coinslot
import Foundation
import Primitives
import Server

/// Members of an answer as people read them.
enum Readable {
  /// The text of a member; numbers and truths too.
  static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text
    case .number(let text): text
    case .bool(let truth): truth ? "yes" : "no"
    default: nil
    }
  }

  /// An amount with its unit: `0.1 XNO`.
  static func amount(_ name: String, of object: JSONValue) -> String? {
    guard let text = object[name]?.string, let amount = try? Amount(units: text) else { return nil }
    guard let code = object["asset"]?.string, let decimals = object["decimals"]?.int, (0...38).contains(decimals) else {
      return text
    }
    return Asset(code: code, decimals: decimals, smallest: "unit").textWithUnit(amount)
  }

  /// A moment in this machine's time zone: `2026-01-31 17:04:05`.
  static func moment(_ value: JSONValue?) -> String? {
    guard let ms = value?.int64 else { return nil }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(ms) / 1_000))
  }

  /// A span of time as people say it: `10min`, `9min 36s`; a begun second counts.
  static func span(_ value: JSONValue?) -> String? {
    guard let ms = value?.int64 else { return nil }
    guard ms >= 1_000, ms % 60_000 != 0 else { return DurationText.text(ms) }
    let seconds = ms / 1_000 + (ms % 1_000 == 0 ? 0 : 1)
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
    return parts.filter { $0.0 > 0 }.prefix(2).map { "\($0.0)\($0.1)" }.joined(separator: " ")
  }

  /// The two ends of a long text.
  static func short(_ text: String?, ends: Int = 10) -> String? {
    guard let text, text.count > 2 * ends + 1 else { return text }
    return "\(text.prefix(ends))…\(text.suffix(ends))"
  }
}
