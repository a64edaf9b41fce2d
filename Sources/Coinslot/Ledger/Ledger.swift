/// The one durable record.
///
/// Every promise about money and effects rests on its transactions.
///
/// A call that returned has been synced to disk; a call that threw changed nothing. Nothing here may depend on which
/// database keeps it: numbers, leases (`SessionEpoch`) and cursors are plain columns.
public protocol Ledger: LedgerReading, Sendable {
  // Money

  /// Records a payment, its sale and its work in one transaction, once. Many calls may share one sync.
  func admit(_ request: AdmissionRequest) async throws -> Admission
  /// Makes a quote with a unique amount or account, or says why not. `choose` sees what is taken and picks.
  func quote(_ request: QuoteRequest) async throws -> QuoteAnswer
  /// Ends quotes whose time is over; gives how many. Forgets those that nobody paid once their reserve is over too.
  func expireQuotes(nowMS: Int64) async throws -> Int

  // Watching

  /// Keeps a start mark, unless the account has one on that genesis; gives the one that counts.
  func keep(_ mark: StartMark) async throws -> StartMark
  /// Moves the re-read cursor of an account on that genesis.
  func keep(_ cursor: Cursor, of account: Account, genesis: String) async throws

  // Slots

  /// Notes a slot's price on a chain; a new version only where it differs from the newest.
  func keep(_ rule: PriceRule, of slot: SlotID, on chain: Chain, nowMS: Int64) async throws -> PriceVersion
  /// Closes a slot with words for the page, or opens it (nil).
  func close(_ slot: SlotID, because words: String?, nowMS: Int64) async throws

  // Work

  /// Adds work that no payment asked for: a test trigger or a stop.
  ///
  /// - Throws: `WorkshopRefusal.queueFull` at `ChannelBounds`.
  func add(_ draft: DispatchDraft, nowMS: Int64) async throws -> Dispatch
  /// Gives a waiting dispatch its number and marks it as perhaps sent, if the session is still the device's newest and
  /// no other number of the output is unanswered; nil where it may not be offered.
  func offer(_ id: DispatchID, epoch: SessionEpoch, nowMS: Int64) async throws -> Dispatch?
  /// Reads an output's open work and, where `naming` is given, also the dispatch with that number; commits what
  /// `revise` returns, with the outcomes of their sales, and gives the dispatches as committed.
  func revise(
    _ channel: ChannelID,
    naming number: UInt64?,
    nowMS: Int64,
    _ revise: @escaping @Sendable ([Dispatch]) -> [Dispatch]
  ) async throws -> [Dispatch]

  // Devices

  /// Adds a device or changes its title; a revoked one is trusted again.
  func keep(_ device: DeviceID, title: String, nowMS: Int64) async throws -> Device
  /// Changes a stored device; gives it as committed, nil where there is none.
  func change(_ device: DeviceID, nowMS: Int64, _ change: @escaping @Sendable (inout Device) -> Void) async throws
    -> Device?
  /// Judges a greeting and commits what follows from it.
  func receive(_ greeting: Greeting, resumeWithinMS: [SlotID: Int64], nowMS: Int64) async throws -> Greeter.Verdict
  /// Notes that an output is held for the operator, or free again (nil).
  func hold(_ channel: ChannelID, because words: String?, nowMS: Int64) async throws

  // Keeping house

  /// A named setting kept across restarts (the admin token's hash, this ledger's number).
  func setting(_ name: String) async throws -> String?
  /// Keeps a setting.
  func keep(setting name: String, _ value: String) async throws
  /// Appends an event that belongs to no other change (`device.online`, `source.degraded`).
  func note(_ event: EventDraft, nowMS: Int64) async throws
  /// Drops the oldest events beyond `keeping`; gives how many went.
  func trimEvents(keeping: Int) async throws -> Int
  /// Writes a consistent copy to a new file while work goes on.
  func backUp(to path: String) async throws
}

