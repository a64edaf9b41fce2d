import Cryptography
package import Primitives

/// What is paid for, as the JSON text that wallets show and hash (LUD-06, LUD-16, LUD-20).
///
/// The text is kept as it was made or came: parsed and written again it would have another hash.
package struct PayMetadata: Hashable, Sendable {
  /// The exact JSON text.
  package let text: String
  /// In a few words.
  package let plain: String
  /// In many words.
  package let long: String?
  /// The Lightning Address (or the mail address) that is paid.
  package let identifier: String?

  /// The longest text that is read; an image takes most of it.
  package static let limit = 160_000

  /// Metadata of our own.
  package init(plain: String, identifier: LightningAddress? = nil, long: String? = nil) {
    var entries: [JSONValue] = [["text/plain", .string(plain)]]
    if let identifier { entries.append(["text/identifier", .string(identifier.text)]) }
    if let long { entries.append(["text/long-desc", .string(long)]) }
    text = JSONValue.array(entries).text()
    self.plain = plain
    self.long = long
    self.identifier = identifier?.text
  }

  /// Reads metadata of a service: exactly one `text/plain`; unknown entries are read over.
  ///
  /// - Throws: `LNURLRefusal.tooLong` or `.badMember`.
  package init(parsing text: String) throws(LNURLRefusal) {
    guard text.utf8.count <= PayMetadata.limit else { throw .tooLong("metadata") }
    guard let entries = (try? JSONValue(parsing: text, maxDepth: 8))?.array else { throw .badMember("metadata") }
    var found: [String: [String]] = [:]
    for entry in entries {
      guard let type = entry[0]?.string else { throw .badMember("metadata") }
      if let content = entry[1]?.string { found[type, default: []].append(content) }
    }
    guard let plain = found["text/plain"], plain.count == 1 else { throw .badMember("text/plain") }
    self.text = text
    self.plain = plain[0]
    long = found["text/long-desc"]?.first
    identifier = found["text/identifier"]?.first ?? found["text/email"]?.first
  }

  /// The hash that the invoice must hold.
  ///
  /// `payerData` is what the wallet said about its owner, exactly as it came after decoding (LUD-18).
  package func hash(payerData: String? = nil) -> Bytes32 {
    Sodium.SHA256.hash(Array(text.utf8) + Array((payerData ?? "").utf8))
  }
}
