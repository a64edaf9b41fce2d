import Cryptography
package import Primitives
import Sockets

/// What a wallet shows once it has paid (LUD-09, LUD-10): word it as paid, never as done.
package enum SuccessAction: Hashable, Sendable {
  /// A sentence.
  case message(String)
  /// A sentence and a page on the service's own domain.
  case url(description: String, url: String)
  /// A sentence and a secret that the preimage opens; it is carried as it is, and not opened here.
  case aes(description: String, ciphertext: [UInt8], iv: [UInt8])

  /// The most characters of a sentence.
  package static let sentenceLimit = 144
  /// The most characters of a sealed secret in base 64.
  package static let ciphertextLimit = 4_096

  /// What is wrong with it for a service behind `callback`; nil where nothing is.
  package func fault(for callback: LNURLLink) -> LNURLRefusal? {
    switch self {
    case .message(let text): return SuccessAction.isShort(text) ? nil : .tooLong("message")
    case .url(let description, let url):
      guard SuccessAction.isShort(description) else { return .tooLong("description") }
      guard let link = try? LNURLLink(url: url, plainHTTP: .onionAndLoopback) else { return .badMember("url") }
      return link.endpoint.host == callback.endpoint.host ? nil : .strangeDomain
    case .aes(let description, let ciphertext, let iv):
      guard SuccessAction.isShort(description) else { return .tooLong("description") }
      guard (ciphertext.count + 2) / 3 * 4 <= SuccessAction.ciphertextLimit else { return .tooLong("ciphertext") }
      guard !ciphertext.isEmpty, ciphertext.count % 16 == 0 else { return .badMember("ciphertext") }
      return iv.count == 16 ? nil : .badMember("iv")
    }
  }

  /// The action as JSON.
  package var json: JSONValue {
    switch self {
    case .message(let text): ["tag": "message", "message": .string(text)]
    case .url(let description, let url): ["tag": "url", "description": .string(description), "url": .string(url)]
    case .aes(let description, let ciphertext, let iv):
      [
        "tag": "aes", "description": .string(description),
        "ciphertext": .string(Sodium.Base64.encode(ciphertext)), "iv": .string(Sodium.Base64.encode(iv)),
      ]
    }
  }

  /// Reads what a service behind `callback` wants shown.
  ///
  /// - Throws: `LNURLRefusal`; after that the invoice must not be paid.
  package init(reading value: JSONValue, callback: LNURLLink) throws(LNURLRefusal) {
    switch value["tag"]?.string {
    case "message": self = .message(try SuccessAction.text("message", value))
    case "url":
      self = .url(description: try SuccessAction.text("description", value), url: try SuccessAction.text("url", value))
    case "aes":
      self = .aes(
        description: try SuccessAction.text("description", value),
        ciphertext: try SuccessAction.bytes("ciphertext", value),
        iv: try SuccessAction.bytes("iv", value)
      )
    default: throw .unknownAction
    }
    if let fault = fault(for: callback) { throw fault }
  }

  private static func isShort(_ text: String) -> Bool { text.unicodeScalars.count <= sentenceLimit }

  private static func text(_ key: String, _ value: JSONValue) throws(LNURLRefusal) -> String {
    guard let text = value[key]?.string else { throw .badMember(key) }
    return text
  }

  private static func bytes(_ key: String, _ value: JSONValue) throws(LNURLRefusal) -> [UInt8] {
    let text = Array(try text(key, value).utf8)
    guard text.count <= ciphertextLimit else { throw .tooLong(key) }
    do { return try Sodium.Base64.decode(text.span) } catch { throw .badMember(key) }
  }
}
