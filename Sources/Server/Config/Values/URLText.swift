import Primitives
import Sockets

/// A URL of a node or of ourselves, taken apart far enough to judge it.
struct URLText {
  /// As written, without a slash at its end.
  let text: String
  private let endpoint: Endpoint

  /// Its host, without brackets.
  var host: String { endpoint.host }
  /// Whether it names only scheme, host and port.
  var isOrigin: Bool { endpoint.target == "/" }
  /// Whether it leads to this machine.
  var isLoopback: Bool { host == "localhost" || IPText.isLoopback(host) }
  /// Whether what it carries is encrypted.
  var isEncrypted: Bool { endpoint.scheme.isSecure }

  init(_ text: String, schemes: [String], example: String) throws(Wrong) {
    guard let mark = text.firstRange(of: "://") else {
      throw Wrong("\(Self.told(text)) is no URL", hint: "write it whole, such as \(example)")
    }
    guard schemes.contains(String(text[..<mark.lowerBound])) else {
      throw Wrong(
        "\(Self.told(String(text[..<mark.upperBound]))) cannot be used here",
        hint: "it begins with \(schemes.map { "\($0)://" }.joined(separator: " or "))"
      )
    }
    do { endpoint = try Endpoint(parsing: text) } catch { throw Self.wrong(error, in: text) }
    self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  /// What a refusal means to a person who wrote an address.
  static func wrong(_ refusal: Refusal, in text: String) -> Wrong {
    switch refusal {
    // The text is not repeated where it may hold a password.
    case .badValue(let why):
      Wrong("\(why.text)", hint: text.contains("@") ? "URLs end up in logs; use a tunnel or a proxy that adds it" : nil)
    case .badCharacter: Wrong("\(told(text)) has a character that no address has")
    case .long: Wrong("is too long")
    default: Wrong("\(told(text)) is no address")
    }
  }

  /// A text that is no address, in quotes, for the words of a refusal: one that may hold a password is not repeated.
  private static func told(_ text: String) -> String { text.contains("@") ? "this" : "\"\(shown(text))\"" }

  /// The URL for a screen: a query may hold a key, and so may a path.
  static func shown(_ text: String) -> String {
    SecretText.masked(text.firstIndex(of: "?").map { "\(text[..<$0])?…" } ?? text)
  }
}
