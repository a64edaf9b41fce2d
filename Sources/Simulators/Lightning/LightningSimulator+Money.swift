import Coinslot
import Lightning
public import Primitives

/// A payment that has come in.
public struct ToyReceipt: Hashable, Sendable {
  /// Which invoice.
  public let paymentHash: Bytes32
  /// What shows that it was paid; nil while a hold invoice locks the money, and while parts are missing.
  public let preimage: Bytes32?
  /// Its place in the order of payments; nil as above.
  public let payIndex: UInt64?
  /// What has come, millisatoshi; nil while parts are missing.
  public let msat: UInt64?
  /// `paid`, `accepted` or `unpaid`.
  public let state: String

  init(_ invoice: ToyInvoice) {
    paymentHash = invoice.paymentHash
    preimage = invoice.state == .paid ? invoice.preimage : nil
    payIndex = invoice.payIndex
    msat = invoice.receivedMsat ?? invoice.held?.msat
    state = invoice.state.rawValue
  }
}

/// What the payer's side of the toy network is told instead of a receipt.
public struct ToyPaymentRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why.
  public let description: String
}

// The other side of the toy network: those who pay.

extension LightningSimulator {
  /// Pays an invoice.
  ///
  /// - Parameters:
  ///   - invoice: A BOLT11 text, or the 64 digits of a payment hash.
  ///   - msat: How much; nil: what was asked.
  ///   - totalMsat: What all parts are together, where this is only one; nil: this is all.
  /// - Returns: What has become of it.
  /// - Throws: `ToyPaymentRefusal` where the node does not take it.
  @discardableResult
  public func pay(_ invoice: String, msat: UInt64? = nil, totalMsat: UInt64? = nil) async throws -> ToyReceipt {
    try await onLoop { node in
      let hash = try Self.hash(invoice, node)
      return try Self.refusing { () throws(BookRefusal) in
        ToyReceipt(try node.pay(hash, msat: msat, totalMsat: totalMsat))
      }
    }
  }

  private static func hash(_ text: String, _ node: ToyLightningNode) throws(ToyPaymentRefusal) -> Bytes32 {
    if let hash = try? Hex.bytes32(text) { return hash }
    // A text of the node's own is paid whatever it says; of any other the hash is enough to be refused by.
    if let own = node.look({ $0.all.first { $0.text == text } }) { return own.paymentHash }
    do throws(Bolt11Refusal) { return try Bolt11Invoice(text).paymentHash } catch {
      throw ToyPaymentRefusal(description: "neither an invoice nor a payment hash")
    }
  }

  private static func refusing<Result>(
    _ body: () throws(BookRefusal) -> Result
  ) throws(ToyPaymentRefusal) -> Result {
    do throws(BookRefusal) { return try body() } catch { throw ToyPaymentRefusal(description: error.text) }
  }

  /// Pays without an invoice.
  ///
  /// - Throws: `ToyPaymentRefusal`.
  @discardableResult
  public func keysend(msat: UInt64, message: String? = nil) async throws -> ToyReceipt {
    try await onLoop { node in
      try Self.refusing { () throws(BookRefusal) in ToyReceipt(try node.keysend(msat: msat, message: message)) }
    }
  }

  /// Asks for an invoice of an offer and pays it.
  ///
  /// - Parameters:
  ///   - offer: The offer's identifier, 64 digits, or its text.
  ///   - msat: How much, where the offer leaves it to the payer.
  ///   - note: What the payer writes.
  ///   - payer: A number that stands for the payer's key; the same one gets the same unpaid invoice again.
  ///   - isPaid: Whether it is paid at once.
  /// - Returns: What has become of it.
  /// - Throws: `ToyPaymentRefusal`.
  @discardableResult
  public func payOffer(
    _ offer: String,
    msat: UInt64? = nil,
    note: String? = nil,
    payer: UInt64 = 1,
    isPaid: Bool = true
  ) async throws -> ToyReceipt {
    try await onLoop { node in
      let known = node.look { $0.offers.values.first { $0.text == offer || $0.id.hex() == offer }?.id }
      guard let known else { throw ToyPaymentRefusal(description: BookRefusal.unknown.text) }
      return try Self.refusing { () throws(BookRefusal) in
        let invoice = try node.fetch(known, msat: msat, note: note, payer: payer)
        return ToyReceipt(isPaid ? try node.pay(invoice.paymentHash, msat: nil, totalMsat: nil) : invoice)
      }
    }
  }

  /// Makes an invoice as another program on the same node would.
  ///
  /// - Parameters:
  ///   - label: Its label, spelled as in JSON.
  ///   - msat: Nil: the payer chooses.
  ///   - description: What the payer reads.
  ///   - isHashed: Whether only the hash of the description is in the invoice.
  ///   - expirySeconds: How long it can be paid.
  /// - Returns: The invoice, a BOLT11 text.
  /// - Throws: `ToyPaymentRefusal`.
  @discardableResult
  public func makeForeignInvoice(
    label: String,
    msat: UInt64?,
    description: String,
    isHashed: Bool = false,
    expirySeconds: UInt64 = 604_800
  ) async throws -> String {
    try await onLoop { node in
      try Self.refusing { () throws(BookRefusal) in
        let terms = InvoiceTerms(
          label: RawJSON.escaped(Array(label.utf8)),
          msat: msat,
          description: description,
          descriptionHash: isHashed ? SHA256.hash(Array(description.utf8)) : nil,
          expiryS: expirySeconds
        )
        return try node.enter(terms, nowS: node.nowS).text
      }
    }
  }

  /// Removes an invoice, paid or not: a gap in the order of payments.
  ///
  /// - Throws: `ToyPaymentRefusal` where there is none.
  public func delete(_ invoice: String) async throws {
    try await onLoop { node in
      let hash = try Self.hash(invoice, node)
      try Self.refusing { () throws(BookRefusal) in
        guard let row = node.look({ $0.invoice(hash: hash) }) else { throw .unknown }
        try node.change { books throws(BookRefusal) in try books.delete(label: row.label, in: row.state) }
      }
    }
  }

  /// Keeps a copy of the books under a name.
  ///
  /// - Throws: `ToyPaymentRefusal` beyond 16 names.
  public func takeSnapshot(_ name: String) async throws {
    guard try await onLoop({ $0.takeSnapshot(name) }) else {
      throw ToyPaymentRefusal(description: "16 copies are kept already")
    }
  }

  /// Puts a copy of the books back, as if an old copy of the node's database were restored, and restarts.
  ///
  /// - Throws: `ToyPaymentRefusal` where there is none of that name.
  public func rollBack(to name: String) async throws {
    guard try await onLoop({ $0.rollBack(to: name) }) else {
      throw ToyPaymentRefusal(description: "there is no copy of that name")
    }
    try await restart()
  }

  /// Puts the node's clock ahead, so that invoices expire without anybody waiting for it.
  public func forward(seconds: Int64) async throws { try await onLoop { $0.forward(seconds: seconds) } }

  /// Lets the chain grow; hold invoices that nobody settled in time are called off.
  public func mine(_ blocks: UInt32) async throws { try await onLoop { $0.mine(blocks) } }
}
