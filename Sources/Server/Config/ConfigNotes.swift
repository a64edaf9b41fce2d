/// What reading finds on its way: mistakes, and every value with the place it came from.
final class ConfigNotes {
  /// Mistakes that are kept; a file with more is told so once.
  static let most = 200

  private(set) var mistakes: [ConfigMistake] = []
  private(set) var values: [ConfigValue] = []

  var hasErrors: Bool { mistakes.contains { $0.weight == .error } }

  func error(_ place: ConfigPlace, _ path: String, _ words: String, hint: String? = nil) {
    add(ConfigMistake(weight: .error, place: place, path: path, words: words, hint: hint))
  }

  func warning(_ place: ConfigPlace, _ path: String, _ words: String, hint: String? = nil) {
    add(ConfigMistake(weight: .warning, place: place, path: path, words: words, hint: hint))
  }

  func value(_ path: String, _ text: String, from place: ConfigPlace) {
    values.append(ConfigValue(path: path, text: text, place: place))
  }

  private func add(_ mistake: ConfigMistake) {
    if mistakes.count < Self.most {
      mistakes.append(mistake)
    } else if mistakes.count == Self.most {
      mistakes.append(
        ConfigMistake(
          weight: .error,
          place: mistake.place,
          path: "",
          words: "there are more than \(Self.most) mistakes",
          hint: "the rest is not listed"
        )
      )
    }
  }
}

/// A setting in force, as `config show` prints it.
package struct ConfigValue: Hashable, Sendable {
  /// The setting, `server.listen`.
  package let path: String
  /// The value in the spelling of the file, secrets left out.
  package let text: String
  /// Where it came from.
  package let place: ConfigPlace
}
