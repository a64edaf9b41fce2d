import Foundation

/// Times of day and time zones as people write them: `08:00`, `Europe/Berlin`.
enum DayTimeText {
  /// The minute of the day.
  static func minute(_ text: String) throws(Wrong) -> Int {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isASCIIDigit) }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { throw Wrong("\"\(text)\" is no time of day", hint: "write it in quotes: \"08:00\"") }
    return hour * 60 + minute
  }

  /// `08:00`.
  static func text(_ minute: Int) -> String {
    "\(minute / 600)\(minute / 60 % 10):\(minute % 60 / 10)\(minute % 10)"
  }

  /// The name of a time zone that this system knows.
  static func zone(_ text: String) throws(Wrong) -> String {
    guard TimeZone(identifier: text) != nil, text == "UTC" || text.contains("/") else {
      throw Wrong(
        "\"\(text)\" is no time zone that is known here",
        hint: NearestWord.find(text, among: TimeZone.knownTimeZoneIdentifiers).map { "did you mean \"\($0)\"?" }
          ?? "write UTC, or such as Europe/Berlin"
      )
    }
    return text
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
