import Coinslot
import Synchronization

/// The ledger as far as pages and API use it, in memory.
final class FakeLedger: Ledger {
  struct State {
    var payments: [PaymentRecord] = []
    var sales: [Sale] = []
    var quotes: [String: Quote] = [:]
    var dispatches: [Dispatch] = []
    var devices: [Device] = []
    var channels: [Channel] = []
    var closures: [SlotID: String] = [:]
    var events: [Event] = []
    /// Lines of the audit log, oldest first.
    var audits: [AuditLine] = []
    /// Events up to this number have been trimmed.
    var trimmed: Int64 = 0
    var backup: [UInt8] = Array("a ledger".utf8)
    var isBroken = false
  }
  struct NotUsed: Error {}
  struct Broken: Error {}

  private let state: Mutex<State>
  private let bell: Bell

  init(_ bell: Bell) {
    self.bell = bell
    state = Mutex(State())
  }

  /// Changes what the ledger holds, and rings.
  func change(_ change: (inout State) -> Void) {
    state.withLock { change(&$0) }
    bell.ring()
  }

  func append(_ type: String, _ data: String, atMS: Int64 = TestClock.baseMS) {
    change { state in
      let sequence = (state.events.last?.sequence ?? state.trimmed) + 1
      state.events.append(Event(sequence: sequence, atMS: atMS, draft: EventDraft(type: type, data: data)))
    }
  }

  private func read<T>(_ body: (State) throws -> T) throws -> T {
    try state.withLock { state in
      if state.isBroken { throw Broken() }
      return try body(state)
    }
  }

  /// Cursors are the offset of the next element.
  private func page<T>(_ all: [T], _ page: Page) throws -> Paged<T> {
    let start: Int
    if let cursor = page.cursor {
      guard let offset = Int(cursor), offset >= 0 else { throw LedgerError.badCursor }
      start = min(offset, all.count)
    } else {
      start = 0
    }
    let end = min(all.count, start + page.limit)
    return Paged(data: Array(all[start..<end]), next: end < all.count ? String(end) : nil)
  }

  func payment(_ id: PaymentID) async throws -> PaymentRecord? {
    try read { $0.payments.first { $0.payment.id == id } }
  }
  func payment(named id: String) async throws -> PaymentRecord? { try read { $0.payments.first { $0.name == id } } }
  func payments(_ page: Page, account: Account?) async throws -> Paged<PaymentRecord> {
    try read { state in
      try self.page(state.payments.reversed().filter { account == nil || $0.payment.account == account }, page)
    }
  }
  func sale(_ id: SaleID) async throws -> Sale? { try read { $0.sales.first { $0.id == id } } }
  func sales(_ page: Page, slot: SlotID?) async throws -> Paged<Sale> {
    try read { state in try self.page(state.sales.reversed().filter { slot == nil || $0.slot == slot }, page) }
  }
  func quote(_ id: String) async throws -> Quote? { try read { $0.quotes[id] } }
  func quote(owning account: Account) async throws -> Quote? {
    try read { $0.quotes.values.first { $0.ownsAccount && $0.account == account } }
  }
  func dispatch(_ id: DispatchID) async throws -> Dispatch? { try read { $0.dispatches.first { $0.id == id } } }
  func dispatch(of sale: SaleID) async throws -> Dispatch? { try read { $0.dispatches.first { $0.sale == sale } } }
  func dispatches(_ page: Page, device: DeviceID?) async throws -> Paged<Dispatch> {
    try read { state in
      try self.page(state.dispatches.reversed().filter { device == nil || $0.channel.device == device }, page)
    }
  }
  func devices() async throws -> [Device] { try read { $0.devices } }
  func device(_ id: DeviceID) async throws -> Device? { try read { $0.devices.first { $0.id == id } } }
  func channels(of device: DeviceID) async throws -> [Channel] {
    try read { $0.channels.filter { $0.id.device == device } }
  }
  /// What operators did, oldest first.
  var audits: [AuditLine] { state.withLock { $0.audits } }
  func closure(of slot: SlotID) async throws -> String? { try read { $0.closures[slot] } }
  func close(_ slot: SlotID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    change { state in
      state.closures[slot] = words
      if let audit { state.audits.append(audit) }
    }
  }
  func events(after sequence: Int64, limit: Int) async throws -> [Event]? {
    try read { state in
      sequence < state.trimmed ? nil : Array(state.events.filter { $0.sequence > sequence }.prefix(limit))
    }
  }
  func newestEvent() async throws -> Int64 { try read { $0.events.last?.sequence ?? $0.trimmed } }
  func backUp(to path: String, nowMS: Int64) async throws { try FileBytes.write(try read { $0.backup }, to: path) }

