import Cryptography
import Lightning
import Primitives

/// What an invoice shall be.
struct InvoiceTerms {
  /// As spelled in JSON.
  var label: [UInt8]
  var msat: UInt64?
  var description: String?
  var descriptionHash: Bytes32?
  /// Nil: one of the node's own.
  var preimage: Bytes32?
  /// Of a hold invoice, whose preimage the node is not told.
  var holdHash: Bytes32?
  var expiryS: UInt64
  var cltv: UInt32 = 18
  var hints: [ToyChannel] = []
  var maker = ToyInvoice.Maker.coreLightning
  var isPrivate = false
}

// Invoices and offers: their secrets, their texts, their place in the books.

extension ToyLightningNode {
  /// Makes an invoice.
  ///
  /// - Throws: `BookRefusal`; `.wrongAmount` where no text can be made of it.
  @discardableResult
  func enter(_ terms: InvoiceTerms, nowS: Int64) throws(BookRefusal) -> ToyInvoice {
    try change { books throws(BookRefusal) in
      let preimage = terms.holdHash == nil ? terms.preimage ?? books.mint() : nil
      let hash = terms.holdHash ?? preimage.map { SHA256.hash($0.bytes) } ?? .zero
      guard books.invoice(label: terms.label) == nil else { throw .labelTaken }
      guard books.invoice(hash: hash) == nil else { throw .hashTaken }
      var invoice = ToyInvoice(
        label: terms.label,
        text: "",
        paymentHash: hash,
        preimage: preimage,
        paymentSecret: books.mint(),
        askedMsat: terms.msat,
        description: terms.description,
        createdAtS: nowS,
        expiresAtS: nowS + Int64(min(terms.expiryS, 1 << 40)),
        cltvDelta: terms.cltv,
        maker: terms.maker
      )
      invoice.descriptionHash = terms.descriptionHash
      invoice.isHold = terms.holdHash != nil
      invoice.isPrivate = terms.isPrivate
      do throws(Bolt11Refusal) { invoice.text = try key.bolt11(for: invoice, hints: terms.hints) } catch {
        throw .wrongAmount
      }
      return try books.add(invoice)
    }
  }

  /// Makes an offer; twice the same wish makes two.
  func enter(_ wish: ToyOfferWish, label: [UInt8]?, isSingleUse: Bool) throws(BookRefusal) -> ToyOffer {
    let made = try change { books throws(BookRefusal) in
      let (text, id) = key.offer(wish, metadata: books.mint())
      let offer = ToyOffer(
        id: id,
        text: text,
        label: label,
        askedMsat: wish.msat,
        description: wish.description,
        isSingleUse: isSingleUse,
        expiresAtS: wish.expiresAtS
      )
      try books.add(offer)
      return offer
    }
    keep()
    return made
  }

  /// Somebody asks for an invoice of an offer; the same payer gets the same one while it is unpaid.
  ///
  /// `msat` is what the payer wants to pay where the offer does not say it; `payer` stands for the payer's key.
  func fetch(
    _ offerID: Bytes32,
    msat: UInt64?,
    note: String?,
    payer: UInt64
  ) throws(BookRefusal) -> ToyInvoice {
    let now = nowS
    return try change { books throws(BookRefusal) in
      guard let offer = books.offers[offerID] else { throw .unknown }
      guard offer.isActive, offer.expiresAtS ?? .max > now else { throw .inactive }
      guard let asked = offer.askedMsat ?? msat, asked > 0 else { throw .wrongAmount }
      let payerKey: Secp256k1.PublicKey
      do { payerKey = try Secp256k1.publicKey(of: books.secret("payer \(payer)")) } catch { throw .unknown }
      var again = 0
      var label: [UInt8] { Array("\(offerID.hex())-\(payerKey.hex)-\(again)".utf8) }
      while let old = books.invoice(label: label) {
        if old.isOpen { return old }
        again += 1
      }
      let preimage = books.mint()
      var invoice = ToyInvoice(
        label: label,
        text: "",
        paymentHash: SHA256.hash(preimage.bytes),
        preimage: preimage,
        paymentSecret: books.mint(),
        askedMsat: asked,
        description: offer.description,
        createdAtS: now,
        expiresAtS: now + 7200
      )
      invoice.offerID = offerID
      invoice.payerNote = note
      do { invoice.text = try key.bolt12(for: invoice, of: offer, payer: payerKey) } catch { throw .unknown }
      return try books.add(invoice)
    }
  }

  /// Money comes that nobody asked for.
  func keysend(msat: UInt64, message: String?) throws(BookRefusal) -> ToyInvoice {
    let now = nowMS
    let nanoseconds = String(1_000_000_000 + UInt64(now % 1000) * 1_000_000 + books.counters.created % 1_000_000)
    return try change { books throws(BookRefusal) in
      guard msat > 0 else { throw .wrongAmount }
      let preimage = books.mint()
      var invoice = ToyInvoice(
        label: Array("keysend-\(now / 1000).\(nanoseconds.dropFirst())".utf8),
        text: "",
        paymentHash: SHA256.hash(preimage.bytes),
        preimage: preimage,
        paymentSecret: books.mint(),
        askedMsat: nil,
        description: message.map { "keysend: \($0)" } ?? "keysend",
        createdAtS: now / 1000,
        expiresAtS: now / 1000 + Int64(Self.usualExpiryS)
      )
      invoice.isKeysend = true
      do throws(Bolt11Refusal) { invoice.text = try key.bolt11(for: invoice) } catch { throw .wrongAmount }
      let added = try books.add(invoice)
      return try books.pay(added.paymentHash, msat: msat, nowMS: now)
    }
  }

  /// Money comes for an invoice; without an amount what was asked, and what a fault adds.
  func pay(_ hash: Bytes32, msat: UInt64?, totalMsat: UInt64?) throws(BookRefusal) -> ToyInvoice {
    let now = nowMS
    let more = UInt128(faults.overpayPercent)
    let paid = try change { books throws(BookRefusal) in
      guard let invoice = books.invoice(hash: hash) else { throw .unknown }
      let usual = invoice.askedMsat.map { UInt64(clamping: UInt128($0) * (100 + more) / 100) }
      guard let sum = msat ?? usual else { throw .wrongAmount }
      return try books.pay(hash, msat: sum, totalMsat: totalMsat, nowMS: now)
    }
    keep()
    return paid
  }
}
