/// Judges whether a text is a secret that nobody can guess, and leaves such out of what is shown.
enum SecretText {
  /// Whether one part of a path carries 128 bits: 32 hex digits, or 22 characters of mixed letters and digits.
  ///
  /// Whether they were drawn by chance cannot be seen; words and repeated characters are told apart by how few
  /// different characters they have.
  static func holdsSecret(path: String) -> Bool {
    path.split(separator: "/").contains { part in
      let isHex = part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x66 }
      let digits = part.utf8.filter { $0 >= 0x30 && $0 <= 0x39 }.count
      let letters = part.utf8.filter { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }.count
      guard Set(part.utf8).count >= 8, digits >= 2, letters >= 2 else { return false }
      return part.utf8.count >= (isHex ? 32 : 22)
    }
  }

  /// A path for a screen: its secret part is left out.
  static func shown(path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false)
      .map { holdsSecret(path: String($0)) ? "…" : String($0) }.joined(separator: "/")
  }

  /// A text for a screen or a log: each word that looks like a key is left out; with `width` a mark stands for each of
  /// its characters.
  ///
  /// A key is at least 22 letters and digits that change places often; the addresses of accounts, which look so too,
  /// are known by their beginning and stay.
  static func masked(_ text: String, keepsWidth width: Bool = false) -> String {
    var out = String.UnicodeScalarView()
    var word: [Unicode.Scalar] = []
    func end() {
      if isKey(word) {
        out.append(contentsOf: width ? Array(repeating: "*", count: word.count) : ["…"])
      } else {
        out.append(contentsOf: word)
      }
      word.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
      if isLetter(scalar) || isDigit(scalar) || ["+", "=", "_"].contains(scalar) {
        word.append(scalar)
      } else {
        end()
        out.append(scalar)
      }
    }
    end()
    return String(out)
  }

  private static func isKey(_ word: [Unicode.Scalar]) -> Bool {
    guard word.count >= 22, Set(word).count >= 8 else { return false }
    let isAddress = ["nano_", "xrb_"].contains { prefix in
      word.count == prefix.count + 60 && word.starts(with: prefix.unicodeScalars)
    }
    let changes = zip(word, word.dropFirst()).count { isDigit($0) != isDigit($1) }
    return !isAddress && changes >= 4
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  /// How to make such a path.
  static let howTo = "put a secret in it: /callback/ followed by what `openssl rand -hex 16` prints"
}
