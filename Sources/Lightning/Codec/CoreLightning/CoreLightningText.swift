import Primitives

/// Texts on their way to a node and from it.
package enum CoreLightningText {
  /// The most bytes of a description that stands in an invoice (BOLT11).
  package static let descriptionLimit = 639
  /// The most bytes of a label.
  package static let labelLimit = 128

  /// Whether this can be a label of ours: 1 to 128 of `A–Z a–z 0–9 : _ . -`.
  ///
  /// A node keeps a label in the spelling of the JSON it came in, so `a\/b` and `a/b` are two; these characters have one
  /// spelling only.
  package static func isLabel(_ text: String) -> Bool {
    (1...labelLimit).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x3a, 0x5f, 0x2e, 0x2d: true
        default: false
        }
      }
  }

  /// The text without control characters; line feeds and tabs stay.
  ///
  /// A node takes a raw control character and gives it back as `\u0001`, and refuses the escaped one.
  package static func withoutControls(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isControl($0) }))
  }

  /// Whether the node can be given the text exactly as it is.
  package static func canBeSentAsIs(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isControl) }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a: false
    case ..<0x20, 0x7f...0x9f: true
    default: false
    }
  }
}
