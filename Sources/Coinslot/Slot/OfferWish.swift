/// What a customer wants an offer for.
public struct OfferWish: Hashable, Sendable {
  /// What they want to pay, before unique digits; the price rule says what it buys.
  public var amount: Amount
  /// What their wallet shows, where an invoice is made; nil: the slot's title.
  public var description: InvoiceOrder.Description?
  /// What they wrote: hostile text, kept beside the quote as long as what is known of people.
  public var note: String?
  /// How long the offer stands, milliseconds; nil: as the slot says.
  public var lifeMS: Int64?

  /// A wish.
  public init(
    amount: Amount,
    description: InvoiceOrder.Description? = nil,
    note: String? = nil,
    lifeMS: Int64? = nil
  ) {
    self.amount = amount
    self.description = description
    self.note = note
    self.lifeMS = lifeMS
  }
}
