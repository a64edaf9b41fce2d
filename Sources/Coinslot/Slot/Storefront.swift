/// What customers are shown and offered.
///
/// Implemented by the engine; pages and the API ask it.
public protocol Storefront: Sendable {
  /// The slots as they are now; a reload of the configuration replaces them.
  var book: SlotBook { get }
  /// The state of a slot on a chain, worked out now.
  func state(of slot: Slot, on chain: Chain) async throws -> SlotState
  /// Offers an amount of its own to a customer, if the slot tells customers apart on that chain.
  ///
  /// Where the network makes invoices the machine is asked for a sign of life first.
  func quote(_ slot: Slot, on chain: Chain, wish: OfferWish, for customer: Customer) async throws -> Offer
}

/// What became of a customer's wish for an offer.
public enum Offer: Hashable, Sendable {
  /// An offer.
  case quote(Quote)
  /// This slot needs none: pay the shown address.
  case notNeeded
  /// Not now: the state says why.
  case refused(SlotState)
  /// The network cannot make an invoice just now; the words are for the operator.
  case noInvoice(String)
  /// The amount buys nothing, or too much.
  case badAmount(PriceAnswer)
  /// The customer has `Quote.perClient` open ones.
  case tooManyForClient
  /// Those who come from the customer's network hold their share of the places; each is free a day after its end.
  case tooManyForNetwork
  /// No unique amount or address is left.
  case tableFull
}
