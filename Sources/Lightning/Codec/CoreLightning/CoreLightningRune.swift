import Cryptography
package import Primitives

/// What a rune permits, as far as its own text tells.
///
/// A rune is 32 bytes that only the node can check, then restrictions: those between `&` must all hold, of those between
/// `|` one. Its holder can read them, so we can tell one that permits too much before it is used.
package struct CoreLightningRune: Hashable, Sendable {
  /// All that is asked of a node in service.
  package static let needed = ["invoice", "waitanyinvoice", "listinvoices", "getinfo"]

  /// Whether it may permit methods that are not needed, those that spend among them.
  package let permitsMore: Bool
  /// Methods that are needed and that it forbids.
  package let lacks: [String]
  /// Whether it is used up by use, for a while: each of our calls counts.
  package let isRated: Bool

  /// Reads a rune as `createrune` prints it.
  ///
  /// - Throws: `Refusal.notCanonical` for what is not base 64, `.short` for what holds no rune, `.badValue` for
  ///   restrictions that are no text.
  package init(_ text: String) throws(Refusal) {
    let bytes = try Sodium.Base64.decode(Array(text.utf8).span, .url)
    guard bytes.count >= 32 else { throw .short(needed: 32, had: bytes.count) }
    guard let words = String(validating: bytes[32...], as: UTF8.self) else {
      throw .badValue("restrictions that are no text")
    }
    // The first one is no restriction but the rune's number, and always holds.
    let restrictions = Self.split(words, "&").map { Self.split($0, "|") }.filter {
      !$0.allSatisfy { $0.hasPrefix("=") }
    }
    permitsMore = !restrictions.contains { $0.allSatisfy(Self.isNeeded) }
    lacks = Self.needed.filter { method in
      !restrictions.allSatisfy { $0.contains { Self.mayHold($0, for: method) } }
    }
    isRated = restrictions.joined().contains { $0.hasPrefix("rate=") || $0.hasPrefix("per=") }
  }

  private static func isNeeded(_ alternative: String) -> Bool { needed.contains { alternative == "method=\($0)" } }

  /// Whether a condition can hold for a method; true where it speaks of something else.
  private static func mayHold(_ alternative: String, for method: String) -> Bool {
    guard alternative.hasPrefix("method"), let sign = alternative.dropFirst(6).first else { return true }
    let value = alternative.dropFirst(7)
    return switch sign {
    case "=": method == value
    case "/": method != value
    case "^": method.hasPrefix(value)
    case "$": method.hasSuffix(value)
    case "~": method.contains(value)
    case "!": false
    default: true
    }
  }

  /// The parts between a sign, which stands for itself behind a backslash.
  private static func split(_ text: String, _ sign: Character) -> [String] {
    var parts = [""]
    var isEscaped = false
    for character in text {
      if character == sign, !isEscaped { parts.append("") } else { parts[parts.count - 1].append(character) }
      isEscaped = character == "\\" && !isEscaped
    }
    return parts
  }

  /// What the operator should know of it, one sentence each; empty where it permits just what is needed.
  package var advice: [String] {
    var advice: [String] = []
    if !lacks.isEmpty { advice.append("the rune forbids \(lacks.joined(separator: ", ")), which we need") }
    if permitsMore { advice.append("the rune permits more than we need, which may be to spend") }
    if isRated { advice.append("the rune has a rate, which each of our calls uses up") }
    guard !advice.isEmpty else { return [] }
    let methods = Self.needed.map { "\"method=\($0)\"" }.joined(separator: ",")
    return advice + ["make one with: lightning-cli createrune restrictions='[[\(methods)]]'"]
  }
}
