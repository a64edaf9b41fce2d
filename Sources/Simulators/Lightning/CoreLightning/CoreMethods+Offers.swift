import Primitives

// lightningd's methods of BOLT12 offers.

extension ToyLightningNode {
  func makeOffer(_ params: RawJSON) throws(CoreError) -> RawJSON {
    let params = try CoreParameters(
      params,
      [
        .must("amount", .msat), .may("description", .text), .may("issuer", .text), .may("label", .label),
        .may("quantity_max", .number), .may("absolute_expiry", .number), .may("single_use", .truth),
      ]
    )
    guard params.msat("amount") == nil || params.has("description") else {
      throw .wrongValue("description", "description is required for the user to know what it was they paid for")
    }
    var wish = ToyOfferWish(msat: params.msat("amount"), description: params.text("description"))
    wish.issuer = params.text("issuer")
    wish.quantityMax = params.number("quantity_max")
    wish.expiresAtS = params.number("absolute_expiry").map { Int64(clamping: $0) }
    do throws(BookRefusal) {
      let (label, isSingleUse) = (params.label(), params.truth("single_use"))
      return try enter(wish, label: label, isSingleUse: isSingleUse).core(isNew: true)
    } catch {
      throw CoreError(-1, error.text)
    }
  }

  func listOffers(_ params: RawJSON) throws(CoreError) -> RawJSON {
    let params = try CoreParameters(params, [.may("offer_id", .hash), .may("active_only", .truth)])
    let offers = look { $0.offers }
    let wanted = params.hash("offer_id")
    let found = offers.keys.sorted().compactMap { offers[$0] }.filter {
      (wanted == nil || $0.id == wanted) && ($0.isActive || !params.truth("active_only"))
    }
    return ["offers": .array(found.map { $0.core(isNew: false) })]
  }

  func disableOffer(_ params: RawJSON) throws(CoreError) -> RawJSON {
    let id = try CoreParameters(params, [.must("offer_id", .hash)]).hash("offer_id") ?? .zero
    do throws(BookRefusal) {
      let offer = try change { books throws(BookRefusal) in try books.disable(id) }
      keep()
      return offer.core(isNew: false)
    } catch {
      throw error == .unknown ? CoreError(-1, "Unknown offer") : CoreError(1001, "offer already disabled")
    }
  }
}
