package import Coinslot

/// Everything a ledger knows, as one value.
///
/// Each change throws before it touches anything, so none is ever half done.
package struct MemoryBooks: Sendable {
  struct Money: Sendable {
    var record: PaymentRecord
    var quote: String?
    /// The payment's digest when it was recorded, since who paid may be forgotten.
    let digest: [UInt8]
  }
  struct Place: Hashable, Sendable {
    let account: Account
    let genesis: String
  }

  var money: [PaymentID: Money] = [:]
  var names: [String: PaymentID] = [:]
  var contradictions: Set<[UInt8]> = []
  var quotes: [Quote] = []
  var sales: [SaleID: Sale] = [:]
  var dispatches: [DispatchID: Dispatch] = [:]
  var workOfSale: [SaleID: DispatchID] = [:]
  var open: [ChannelID: [DispatchID]] = [:]
  var numbered: [ChannelID: [UInt64: DispatchID]] = [:]
  var sequence: Int64 = 0
  var devices: [DeviceID: Device] = [:]
  var channels: [ChannelID: Channel] = [:]
  var prices: [SlotID: [(chain: Chain, version: PriceVersion)]] = [:]
  var closures: [SlotID: String] = [:]
  var marks: [Place: StartMark] = [:]
  var cursors: [Place: Cursor] = [:]
  var settings: [String: String] = [:]
  var events: [Event] = []
  var newestEvent: Int64 = 0
  var moment: Int64?
  var persons: [PersonRecord] = []
  var audit: [AuditLine] = []
  var incarnation: Int64 = 1
  var restoredAtMS: Int64?
  var lastBackupAtMS: Int64?
  /// The work that the last change changed.
  var changed: [DispatchID] = []
  /// The payments that the last change recorded.
  package internal(set) var lastRecorded: [PaymentID] = []

  /// Books in which nothing is written yet.
  package init() {}
}

// MARK: What tests look at

extension MemoryBooks {
  /// Every payment as recorded, in no promised order.
  package var payments: [PaymentRecord] { money.values.map(\.record) }
  /// Every sale, in no promised order.
  package var allSales: [Sale] { Array(sales.values) }
  /// Every piece of work, in no promised order.
  package var allDispatches: [Dispatch] { Array(dispatches.values) }
  /// The work that the last change touched.
  package var lastChanged: [Dispatch] { changed.compactMap { dispatches[$0] } }
  /// The events that are kept, oldest first.
  package var keptEvents: [Event] { events }
  /// One payment as recorded.
  package func record(of id: PaymentID) -> PaymentRecord? { money[id]?.record }
  /// One sale.
  package func sale(_ id: SaleID) -> Sale? { sales[id] }
  /// The work of a sale.
  package func work(of sale: SaleID) -> Dispatch? { workOfSale[sale].flatMap { dispatches[$0] } }
  /// The work that has this number on an output.
  package func work(numbered number: UInt64, on channel: ChannelID) -> Dispatch? {
    numbered[channel]?[number].flatMap { dispatches[$0] }
  }
  /// Whether any output has open work.
  package var isBusy: Bool { open.values.contains { !$0.isEmpty } }
  /// How one device is stored.
  package func stored(_ id: DeviceID) -> Device? { devices[id] }
  /// The start mark of an account.
  package func markOf(_ account: Account, genesis: String) -> StartMark? {
    marks[Place(account: account, genesis: genesis)]
  }
  /// How one output is stored.
  package func output(_ id: ChannelID) -> Channel { channels[id] ?? Channel(id: id) }
}

// MARK: Pieces of every change

extension MemoryBooks {
  /// Notes that something is committed now, with what there is to tell of it.
  mutating func commit(telling drafts: [EventDraft] = [], atMS nowMS: Int64) {
    for draft in drafts {
      newestEvent += 1
      events.append(Event(sequence: newestEvent, atMS: nowMS, draft: draft))
    }
    moment = max(moment ?? .min, nowMS)
  }

