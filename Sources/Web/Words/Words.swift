import Primitives

/// The texts of one language, read from its file in `Pages/`.
package struct Words: Sendable {
  /// The language.
  package let language: Language
  private let texts: [Phrase: String]

  package static let english = Words(.english, file: PackageResources.en_json)
  package static let german = Words(.german, file: PackageResources.de_json)

  /// What is wrong with a language's file, for the test that reads it; nil where nothing is.
  package let mistake: String?

  /// Reads a file: one JSON object, a text for each phrase; a phrase it lacks is shown by its key.
  package init(_ language: Language, file: [UInt8]) {
    self.language = language
    guard let members = try? JSONValue(parsing: file).object else {
      texts = [:]
      mistake = "not a JSON object"
      return
    }
    var texts: [Phrase: String] = [:]
    var strangers: [String] = []
    for member in members {
      if let phrase = Phrase(rawValue: member.key), let text = member.value.string, !text.isEmpty {
        texts[phrase] = text
      } else {
        strangers.append(member.key)
      }
    }
    let missing = Phrase.allCases.filter { texts[$0] == nil }.map(\.rawValue)
    self.texts = texts
    mistake = strangers.isEmpty && missing.isEmpty ? nil : "unknown: \(strangers), missing: \(missing)"
  }

  /// The text of a phrase.
  package func callAsFunction(_ phrase: Phrase) -> String { texts[phrase] ?? phrase.rawValue }

  /// The text of a phrase with its `{name}` places filled.
  package func callAsFunction(_ phrase: Phrase, _ values: KeyValuePairs<String, String>) -> String {
    Words.fill(self(phrase), values)
  }

  /// Fills places in one pass, so that a value that looks like a place stays what it is.
  private static func fill(_ text: String, _ values: KeyValuePairs<String, String>) -> String {
    var out = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      out += rest[..<open]
      let name = rest[rest.index(after: open)..<close]
      out += values.first { $0.key == name }?.value ?? String(rest[open...close])
      rest = rest[rest.index(after: close)...]
    }
    return out + rest
  }
}
