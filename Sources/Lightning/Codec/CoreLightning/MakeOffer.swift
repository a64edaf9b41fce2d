package import Primitives

/// `offer`: makes a BOLT12 offer.
///
/// The same wish twice gives two offers: keep the id, never make it anew. An offer with an amount must have a
/// description.
package struct MakeOffer: CoreLightningCall {
  /// Millisatoshi; nil: the payer's choice.
  package let amountMsat: UInt64?
  package let description: String?
  package let issuer: String?
  package let label: String?
  package let isForOnePayment: Bool

  package init(
    amountMsat: UInt64?,
    description: String?,
    issuer: String? = nil,
    label: String? = nil,
    isForOnePayment: Bool = false
  ) {
    self.amountMsat = amountMsat
    self.description = description
    self.issuer = issuer
    self.label = label
    self.isForOnePayment = isForOnePayment
  }

  package var request: CoreLightningRequest {
    CoreLightningRequest("offer")
      .with("amount", amountMsat.map { JSONValue.number($0) } ?? "any")
      .with("description", description.map { .string($0) })
      .with("issuer", issuer.map { .string($0) })
      .with("label", label.map { .string($0) })
      .with("single_use", isForOnePayment ? true : nil)
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> CoreLightningOffer {
    try CoreLightningOffer(result)
  }
}

/// A BOLT12 offer as a node tells of it.
package struct CoreLightningOffer: Hashable, Sendable {
  package let id: Bytes32
  /// Whether it can be paid.
  package let isActive: Bool
  package let isForOnePayment: Bool
  /// The offer itself, from `lno1` on.
  package let text: String
  /// Whether it was ever paid.
  package let isUsed: Bool?
  package let label: String?

  init(_ object: CoreLightningObject) throws(CoreLightningRefusal) {
    id = try object.hash("offer_id").orMissing("offer_id")
    isActive = try object.flag("active").orMissing("active")
    isForOnePayment = try object.flag("single_use").orMissing("single_use")
    text = try object.text("bolt12").orMissing("bolt12")
    isUsed = try object.flag("used")
    label = try object.text("label")
  }
}