  /// An output's open work, lowest sequence first.
  func openWork(on channel: ChannelID) -> [Dispatch] { (open[channel] ?? []).compactMap { dispatches[$0] } }

  /// An output's open work and the one with this number, lowest sequence first.
  func work(on channel: ChannelID, naming number: UInt64?) -> [Dispatch] {
    let open = openWork(on: channel)
    guard let number, let id = numbered[channel]?[number], let named = dispatches[id],
      !open.contains(where: { $0.id == id })
    else { return open }
    return (open + [named]).sorted { $0.sequence < $1.sequence }
  }

  /// Records how a piece of work stands.
  mutating func keep(_ dispatch: Dispatch) {
    dispatches[dispatch.id] = dispatch
    changed.append(dispatch.id)
    if let number = dispatch.number { numbered[dispatch.channel, default: [:]][number] = dispatch.id }
    var line = open[dispatch.channel] ?? []
    let place = line.firstIndex(of: dispatch.id)
    switch (dispatch.isOpen, place) {
    case (true, nil):
      let sequence = dispatch.sequence
      let next = line.firstIndex { (dispatches[$0]?.sequence ?? 0) > sequence } ?? line.endIndex
      line.insert(dispatch.id, at: next)
    case (false, let place?): line.remove(at: place)
    default: break
    }
    open[dispatch.channel] = line
  }

  /// Records new work; gives it with its sequence.
  mutating func insert(
    _ draft: DispatchDraft,
    id: String,
    sale: SaleID?,
    slot: SlotID?,
    nowMS: Int64
  ) -> Dispatch {
    sequence += 1
    let dispatch = Dispatch(
      id: DispatchID(rawValue: id),
      sequence: sequence,
      sale: sale,
      slot: slot,
      channel: draft.channel,
      command: draft.command,
      deadlineMS: draft.deadlineMS,
      doubtMS: draft.doubtMS,
      createdAtMS: nowMS,
      nextAtMS: nowMS
    )
    if let sale { workOfSale[sale] = dispatch.id }
    keep(dispatch)
    return dispatch
  }
}

/// What a decision reads of books in memory.
struct MemoryView: LedgerView {
  let books: MemoryBooks
  let nowMS: Int64

  func quote(on account: Account, due: Amount) -> Quote? {
    newest { !$0.ownsAccount && $0.account == account && $0.due == due }
  }

  func quote(owning account: Account) -> Quote? { newest { $0.ownsAccount && $0.account == account } }

  private func newest(_ fits: (Quote) -> Bool) -> Quote? {
    books.quotes.filter { fits($0) && $0.reservedUntilMS > nowMS }.max { $0.reservedUntilMS < $1.reservedUntilMS }
  }

  func prices(of slot: SlotID, on chain: Chain, during range: ClosedRange<Int64>) -> [PriceVersion] {
    let all = books.versions(of: slot, on: chain)
    let from = all.last { $0.fromMS <= range.lowerBound }?.fromMS ?? range.lowerBound
    return all.filter { $0.fromMS >= from && $0.fromMS <= range.upperBound }
  }

  var restoredAtMS: Int64? { books.restoredAtMS }
  func closure(of slot: SlotID) -> String? { books.closures[slot] }
  func device(_ id: DeviceID) -> Device? { books.devices[id] }
  func channel(_ id: ChannelID) -> Channel { books.channels[id] ?? Channel(id: id) }
  func openWork(on channel: ChannelID) -> [Dispatch] { books.openWork(on: channel) }
}

extension MemoryBooks {
  /// A slot's prices on a chain, oldest first.
  func versions(of slot: SlotID, on chain: Chain) -> [PriceVersion] {
    (prices[slot] ?? []).filter { $0.chain == chain }.map(\.version)
      .sorted { ($0.fromMS, $0.number) < ($1.fromMS, $1.number) }
  }
}
