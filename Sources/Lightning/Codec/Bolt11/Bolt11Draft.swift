import Cryptography
package import Primitives

/// An invoice that is still to be signed: for simulators and tests, since a node signs its own.
package struct Bolt11Draft: Hashable, Sendable {
  /// Whose coins.
  package var currency: LightningCurrency
  /// Millisatoshi, above zero; nil: the payer chooses.
  package var msat: UInt64?
  /// Seconds since 1970, below 2³⁵.
  package var timestampS: UInt64
  /// SHA-256 of the preimage.
  package var paymentHash: Bytes32
  /// What the payer will show.
  package var paymentSecret: Bytes32
  /// A text of at most 639 bytes, or the hash of one.
  package var description: Bolt11Invoice.Description
  /// Seconds; nil writes none, which means 3600.
  package var expirySeconds: UInt64?
  /// Blocks; nil writes none, which means 18.
  package var minFinalCLTV: UInt64?
  /// What payer and payee must know.
  package var features = Bolt11Features.usual
  /// Ways into the node; at most 12 hops each.
  package var routeHints: [[Bolt11Hop]] = []
  /// Where it can be paid on chain.
  package var fallbacks: [Bolt11Fallback] = []
  /// What the payer will send back; at most 639 bytes.
  package var metadata: [UInt8]?
  /// Whether the invoice names the key that signs it, instead of leaving it to be recovered.
  package var namesPayee = false

  /// A draft of what no invoice goes without.
  package init(
    currency: LightningCurrency,
    msat: UInt64?,
    timestampS: UInt64,
    paymentHash: Bytes32,
    paymentSecret: Bytes32,
    description: Bolt11Invoice.Description
  ) {
    self.currency = currency
    self.msat = msat
    self.timestampS = timestampS
    self.paymentHash = paymentHash
    self.paymentSecret = paymentSecret
    self.description = description
  }

  /// The invoice, signed.
  ///
  /// - Throws: `Bolt11Refusal.badSecret`, `.badTimestamp`, `.badAmount` for zero, `.badField` for what does not fit into its field,
  ///   `.unknownFeature`.
  package func signed(by secret: Bytes32) throws(Bolt11Refusal) -> Bolt11Invoice {
    guard msat != 0 else { throw .badAmount }
    guard timestampS >> 35 == 0 else { throw .badTimestamp }
    let prefix = Array("ln\(currency.rawValue)\(Bolt11Amount.text(msat: msat))".utf8)
    var words = try dataWords(secret)
    let digest = Bolt11Parts.digest(prefix: prefix, words: words[...])
    let signature: Secp256k1.Signature, id: UInt8
    do { (signature, id) = try Secp256k1.sign(digest, secret: secret) } catch { throw .badSecret }
    let seal = signature.bytes + [id]
    words += FiveBitWords.words(of: seal.span)
    let text = Bech32.encode(.init(prefix: prefix, words: words))
    // Read again, so that nothing leaves here that readers would refuse.
    return try Bolt11Invoice(decoding: text.span)
  }

  private func dataWords(_ secret: Bytes32) throws(Bolt11Refusal) -> [UInt8] {
    var writer = Bolt11Writer(timestampS: timestampS)
    try writer.field("p", bytes: paymentHash.bytes)
    try writer.field("s", bytes: paymentSecret.bytes)
    switch description {
    case .text(let text): try writer.field("d", bytes: Array(text.utf8))
    case .hash(let hash): try writer.field("h", bytes: hash.bytes)
    }
    if let metadata { try writer.field("m", bytes: metadata) }
    if namesPayee {
      do { try writer.field("n", bytes: Secp256k1.publicKey(of: secret).bytes) } catch { throw .badSecret }
    }
    if let expirySeconds { try writer.field("x", number: expirySeconds) }
    if let minFinalCLTV { try writer.field("c", number: minFinalCLTV) }
    for fallback in fallbacks {
      try writer.field("f", words: [fallback.version] + FiveBitWords.words(of: fallback.program.span))
    }
    for route in routeHints { try writer.field("r", bytes: route.flatMap(\.bytes)) }
    if !features.bits.isEmpty { try writer.field("9", words: features.words) }
    return writer.words
  }
}

/// Writes the words of an invoice, one field after the other.
private struct Bolt11Writer {
  private(set) var words: [UInt8]

  init(timestampS: UInt64) { words = (0..<7).reversed().map { UInt8(timestampS >> UInt64(5 * $0) & 31) } }

  mutating func field(_ letter: Character, words contents: [UInt8]) throws(Bolt11Refusal) {
    guard contents.count < 1_024, let type = (0..<32).first(where: { Bolt11Parts.letter($0) == letter }) else {
      throw .badField(letter)
    }
    words += [type, UInt8(contents.count >> 5), UInt8(contents.count & 31)] + contents
  }

  mutating func field(_ letter: Character, bytes: [UInt8]) throws(Bolt11Refusal) {
    try field(letter, words: FiveBitWords.words(of: bytes.span))
  }

  mutating func field(_ letter: Character, number: UInt64) throws(Bolt11Refusal) {
    let words = (0..<13).reversed().map { UInt8(number >> UInt64(5 * $0) & 31) }
    try field(letter, words: Array(words.drop { $0 == 0 }))
  }
}

extension Bolt11Hop {
  /// The 51 bytes of an entry.
  fileprivate var bytes: [UInt8] {
    node.bytes + shortChannelID.bigEndianBytes + baseMsat.bigEndianBytes + proportionalMillionths.bigEndianBytes
      + cltvDelta.bigEndianBytes
  }
}

extension FixedWidthInteger {
  fileprivate var bigEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
  }
}
