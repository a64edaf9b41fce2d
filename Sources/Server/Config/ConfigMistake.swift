/// Something wrong in a configuration: where, what, and what to write instead.
package struct ConfigMistake: Hashable, Sendable {
  /// How much a mistake matters.
  package enum Weight: String, Hashable, Sendable {
    /// The server does not start with it.
    case error
    /// The server starts; a person should know.
    case warning
  }

  /// How much it matters.
  package let weight: Weight
  /// Where it was written.
  package let place: ConfigPlace
  /// The setting, `slots[0].price.steps[1].at`; empty for the file as a whole.
  package let path: String
  /// What is wrong, one sentence without its full stop.
  package let words: String
  /// What to do about it; nil where `words` say it all.
  package let hint: String?

  /// A mistake.
  package init(weight: Weight, place: ConfigPlace, path: String, words: String, hint: String? = nil) {
    self.weight = weight
    self.place = place
    self.path = path
    self.words = words
    self.hint = hint
  }

  /// One line as compilers print it: place, weight, setting, words, hint.
  package var text: String {
    let setting = path.isEmpty ? "" : "\(path): "
    return "\(place): \(weight.rawValue): \(setting)\(words)" + (hint.map { "; \($0)" } ?? "")
  }
}

/// A configuration that cannot be used, with every mistake that was found in it.
package struct ConfigRefusal: Error, Sendable, CustomStringConvertible {
  /// The mistakes in the order of the file; warnings among them.
  package let mistakes: [ConfigMistake]

  /// One mistake a line.
  package var description: String { mistakes.map(\.text).joined(separator: "\n") }
}

/// Why a text is not the value that a setting wants.
struct Wrong: Error {
  let words: String
  let hint: String?

  init(_ words: String, hint: String? = nil) {
    self.words = words
    self.hint = hint
  }
}
