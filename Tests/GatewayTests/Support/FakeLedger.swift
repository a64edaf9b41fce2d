import Coinslot
import Synchronization

/// The part of a ledger that devices touch, in memory; it may be broken or slow on request.
final class FakeLedger: Ledger, Sendable {
  struct Broken: Error {}
  /// Asked for something that devices do not touch.
  struct NotKept: Error {}

  private struct State {
    var devices: [DeviceID: Device] = [:]
    var channels: [ChannelID: Channel] = [:]
    var dispatches: [Dispatch] = []
    var events: [EventDraft] = []
    var transactions = 0
    var isBroken = false
    var isHeld = false
    var waiting = 0
    var failures = 0
  }
  private let state = Mutex(State())

  init(_ devices: Device...) {
    state.withLock { state in
      for device in devices { state.devices[device.id] = device }
    }
  }

  // What a test looks at and sets

  var dispatches: [Dispatch] { state.withLock { $0.dispatches } }
  var events: [String] { state.withLock { $0.events.map(\.type) } }
  var transactions: Int { state.withLock { $0.transactions } }
  subscript(_ device: DeviceID) -> Device? { state.withLock { $0.devices[device] } }
  func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }
  /// How many calls have failed.
  var failures: Int { state.withLock { $0.failures } }
  /// How many calls were ever made to wait.
  var waiting: Int { state.withLock { $0.waiting } }
  /// While held, calls wait.
  func setHeld(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }
  func set(_ dispatch: Dispatch) {
    state.withLock { state in
      state.dispatches.removeAll { $0.id == dispatch.id }
      state.dispatches.append(dispatch)
    }
  }

  private func commit<Result>(_ body: (inout State) throws -> Result) async throws -> Result {
    state.withLock { $0.waiting += $0.isHeld ? 1 : 0 }
    while state.withLock({ $0.isHeld }) { try await Task.sleep(for: .milliseconds(2)) }
    return try state.withLock { state in
      if state.isBroken {
        state.failures += 1
        throw Broken()
      }
      state.transactions += 1
      return try body(&state)
    }
  }

  // What devices touch

  func add(_ draft: DispatchDraft, nowMS: Int64, audit: AuditLine?) async throws -> Dispatch {
    try await commit { state in
      let sequence = Int64(state.dispatches.count + 1)
      let dispatch = Dispatch(
        id: DispatchID(rawValue: "dsp_\(sequence)"),
        sequence: sequence,
        sale: nil,
        slot: nil,
        channel: draft.channel,
        command: draft.command,
        deadlineMS: draft.deadlineMS,
        doubtMS: draft.doubtMS,
        createdAtMS: nowMS
      )
      state.dispatches.append(dispatch)
      return dispatch
    }
  }

  func offer(_ id: DispatchID, epoch: SessionEpoch, nowMS: Int64) async throws -> Dispatch? {
    try await commit { state in
      guard let index = state.dispatches.firstIndex(where: { $0.id == id }) else { return nil }
      let id = state.dispatches[index].channel
      guard state.devices[id.device]?.epoch == epoch, state.dispatches[index].state == .waiting else { return nil }
      var channel = state.channels[id] ?? Channel(id: id)
      state.dispatches[index].number = channel.next
      state.dispatches[index].state = .offered
      channel.next += 1
      state.channels[id] = channel
      return state.dispatches[index]
    }
  }

  func revise(
    _ channel: ChannelID,
    naming number: UInt64?,
    nowMS: Int64,
    _ revise: @escaping @Sendable ([Dispatch]) -> [Dispatch]
  ) async throws -> [Dispatch] {
    try await commit { state in
      let work = state.dispatches.filter {
        $0.channel == channel && ($0.isOpen || $0.number == number && number != nil)
      }
      let changed = revise(work)
      for next in changed {
        for index in state.dispatches.indices where state.dispatches[index].id == next.id {
          state.dispatches[index] = next
        }
      }
      return changed
    }
  }

  func change(
    _ device: DeviceID,
    nowMS: Int64,
    audit: AuditLine?,
    _ change: @escaping @Sendable (inout Device) -> Void
  ) async throws -> Device? {
    try await commit { state in
      guard var changed = state.devices[device] else { return nil }
      change(&changed)
      state.devices[device] = changed
      return changed
    }
  }

  func receive(_ greeting: Greeting, resumeWithinMS: [SlotID: Int64], nowMS: Int64) async throws -> Greeter.Verdict {
    try await commit { state in
      guard let device = state.devices[greeting.device] else { throw NotKept() }
      let books = Greeter.Books(
        device: device,
        channels: state.channels.values.filter { $0.id.device == greeting.device },
        dispatches: state.dispatches.filter { $0.channel.device == greeting.device },
        resumeWithinMS: resumeWithinMS
      )
      let verdict = Greeter.receive(greeting, books: books, nowMS: nowMS)
      state.devices[greeting.device] = verdict.device
      for channel in verdict.channels { state.channels[channel.id] = channel }
      for next in verdict.dispatches {
        for index in state.dispatches.indices where state.dispatches[index].id == next.id {
          state.dispatches[index] = next
        }
      }
      return verdict
    }
  }

  func note(_ event: EventDraft, nowMS: Int64) async throws {
    try await commit { $0.events.append(event) }
  }

  // The rest

  func admit(_ request: AdmissionRequest) async throws -> Admission { throw NotKept() }
  func quote(_ request: QuoteRequest) async throws -> QuoteAnswer { throw NotKept() }
  func expireQuotes(nowMS: Int64) async throws -> Int { throw NotKept() }
  func keep(_ mark: StartMark) async throws -> StartMark { throw NotKept() }
  func keep(_ cursor: Cursor, of account: Account, genesis: String) async throws { throw NotKept() }
  func keep(_ rule: PriceRule, of slot: SlotID, on chain: Chain, nowMS: Int64) async throws -> PriceVersion {
    throw NotKept()
  }
  func close(_ slot: SlotID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws { throw NotKept() }
  func keep(_ device: DeviceID, title: String, nowMS: Int64) async throws -> Device { throw NotKept() }
  func hold(_ channel: ChannelID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    throw NotKept()
  }
  func setting(_ name: String) async throws -> String? { throw NotKept() }
  func keep(setting name: String, _ value: String, audit: AuditLine?) async throws { throw NotKept() }
  func trimEvents(keeping: Int) async throws -> Int { throw NotKept() }
  func backUp(to path: String, nowMS: Int64) async throws { throw NotKept() }
  func known(among ids: [PaymentID]) async throws -> Set<PaymentID> { throw NotKept() }
  func payment(_ id: PaymentID) async throws -> PaymentRecord? { throw NotKept() }
  func payment(named id: String) async throws -> PaymentRecord? { throw NotKept() }
  func payments(_ page: Page, account: Account?) async throws -> Paged<PaymentRecord> { throw NotKept() }
  func sale(_ id: SaleID) async throws -> Sale? { throw NotKept() }
  func sales(_ page: Page, slot: SlotID?) async throws -> Paged<Sale> { throw NotKept() }
  func quote(_ id: String) async throws -> Quote? { throw NotKept() }
  func quote(owning account: Account) async throws -> Quote? { throw NotKept() }
  func ownedAccounts() async throws -> [Account] { throw NotKept() }
  func dispatch(_ id: DispatchID) async throws -> Dispatch? { dispatches.first { $0.id == id } }
  func dispatch(of sale: SaleID) async throws -> Dispatch? { throw NotKept() }
  func dispatches(_ page: Page, device: DeviceID?) async throws -> Paged<Dispatch> { throw NotKept() }
  func busyChannels() async throws -> [ChannelID] { throw NotKept() }
  func openWork(on channel: ChannelID) async throws -> [Dispatch] { throw NotKept() }
  func devices() async throws -> [Device] { throw NotKept() }
  func device(_ id: DeviceID) async throws -> Device? { self[id] }
  func channels(of device: DeviceID) async throws -> [Channel] { throw NotKept() }
  func closure(of slot: SlotID) async throws -> String? { throw NotKept() }
  func mark(of account: Account, genesis: String) async throws -> StartMark? { throw NotKept() }
  func cursor(of account: Account, genesis: String) async throws -> Cursor? { throw NotKept() }
  func events(after sequence: Int64, limit: Int) async throws -> [Event]? { throw NotKept() }
  func newestEvent() async throws -> Int64 { throw NotKept() }
  func newestMoment() async throws -> Int64? { throw NotKept() }
  func sums(of account: Account) async throws -> [Standing: Amount] { throw NotKept() }
  func note(audit line: AuditLine) async throws { throw NotKept() }
  func forgetPersons(before moment: Int64) async throws -> Int { throw NotKept() }
  func erase(person name: String, nowMS: Int64, audit: AuditLine?) async throws -> Int { throw NotKept() }
  func accounts() async throws -> [Account] { throw NotKept() }
  func unsettled(nowMS: Int64) async throws -> Unsettled { throw NotKept() }
  func lastBackupAtMS() async throws -> Int64? { throw NotKept() }
  func restoredAtMS() async throws -> Int64? { throw NotKept() }
  func person(_ name: String) async throws -> [PersonRecord] { throw NotKept() }
  func auditLog(_ page: Page) async throws -> Paged<AuditLine> { throw NotKept() }
}