  // What pages and API never ask
  func admit(_ request: AdmissionRequest) async throws -> Admission { throw NotUsed() }
  func quote(_ request: QuoteRequest) async throws -> QuoteAnswer { throw NotUsed() }
  func expireQuotes(nowMS: Int64) async throws -> Int { throw NotUsed() }
  func keep(_ mark: StartMark) async throws -> StartMark { throw NotUsed() }
  func keep(_ cursor: Cursor, of account: Account, genesis: String) async throws { throw NotUsed() }
  func keep(_ rule: PriceRule, of slot: SlotID, on chain: Chain, nowMS: Int64) async throws -> PriceVersion {
    throw NotUsed()
  }
  func add(_ draft: DispatchDraft, nowMS: Int64, audit: AuditLine?) async throws -> Dispatch { throw NotUsed() }
  func offer(_ id: DispatchID, epoch: SessionEpoch, nowMS: Int64) async throws -> Dispatch? { throw NotUsed() }
  func revise(
    _ channel: ChannelID,
    naming number: UInt64?,
    nowMS: Int64,
    _ revise: @escaping @Sendable ([Dispatch]) -> [Dispatch]
  ) async throws -> [Dispatch] { throw NotUsed() }
  func keep(_ device: DeviceID, title: String, nowMS: Int64) async throws -> Device { throw NotUsed() }
  func change(
    _ device: DeviceID,
    nowMS: Int64,
    audit: AuditLine?,
    _ change: @escaping @Sendable (inout Device) -> Void
  ) async throws -> Device? { throw NotUsed() }
  func receive(_ greeting: Greeting, resumeWithinMS: [SlotID: Int64], nowMS: Int64) async throws -> Greeter.Verdict {
    throw NotUsed()
  }
  func hold(_ channel: ChannelID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    throw NotUsed()
  }
  func setting(_ name: String) async throws -> String? { throw NotUsed() }
  func keep(setting name: String, _ value: String, audit: AuditLine?) async throws { throw NotUsed() }
  func note(_ event: EventDraft, nowMS: Int64) async throws { throw NotUsed() }
  func trimEvents(keeping: Int) async throws -> Int { throw NotUsed() }
  func known(among ids: [PaymentID]) async throws -> Set<PaymentID> { throw NotUsed() }
  func ownedAccounts() async throws -> [Account] { throw NotUsed() }
  func busyChannels() async throws -> [ChannelID] { throw NotUsed() }
  func openWork(on channel: ChannelID) async throws -> [Dispatch] { throw NotUsed() }
  func mark(of account: Account, genesis: String) async throws -> StartMark? { throw NotUsed() }
  func cursor(of account: Account, genesis: String) async throws -> Cursor? { throw NotUsed() }
  func newestMoment() async throws -> Int64? { throw NotUsed() }
  func sums(of account: Account) async throws -> [Standing: Amount] { throw NotUsed() }
  func note(audit line: AuditLine) async throws { throw NotUsed() }
  func forgetPersons(before moment: Int64) async throws -> Int { throw NotUsed() }
  func erase(person name: String, nowMS: Int64, audit: AuditLine?) async throws -> Int { throw NotUsed() }
  func accounts() async throws -> [Account] { throw NotUsed() }
  func unsettled(nowMS: Int64) async throws -> Unsettled { throw NotUsed() }
  func lastBackupAtMS() async throws -> Int64? { throw NotUsed() }
  func restoredAtMS() async throws -> Int64? { throw NotUsed() }
  func person(_ name: String) async throws -> [PersonRecord] { throw NotUsed() }
  func auditLog(_ page: Page) async throws -> Paged<AuditLine> { throw NotUsed() }
}
