/// A wish for a quote.
public struct QuoteRequest: Sendable {
  /// The quote's name.
  public let id: String
  /// The slot.
  public let slot: SlotID
  /// Who asks.
  public let client: String
  /// The network that `client` ends with and the most unpaid offers of this slot that it may keep reserved; nil: no bound.
  public let share: Share?
  /// Now, wall-clock milliseconds.
  public let nowMS: Int64
  /// Until when it shall count, wall-clock milliseconds.
  public let expiresAtMS: Int64
  /// What to pay, where it is not the price: more than it, by the payer's own choice.
  public let due: Amount?
  /// The price, what it buys, and the version.
  public let price: Amount, purchase: Purchase, priceVersion: Int
  /// Where it can be paid.
  public let place: Place
  /// What the payer hands to a wallet, where the network made it.
  public let request: String?
  /// What the customer wrote.
  public let note: String?
  /// How long who asked is remembered, milliseconds; never shorter than the quote is reserved.
  public let personsKeptMS: Int64

  /// What one network may have.
  public struct Share: Hashable, Sendable {
    /// The network.
    public let network: String
    /// How many unpaid offers of the slot.
    public let most: Int

    /// A bound.
    public init(network: String, most: Int) {
      self.network = network
      self.most = most
    }
  }

  /// How customers are told apart.
  public enum Place: Sendable {
    /// One of these accounts, to itself.
    case own([Account])
    /// This account, by an amount that `choose` picks given the amounts that are taken there.
    case shared(Account, choose: @Sendable (_ taken: Set<Amount>) -> Amount?)
  }

  /// A wish.
  public init(
    id: String,
    slot: SlotID,
    client: String,
    share: Share? = nil,
    nowMS: Int64,
    expiresAtMS: Int64,
    due: Amount? = nil,
    price: Amount,
    purchase: Purchase,
    priceVersion: Int,
    place: Place,
    request: String? = nil,
    note: String? = nil,
    personsKeptMS: Int64 = PersonRecord.keptMS
  ) {
    self.due = due
    self.request = request
    self.note = note
    self.id = id
    self.slot = slot
    self.client = client
    self.share = share
    self.nowMS = nowMS
    self.expiresAtMS = expiresAtMS
    self.price = price
    self.purchase = purchase
    self.priceVersion = priceVersion
    self.place = place
    self.personsKeptMS = personsKeptMS
  }
}

extension Quote {
  /// The quote that answers a wish, to be paid at `account` with `due`.
  public init(_ request: QuoteRequest, account: Account, ownsAccount: Bool, due: Amount) {
    self.init(
      id: request.id,
      slot: request.slot,
      account: account,
      ownsAccount: ownsAccount,
      due: due,
      price: request.price,
      purchase: request.purchase,
      priceVersion: request.priceVersion,
      createdAtMS: request.nowMS,
      expiresAtMS: request.expiresAtMS,
      client: request.client,
      request: request.request,
      note: request.note
    )
  }
}
