package import Cryptography
package import Lightning
package import Primitives

/// The key of a toy Lightning node, and the texts it signs.
package struct ToyNodeKey: Sendable {
  package let publicKey: Secp256k1.PublicKey
  package let currency: LightningCurrency
  private let secret: Bytes32
  /// The node at the other end of its channels.
  private let peer: Secp256k1.PublicKey

  /// The key of these books: the same books, the same node.
  ///
  /// - Throws: `Secp256k1Refusal` for one seed in 2¹²⁷.
  package init(_ books: ToyInvoiceBook, currency: LightningCurrency) throws(Secp256k1Refusal) {
    secret = books.secret("node key")
    publicKey = try Secp256k1.publicKey(of: secret)
    peer = try Secp256k1.publicKey(of: books.secret("peer key"))
    self.currency = currency
  }

  /// 66 digits.
  package var id: String { publicKey.hex }

  /// The BOLT11 text of an invoice that has none yet.
  ///
  /// - Throws: `Bolt11Refusal` where something does not fit.
  package func bolt11(for invoice: ToyInvoice, hints: [ToyChannel] = []) throws(Bolt11Refusal) -> String {
    let description: Bolt11Invoice.Description =
      if let hash = invoice.descriptionHash { .hash(hash) } else { .text(invoice.description ?? "") }
    var draft = Bolt11Draft(
      currency: currency,
      msat: invoice.askedMsat,
      timestampS: UInt64(clamping: invoice.createdAtS),
      paymentHash: invoice.paymentHash,
      paymentSecret: invoice.paymentSecret,
      description: description
    )
    let expiry = UInt64(clamping: invoice.expiresAtS - invoice.createdAtS)
    draft.expirySeconds = expiry == 3600 ? nil : expiry
    draft.minFinalCLTV = UInt64(invoice.cltvDelta)
    draft.routeHints = hints.map { channel in
      [
        Bolt11Hop(
          node: peer,
          shortChannelID: channel.shortID,
          baseMsat: 1,
          proportionalMillionths: 10,
          cltvDelta: 6
        )
      ]
    }
    return try draft.signed(by: secret).text
  }

  /// A BOLT12 offer and its identifier; other metadata make another offer of the same contents.
  package func offer(
    _ wish: ToyOfferWish,
    metadata: Bytes32
  ) -> (text: String, id: Bytes32) {
    let fields = offerFields(wish, metadata: metadata)
    return (fields.text(prefix: "lno"), fields.root)
  }

  private func offerFields(_ wish: ToyOfferWish, metadata: Bytes32) -> ToyBolt12 {
    var fields = ToyBolt12()
    if let chain { fields.add(2, chain.bytes) }
    fields.add(4, Array(metadata.bytes.prefix(16)))
    if let msat = wish.msat { fields.add(8, number: msat) }
    if let description = wish.description { fields.add(10, Array(description.utf8)) }
    if let expiry = wish.expiresAtS { fields.add(14, number: UInt64(clamping: expiry)) }
    if let issuer = wish.issuer { fields.add(18, Array(issuer.utf8)) }
    if let most = wish.quantityMax { fields.add(20, number: most) }
    fields.add(22, publicKey.bytes)
    return fields
  }

  /// A BOLT12 invoice for an offer, without the blinded paths that a payer would need: nobody pays it over a network.
  ///
  /// - Throws: `Secp256k1Refusal`, as the making of the key.
  package func bolt12(
    for invoice: ToyInvoice,
    of offer: ToyOffer,
    payer: Secp256k1.PublicKey
  ) throws(Secp256k1Refusal) -> String {
    var fields = ToyBolt12()
    fields.add(0, Array(invoice.paymentSecret.bytes.prefix(16)))
    if let chain { fields.add(2, chain.bytes) }
    if let msat = offer.askedMsat { fields.add(8, number: msat) }
    if let description = offer.description { fields.add(10, Array(description.utf8)) }
    fields.add(22, publicKey.bytes)
    if offer.askedMsat == nil { fields.add(82, number: invoice.askedMsat ?? 0) }
    fields.add(88, payer.bytes)
    if let note = invoice.payerNote { fields.add(89, Array(note.utf8)) }
    fields.add(164, number: UInt64(clamping: invoice.createdAtS))
    fields.add(166, number: UInt64(clamping: invoice.expiresAtS - invoice.createdAtS))
    fields.add(168, invoice.paymentHash.bytes)
    fields.add(170, number: invoice.askedMsat ?? 0)
    fields.add(176, publicKey.bytes)
    let digest = ToyBolt12.tagged("lightninginvoicesignature", fields.root.bytes)
    fields.add(240, try Secp256k1.signSchnorr(digest, secret: secret, auxiliary: .zero))
    return fields.text(prefix: "lni")
  }

  /// The hash of a chain's first block as BOLT 12 spells it; nil for Bitcoin, which is left out.
  private var chain: Bytes32? {
    let hex: String? =
      switch currency {
      case .bitcoin: nil
      case .testnet: "43497fd7f826957108f4a30fd9cec3aeba79972084e90ead01ea330900000000"
      case .signet: "f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000"
      case .regtest: "06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f"
      }
    return hex.flatMap { try? Hex.bytes32($0) }
  }
}

/// What an offer shall say.
package struct ToyOfferWish: Hashable, Sendable {
  /// Nil: the payer chooses.
  package var msat: UInt64?
  package var description: String?
  package var issuer: String?
  package var quantityMax: UInt64?
  package var expiresAtS: Int64?

  package init(msat: UInt64?, description: String?) {
    self.msat = msat
    self.description = description
  }
}

/// A channel of the toy node, through which money could come in.
public struct ToyChannel: Hashable, Sendable {
  /// Block, transaction and output, as in `112x1x0`.
  public var block: UInt32, transaction: UInt32, output: UInt16
  /// The most it can take in, millisatoshi.
  public var receivableMsat: UInt64

  /// A channel by its place in the chain.
  public init(block: UInt32, transaction: UInt32 = 1, output: UInt16 = 0, receivableMsat: UInt64) {
    self.block = block
    self.transaction = transaction
    self.output = output
    self.receivableMsat = receivableMsat
  }

  /// `112x1x0`.
  var name: String { "\(block)x\(transaction)x\(output)" }
  /// The same as one number.
  var shortID: UInt64 { UInt64(block) << 40 | UInt64(transaction) << 16 | UInt64(output) }
}
