/// What a service does with a comment (LUD-12), which is hostile text and no secret.
package struct CommentRule: Hashable, Sendable {
  /// How many characters, counted as Unicode scalars after decoding.
  package let allowed: Int
  /// What happens beyond that.
  package let beyond: Beyond

  /// What happens to a comment that is too long.
  package enum Beyond: Hashable, Sendable {
    /// No invoice is made.
    case refuse
    /// What is too much is lost; nothing that people see as one character is torn apart.
    case cut
  }

  /// A rule; 0 takes no comments.
  package init(allowed: Int, beyond: Beyond = .refuse) {
    self.allowed = max(0, allowed)
    self.beyond = beyond
  }

  /// The comment as it is kept; nil where nothing is left of it.
  ///
  /// Control characters and line ends become spaces, marks that turn the direction of text are dropped.
  ///
  /// - Throws: `CallbackRefusal.commentTooLong`.
  package func kept(_ comment: String) throws(CallbackRefusal) -> String? {
    var comment = comment
    if comment.unicodeScalars.count > allowed {
      guard beyond == .cut else { throw .commentTooLong(allowed) }
      comment = cut(comment)
    }
    var clean = String.UnicodeScalarView()
    for scalar in comment.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: clean.append(" ")
      default: if !CommentRule.turnsText(scalar) { clean.append(scalar) }
      }
    }
    let text = String(clean).trimmed
    return text.isEmpty ? nil : text
  }

  private func cut(_ comment: String) -> String {
    var count = 0
    return String(
      comment.prefix { character in
        count += character.unicodeScalars.count
        return count <= allowed
      }
    )
  }

  /// Embeddings, overrides, isolates and the marks of direction.
  private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    let front = drop { $0 == " " }
    return String(front.reversed().drop { $0 == " " }.reversed())
  }
}
