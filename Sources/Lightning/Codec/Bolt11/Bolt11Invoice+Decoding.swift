import Cryptography
import Primitives

extension Bolt11Invoice {
  /// Reads an invoice without any prefix such as `lightning:`, and checks its signature.
  ///
  /// Unknown fields, those of another length than their kind has, and second ones are read over.
  ///
  /// - Throws: `Bolt11Refusal`.
  package init(decoding text: Span<UInt8>) throws(Bolt11Refusal) {
    let parts = try Bolt11Parts(text)
    var fields = Bolt11Fields()
    for field in parts.fields { try fields.read(field, of: parts.words) }
    if let bit = fields.features?.unknownEven { throw .unknownFeature(bit) }
    guard let paymentHash = fields.paymentHash else { throw .missing("p") }
    guard let paymentSecret = fields.paymentSecret else { throw .missing("s") }
    switch (fields.description, fields.descriptionHash) {
    case (let text?, nil): description = .text(text)
    case (nil, let hash?): description = .hash(hash)
    case (nil, nil): throw .missing("d")
    default: throw .twoDescriptions
    }
    guard let (signature, id) = parts.signature else { throw .short }
    seal = Seal(digest: parts.digest, signature: signature, recoveryID: id)
    payee = try Bolt11Invoice.payee(named: fields.payee, seal)
    // Every letter has one case, so the other spelling is only this one.
    self.text = String(decoding: Bech32.encode(.init(prefix: parts.prefix, words: parts.words)), as: UTF8.self)
    currency = parts.currency
    msat = parts.msat
    timestampS = parts.timestampS
    self.paymentHash = paymentHash
    self.paymentSecret = paymentSecret
    expirySeconds = fields.expirySeconds ?? 3_600
    minFinalCLTV = fields.minFinalCLTV ?? 18
    features = fields.features ?? Bolt11Features([])
    routeHints = fields.routeHints
    fallbacks = fields.fallbacks
    metadata = fields.metadata
  }

  /// Reads an invoice without any prefix such as `lightning:`, and checks its signature.
  ///
  /// - Throws: `Bolt11Refusal`.
  package init(_ text: String) throws(Bolt11Refusal) {
    let bytes = Array(text.utf8)
    try self.init(decoding: bytes.span)
  }

  private static func payee(
    named key: Secp256k1.PublicKey?,
    _ seal: Seal
  ) throws(Bolt11Refusal) -> Secp256k1.PublicKey {
    if let key {
      guard Secp256k1.isValid(seal.signature, over: seal.digest, by: key, taking: .any) else { throw .wrongSignature }
      guard seal.signature.hasLowS else { throw .highS }
      return key
    }
    do { return try Secp256k1.recover(seal.signature, id: seal.recoveryID, over: seal.digest) } catch {
      throw .notRecoverable
    }
  }
}
