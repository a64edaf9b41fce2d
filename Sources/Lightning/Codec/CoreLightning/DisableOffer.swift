package import Primitives

/// `disableoffer`: no more invoices for an offer.
package struct DisableOffer: CoreLightningCall {
  package let id: Bytes32

  package init(id: Bytes32) { self.id = id }

  package var request: CoreLightningRequest {
    CoreLightningRequest("disableoffer").with("offer_id", .string(id.hex()))
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> CoreLightningOffer {
    try CoreLightningOffer(result)
  }
}
