/// What a payer wrote, before it goes anywhere.
package enum Comment {
  /// Characters that are handed on.
  package static let most = 500

  /// The text on one line: control characters become spaces, and what is longer is cut.
  package static func tame(_ text: String) -> String {
    var plain = ""
    for scalar in text.unicodeScalars.prefix(most) {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse, .unassigned:
        plain.unicodeScalars.append(" ")
      default: plain.unicodeScalars.append(scalar)
      }
    }
    return plain
  }
}
