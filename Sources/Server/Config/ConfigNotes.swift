/// What reading finds on its way: mistakes, and every value with the place it came from.
///
/// Whatever looks like a secret is left out of the mistakes' words: people paste keys and seeds into the wrong setting,
/// and mistakes end up in logs.
final class ConfigNotes {
  /// Mistakes that are kept; a file with more is told so once.
  static let most = 200
  /// Characters of a mistake's words, of its hint and of its setting; what is beyond is cut off.
  static let longest = 500

  private(set) var mistakes: [ConfigMistake] = []
  private(set) var values: [ConfigValue] = []

  private(set) var hasErrors = false
  /// Whether further mistakes are only counted as errors, so that nobody need look for hints.
  var isFull: Bool { mistakes.count > Self.most }

  func error(_ place: ConfigPlace, _ path: String, _ words: String, hint: String? = nil) {
    hasErrors = true
    add(.error, place, path, words, hint)
  }

  func warning(_ place: ConfigPlace, _ path: String, _ words: String, hint: String? = nil) {
    add(.warning, place, path, words, hint)
  }

  func value(_ path: String, _ text: String, from place: ConfigPlace) {
    values.append(ConfigValue(path: path, text: text, place: place))
  }

  /// A text as it is told: secrets left out, and no longer than a person reads.
  private static func told(_ text: String) -> String {
    let masked = SecretText.masked(String(text.unicodeScalars.prefix(2 * longest)))
    guard masked.unicodeScalars.count > longest else { return masked }
    return String(masked.unicodeScalars.prefix(longest)) + "…"
  }

  private func add(
    _ weight: ConfigMistake.Weight,
    _ place: ConfigPlace,
    _ path: String,
    _ words: String,
    _ hint: String?
  ) {
    if mistakes.count < Self.most {
      mistakes.append(
        ConfigMistake(
          weight: weight,
          place: place,
          path: Self.told(path),
          words: Self.told(words),
          hint: hint.map { Self.told($0) }
        )
      )
    } else if mistakes.count == Self.most {
      hasErrors = true
      mistakes.append(
        ConfigMistake(
          weight: .error,
          place: place,
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
