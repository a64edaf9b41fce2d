package import Primitives

/// `listoffers`: one offer by its id, or all.
package struct ListOffers: CoreLightningCall {
  package let id: Bytes32?

  package init(id: Bytes32? = nil) { self.id = id }

  package var request: CoreLightningRequest {
    CoreLightningRequest("listoffers").with("offer_id", id.map { .string($0.hex()) })
  }

  package func answer(from result: CoreLightningObject) throws(CoreLightningRefusal) -> [CoreLightningOffer] {
    var offers: [CoreLightningOffer] = []
    for object in try result.objects("offers") { offers.append(try CoreLightningOffer(object)) }
    return offers
  }
}
