/// An offer with an end: this amount, at this account, until then, buys exactly this.
///
/// ## On failure
/// Persisted before anybody sees it; the price it froze counts however the price changes.
public struct Quote: Hashable, Sendable {
  /// Its name, `quo_` and a ULID.
  public let id: String
  /// The slot.
  public let slot: SlotID
  /// Where to pay.
  public let account: Account
  /// Whether nobody else is quoted this account, so that part payments add up.
  public let ownsAccount: Bool
  /// What to pay, unique digits included.
  public let due: Amount
  /// The price without unique digits.
  public let price: Amount
  /// What it buys.
  public let purchase: Purchase
  /// The price version it froze.
  public let priceVersion: Int
  /// When it was made, wall-clock milliseconds.
  public let createdAtMS: Int64
  /// Until when it counts, wall-clock milliseconds.
  public let expiresAtMS: Int64
  /// Who asked, as the server tells clients apart; never an address in full, and empty once it was forgotten.
  public let client: String
  /// What the payer hands to a wallet, where the network made it for this quote alone (a Lightning invoice).
  public let request: String?
  /// What they wrote with their wish: hostile text; nil once it was forgotten.
  public let note: String?
  /// What has arrived so far; above zero and below `due` only where the quote owns its account.
  public var received: Amount
  /// How it stands.
  public var state: State

  /// How a quote stands.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Waiting for money.
    case open
    /// Paid in full; sold.
    case paid
    /// Its time is over; its amount stays reserved for `reserveMS`.
    case expired
    /// What was paid for it is kept for the operator: too little in its time, too much, or at the wrong moment.
    case held

    /// Whether money for it still counts.
    public var takesMoney: Bool { self == .open || self == .expired }
  }

  /// How long after its end a quote's amount or account is given to nobody else, milliseconds.
  public static let reserveMS: Int64 = 86_400_000
  /// The same for invoices, which nobody waits for: money for them may be found late, after a long outage.
  public static let invoiceReserveMS: Int64 = 30 * 86_400_000
  /// The most quotes that one call of `Ledger.expireQuotes` ends, forgets or holds.
  public static let sweep = 1_000
  /// Open quotes one client may have.
  public static let perClient = 3

  /// Until when the amount or account is given to nobody else and money for it is still told apart, wall-clock
  /// milliseconds.
  public var reservedUntilMS: Int64 {
    expiresAtMS.addingClamped(request == nil ? Quote.reserveMS : Quote.invoiceReserveMS)
  }

  /// An offer.
  public init(
    id: String,
    slot: SlotID,
    account: Account,
    ownsAccount: Bool,
    due: Amount,
    price: Amount,
    purchase: Purchase,
    priceVersion: Int,
    createdAtMS: Int64,
    expiresAtMS: Int64,
    client: String,
    received: Amount = .zero,
    state: State = .open,
    request: String? = nil,
    note: String? = nil
  ) {
    self.request = request
    self.note = note
    self.id = id
    self.slot = slot
    self.account = account
    self.ownsAccount = ownsAccount
    self.due = due
    self.price = price
    self.purchase = purchase
    self.priceVersion = priceVersion
    self.createdAtMS = createdAtMS
    self.expiresAtMS = expiresAtMS
    self.client = client
    self.received = received
    self.state = state
  }
}

/// What became of a wish for a quote.
public enum QuoteAnswer: Hashable, Sendable {
  /// Here it is.
  case opened(Quote)
  /// The client has `Quote.perClient` open ones.
  case tooManyForClient
  /// Those who come from the client's network hold their share of the places.
  case tooManyForNetwork
  /// Every unique amount or address is taken.
  case tableFull
}
