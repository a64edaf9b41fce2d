/// Words of a server, fit for a sentence of ours: short, and without what moves a terminal's cursor.
enum NodeWords {
  static let maxCharacters = 200

  /// The words of a text, control characters as blanks.
  static func clean(_ text: String) -> String {
    let plain = text.unicodeScalars.prefix(maxCharacters).map { scalar in
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format ? " " : scalar
    }
    let words = String(String.UnicodeScalarView(plain)).split(separator: " ").joined(separator: " ")
    return text.unicodeScalars.count > maxCharacters ? words + " …" : words
  }

  /// The words of bytes that should be a text.
  static func clean(_ bytes: [UInt8]) -> String {
    clean(String(decoding: bytes.prefix(4 * maxCharacters), as: UTF8.self))
  }
}
