package import Primitives

/// `invoice`: makes an invoice.
///
/// The label is unique as long as the node keeps the invoice; a second try meets `CoreLightningError.labelExists`.
package struct MakeInvoice: CoreLightningCall {
  /// Millisatoshi, not 0; nil: the payer's choice.
  package let amountMsat: UInt64?
  package let label: String
  package let description: String
  /// Whether the invoice holds only SHA-256 of the description; the node keeps the text all the same.
  package let hashesDescription: Bool
  package let expirySeconds: UInt32

  package init(
    amountMsat: UInt64?,
    label: String,
    description: String,
    hashesDescription: Bool,
    expirySeconds: UInt32
  ) {
    self.amountMsat = amountMsat
    self.label = label
    self.description = description
    self.hashesDescription = hashesDescription
    self.expirySeconds = expirySeconds
  }

  package var request: CoreLightningRequest {
    CoreLightningRequest("invoice")
      .with("amount_msat", amountMsat.map { JSONValue.number($0) } ?? "any")
      .with("label", .string(label))
      .with("description", .string(description))
      .with("expiry", UInt64(expirySeconds))
      .with("deschashonly", hashesDescription ? true : nil)
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> InvoiceMade {
    InvoiceMade(
      text: try result.text("bolt11").orMissing("bolt11"),
      paymentHash: try result.hash("payment_hash").orMissing("payment_hash"),
      expiresAtS: try result.seconds("expires_at").orMissing("expires_at"),
      createdIndex: try result.number("created_index"),
      warnings: result.warnings
    )
  }
}

/// An invoice that a node made just now.
package struct InvoiceMade: Hashable, Sendable {
  /// BOLT11.
  package let text: String
  package let paymentHash: Bytes32
  /// Seconds since 1970.
  package let expiresAtS: Int64
  /// The place in the order of creation (version 23.08 and later).
  package let createdIndex: UInt64?
  /// Why it may not be payable by everybody; for the operator to see.
  package let warnings: [CoreLightningWarning]
}
