package import Primitives

/// An invoice as a node tells of it; every text in it may be somebody else's.
package struct CoreLightningInvoice: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable { case unpaid, paid, expired }

  /// Ours, or whatever another program on the node chose; `keysend-…` for money nobody asked for.
  package let label: String?
  /// BOLT11 or BOLT12.
  package let text: String?
  package let paymentHash: Bytes32
  /// Millisatoshi asked for; nil: the payer's choice.
  ///
  /// Of an offer without an amount it is what the payer chose: alone it says nothing of what was bought.
  package let amountMsat: UInt64?
  package let status: Status
  /// The text the payer read, or the whole text the invoice holds only the hash of; nil where it was removed.
  package let description: String?
  /// Seconds since 1970.
  package let expiresAtS: Int64?
  /// The place in the order of creation, from 1 (version 23.08 and later).
  package let createdIndex: UInt64?
  /// The place in the order of changes, from 1; nil before the first change, and for one that expired by its sibling.
  package let updatedIndex: UInt64?
  /// The BOLT12 offer it answers, 64 hexadecimal digits.
  package let offer: String?
  /// What the payer wrote.
  package let payerNote: String?
  /// What is known only of a paid one.
  package let payment: Payment?

  /// How an invoice was paid.
  package struct Payment: Hashable, Sendable {
    /// The place in the order of payments, from 1; gaps are normal.
    package let index: UInt64
    /// Millisatoshi.
    package let receivedMsat: UInt64?
    /// Seconds since 1970 by the node's clock.
    package let paidAtS: Int64?
    /// Never to be logged.
    package let preimage: Bytes32?
    /// The transaction that paid it, where it was paid on chain.
    package let transaction: String?
  }

  /// Reads an invoice object of `waitanyinvoice`, `waitinvoice`, `listinvoices` or `delinvoice`.
  package init(_ object: CoreLightningObject) throws(CoreLightningRefusal) {
    label = try object.text("label")
    text = if let bolt11 = try object.text("bolt11") { bolt11 } else { try object.text("bolt12") }
    paymentHash = try object.hash("payment_hash").orMissing("payment_hash")
    amountMsat = try object.msat("amount_msat", before: "msatoshi")
    guard let status = Status(rawValue: try object.text("status").orMissing("status")) else {
      throw .unknownWord("status")
    }
    self.status = status
    description = try object.text("description")
    expiresAtS = try object.seconds("expires_at")
    createdIndex = try object.number("created_index")
    updatedIndex = try object.number("updated_index")
    offer = try object.hash("local_offer_id")?.hex()
    payerNote = try object.text("invreq_payer_note")
    payment = status == .paid ? try Payment(object) : nil
  }

  /// The invoice in the words that all nodes share.
  package var node: NodeInvoice {
    var invoice = NodeInvoice(paymentHash: paymentHash, state: state)
    invoice.label = label
    invoice.text = text
    invoice.askedMsat = amountMsat
    invoice.receivedMsat = payment?.receivedMsat
    invoice.cursor = payment?.index
    invoice.paidAtS = payment?.paidAtS
    invoice.preimage = payment?.preimage
    invoice.description = description
    invoice.expiresAtS = expiresAtS
    invoice.offer = offer
    invoice.payerNote = payerNote
    return invoice
  }

  private var state: NodeInvoice.State {
    switch status {
    case .unpaid: .unpaid
    case .paid: .paid
    case .expired: .expired
    }
  }
}

extension CoreLightningInvoice.Payment {
  fileprivate init(_ object: CoreLightningObject) throws(CoreLightningRefusal) {
    index = try object.number("pay_index").orMissing("pay_index")
    receivedMsat = try object.msat("amount_received_msat", before: "msatoshi_received")
    paidAtS = try object.seconds("paid_at")
    preimage = try object.hash("payment_preimage")
    if let outpoint = object["paid_outpoint"] {
      transaction = try CoreLightningObject(outpoint, "paid_outpoint").hash("txid")?.hex()
    } else {
      transaction = nil
    }
  }
}
