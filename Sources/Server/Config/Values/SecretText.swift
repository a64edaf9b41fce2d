/// Judges whether a path is a secret that nobody can guess.
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

  /// How to make such a path.
  static let howTo = "put a secret in it: /callback/ followed by what `openssl rand -hex 16` prints"
}
