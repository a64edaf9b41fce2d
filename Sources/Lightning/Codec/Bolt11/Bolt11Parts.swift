import Cryptography
package import Primitives

/// An invoice taken apart, before anybody asks what its fields mean.
package struct Bolt11Parts: Sendable {
  /// What stands before the separator, in lower case.
  package let prefix: [UInt8]
  /// Timestamp, fields and signature, five bits a word.
  package let words: [UInt8]
  /// Whose coins.
  package let currency: LightningCurrency
  /// Millisatoshi; nil: the payer chooses.
  package let msat: UInt64?
  /// The fields in their order.
  package let fields: [Field]

  /// A field: its letter, and where its words lie.
  package struct Field: Hashable, Sendable {
    /// The letter of its type.
    package let letter: Character
    /// Its contents, as places in `words`.
    package let range: Range<Int>
  }

  /// Words of the timestamp, and of the signature with its recovery id.
  static let timestampWords = 7, signatureWords = 104

  /// Takes a text apart; its case does not matter, if it is only one.
  ///
  /// - Throws: `Bolt11Refusal`.
  package init(_ text: Span<UInt8>) throws(Bolt11Refusal) {
    let content: Bech32.Content
    do { content = try Bech32.decode(text, limit: Bolt11Invoice.limit) } catch { throw .notBech32(error) }
    prefix = content.prefix
    words = content.words
    (currency, msat) = try Bolt11Parts.asked(by: content.prefix)
    guard words.count >= Bolt11Parts.timestampWords + Bolt11Parts.signatureWords else { throw .short }
    var fields: [Field] = []
    var at = Bolt11Parts.timestampWords
    let end = words.count - Bolt11Parts.signatureWords
    while at < end {
      guard end - at >= 3 else { throw .short }
      let length = Int(words[at + 1]) << 5 | Int(words[at + 2])
      guard end - at - 3 >= length else { throw .short }
      fields.append(Field(letter: Bolt11Parts.letter(words[at]), range: at + 3..<at + 3 + length))
      at += 3 + length
    }
    self.fields = fields
  }

  /// Currency and amount of a prefix such as `lnbc2500u`.
  ///
  /// - Throws: `Bolt11Refusal.notInvoice`, `.unknownCurrency` or `.badAmount`.
  package static func asked(
    by prefix: [UInt8]
  ) throws(Bolt11Refusal) -> (currency: LightningCurrency, msat: UInt64?) {
    guard prefix.starts(with: [0x6c, 0x6e]) else { throw .notInvoice }
    let rest = prefix.dropFirst(2)
    // The longer first, since `bc` starts `bcrt`.
    for currency in LightningCurrency.allCases.sorted(by: { $0.rawValue.utf8.count > $1.rawValue.utf8.count })
    where rest.starts(with: currency.rawValue.utf8) {
      return (currency, try Bolt11Amount.msat(rest.dropFirst(currency.rawValue.utf8.count)))
    }
    throw .unknownCurrency
  }

  /// When it was made, seconds since 1970.
  package var timestampS: UInt64 { words[..<Bolt11Parts.timestampWords].reduce(0) { $0 << 5 | UInt64($1) } }

  /// What the signature is over: SHA-256 of the prefix and of the words before it, zero bits behind.
  package var digest: Bytes32 {
    Bolt11Parts.digest(prefix: prefix, words: words[..<(words.count - Bolt11Parts.signatureWords)])
  }

  static func digest(prefix: [UInt8], words: ArraySlice<UInt8>) -> Bytes32 {
    let words = Array(words)
    return Sodium.SHA256.hash(prefix + FiveBitWords.paddedBytes(of: words.span, 0..<words.count))
  }

  /// The signature and its recovery id.
  var signature: (Secp256k1.Signature, id: UInt8)? {
    let bytes = FiveBitWords.paddedBytes(of: words.span, words.count - Bolt11Parts.signatureWords..<words.count)
    guard bytes.count == 65, let r = Bytes32(bytes[..<32]), let s = Bytes32(bytes[32..<64]) else { return nil }
    return (Secp256k1.Signature(r: r, s: s), bytes[64])
  }

  static func letter(_ word: UInt8) -> Character { Character(Unicode.Scalar(Bech32.alphabet.byte(at: Int(word & 31)))) }
}
