import Primitives

/// A language that pages speak.
package enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case german = "de"

  /// The sign between whole and fraction.
  package var decimalSign: String {
    switch self {
    case .english: "."
    case .german: ","
    }
  }

  /// The one to offer instead.
  package var other: Language {
    switch self {
    case .english: .german
    case .german: .english
    }
  }

  /// The words of this language.
  package var words: Words {
    switch self {
    case .english: Words.english
    case .german: Words.german
    }
  }

  /// The language a request wants: what the address says, else what the cookie says, else what the browser says, else
  /// English.
  package static func choose(query: String?, cookie: String?, accept: String?) -> Language {
    query.flatMap(Language.init(rawValue:)) ?? cookie.flatMap(Language.init(rawValue:)) ?? accept.flatMap(preferred)
      ?? .english
  }

  /// The best of an `Accept-Language` text (RFC 9110, 12.5.4); nil where it names none of ours.
  package static func preferred(_ accept: String) -> Language? {
    var best: (language: Language, weight: Int)?
    for range in accept.split(separator: ",").prefix(32) {
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
      guard let tag = parts.first?.lowercased() else { continue }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { thousandths($0.dropFirst(2)) } ?? 1000
      let primary = String(tag.prefix { $0 != "-" })
      guard weight > 0, let language = primary == "*" ? .english : Language(rawValue: primary) else { continue }
      if weight > best?.weight ?? 0 { best = (language, weight) }
    }
    return best?.language
  }

  /// `0.8` as 800; 0 for anything that is no quality value.
  private static func thousandths(_ text: Substring) -> Int {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ Int($0) }), (0...1).contains(whole), parts.count <= 2 else { return 0 }
    guard parts.count == 2 else { return whole * 1000 }
    guard parts[1].utf8.count <= 3,
      let fraction = Int(parts[1] + String(repeating: "0", count: 3 - parts[1].utf8.count)),
      fraction >= 0
    else { return 0 }
    return min(1000, whole * 1000 + fraction)
  }
}
