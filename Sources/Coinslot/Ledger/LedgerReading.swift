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
  /// The newest quote that owns an account and is still reserved.
  func quote(owning account: Account) async throws -> Quote?
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
  /// Every account that ever had a payment or a start mark, by chain and address.
  func accounts() async throws -> [Account]
  /// How much waits for a person or a machine; cheap enough to ask every few seconds.
  func unsettled(nowMS: Int64) async throws -> Unsettled
  /// When a backup was last made and checked, wall-clock milliseconds; nil where none ever was.
  func lastBackupAtMS() async throws -> Int64?
  /// When this ledger was last restored from a backup, wall-clock milliseconds; nil where it never was.
  func restoredAtMS() async throws -> Int64?
  /// What is kept of a person, by their exact address or client name, newest first; at most `PersonRecord.sweep`.
  func person(_ name: String) async throws -> [PersonRecord]
  /// What operators did, newest first.
  func auditLog(_ page: Page) async throws -> Paged<AuditLine>
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