/// What can be read from the ledger.
public protocol LedgerReading: Sendable {
  /// Which of these payments are recorded.
  func known(among ids: [PaymentID]) async throws -> Set<PaymentID>
  /// One payment as recorded.
  func payment(_ id: PaymentID) async throws -> PaymentRecord?
  /// One payment by its own name in the API (`pay_…`).
  func payment(named id: String) async throws -> PaymentRecord?
  /// Payments, newest first.
  func payments(_ page: Page, account: Account?) async throws -> Paged<PaymentRecord>
  /// One sale.
  func sale(_ id: SaleID) async throws -> Sale?
  /// The sales of a slot, newest first.
  func sales(_ page: Page, slot: SlotID?) async throws -> Paged<Sale>
  /// One quote.
  func quote(_ id: String) async throws -> Quote?
  /// The accounts of quotes that own theirs and may still be paid.
  func ownedAccounts() async throws -> [Account]
  /// One dispatch.
  func dispatch(_ id: DispatchID) async throws -> Dispatch?
  /// The work of a sale.
  func dispatch(of sale: SaleID) async throws -> Dispatch?
  /// Dispatches, newest first.
  func dispatches(_ page: Page, device: DeviceID?) async throws -> Paged<Dispatch>
  /// Outputs that have open work.
  func busyChannels() async throws -> [ChannelID]
  /// An output's open work, lowest sequence first.
  func openWork(on channel: ChannelID) async throws -> [Dispatch]
  /// Devices by name.
  func devices() async throws -> [Device]
  /// One device.
  func device(_ id: DeviceID) async throws -> Device?
  /// The outputs of a device that were ever used.
  func channels(of device: DeviceID) async throws -> [Channel]
  /// Why a slot is closed by the operator; nil where it is open.
  func closure(of slot: SlotID) async throws -> String?
  /// The start mark of an account on that genesis.
  func mark(of account: Account, genesis: String) async throws -> StartMark?
  /// The re-read cursor of an account on that genesis.
  func cursor(of account: Account, genesis: String) async throws -> Cursor?
  /// Events after a sequence number, oldest first; nil where some after it have been trimmed, and for a number not
  /// reached yet (another ledger's).
  func events(after sequence: Int64, limit: Int) async throws -> [Event]?
  /// The number of the newest event; 0 where there is none.
  func newestEvent() async throws -> Int64
  /// The newest moment anything was committed, wall-clock milliseconds; nil in a fresh ledger.
  func newestMoment() async throws -> Int64?
  /// How much money of an account counts in each pot.
  func sums(of account: Account) async throws -> [Standing: Amount]
}

/// A payment with what the ledger knows around it.
public struct PaymentRecord: Hashable, Sendable {
  /// `pay_…`, its name in the API.
  public let name: String
  /// The payment.
  public let payment: Payment
  /// Its pot.
  public let standing: Standing
  /// Why, in a word.
  public let reason: String?
  /// When it was recorded, wall-clock milliseconds.
  public let recordedAtMS: Int64
  /// The sale it completed or joined.
  public let sale: SaleID?

  /// A record.
  public init(
    name: String,
    payment: Payment,
    standing: Standing,
    reason: String?,
    recordedAtMS: Int64,
    sale: SaleID?
  ) {
    self.name = name
    self.payment = payment
    self.standing = standing
    self.reason = reason
    self.recordedAtMS = recordedAtMS
    self.sale = sale
  }
}

/// A wish for a quote.
public struct QuoteRequest: Sendable {
  /// The quote's name.
  public let id: String
  /// The slot.
  public let slot: SlotID
  /// Who asks.
  public let client: String
  /// Now, wall-clock milliseconds.
  public let nowMS: Int64
  /// Until when it shall count, wall-clock milliseconds.
  public let expiresAtMS: Int64
  /// The price, what it buys, and the version.
  public let price: Amount, purchase: Purchase, priceVersion: Int
  /// Where it can be paid.
  public let place: Place

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
    nowMS: Int64,
    expiresAtMS: Int64,
    price: Amount,
    purchase: Purchase,
    priceVersion: Int,
    place: Place
  ) {
    self.id = id
    self.slot = slot
    self.client = client
    self.nowMS = nowMS
    self.expiresAtMS = expiresAtMS
    self.price = price
    self.purchase = purchase
    self.priceVersion = priceVersion
    self.place = place
  }
}

/// A place in a list and how much of it.
public struct Page: Hashable, Sendable {
  /// What the page before gave as `next`; nil for the first page.
  public let cursor: String?
  /// At most this many, 1 … 200.
  public let limit: Int

  /// A page; the limit is held within its bounds.
  public init(cursor: String? = nil, limit: Int = 50) {
    self.cursor = cursor
    self.limit = min(200, max(1, limit))
  }
}

/// One page of a list.
public struct Paged<Element: Sendable>: Sendable {
  /// The elements.
  public let data: [Element]
  /// Where the next page starts; nil at the end.
  public let next: String?

  /// A page.
  public init(data: [Element], next: String?) {
    self.data = data
    self.next = next
  }
}

/// Why the ledger did not do as asked; thrown beside the errors of its storage.
public enum LedgerError: Error, Hashable, Sendable {
  /// The data folder or file cannot be written; says which and why.
  case notWritable(String)
  /// The ledger was written by a newer version of Coinslot.
  case tooNew(found: Int, known: Int)
  /// Another server uses this ledger.
  case inUse(String)
  /// The storage does not keep commits as promised; says what was read back.
  case notDurable(String)
  /// A page cursor that this ledger never gave.
  case badCursor
}
