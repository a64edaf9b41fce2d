import Coinslot
import Primitives
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Slots whose state and offers a test decides.
final class FakeStorefront: Storefront {
  struct State {
    var slots: [Slot]
    var states: [SlotID: SlotState] = [:]
    var offer: Offer = .notNeeded
    /// What was asked for.
    var wishes: [(slot: SlotID, amount: Amount, customer: Customer)] = []
  }
  private let state: Mutex<State>
  private let ledger: FakeLedger

  init(_ slots: [Slot], ledger: FakeLedger) {
    state = Mutex(State(slots: slots))
    self.ledger = ledger
  }

  func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
  var wishes: [(slot: SlotID, amount: Amount, customer: Customer)] { state.withLock { $0.wishes } }

  var book: SlotBook { SlotBook(state.withLock { $0.slots }) }
  func state(of slot: Slot, on chain: Chain) async throws -> SlotState {
    if let words = try await ledger.closure(of: slot.id) { return .closed(words) }
    return state.withLock { $0.states[slot.id] ?? .ready }
  }
  func quote(_ slot: Slot, on chain: Chain, wish: OfferWish, for customer: Customer) async throws -> Offer {
    state.withLock { state in
      state.wishes.append((slot.id, wish.amount, customer))
      return state.offer
    }
  }
}

/// Machines that do what the operator says, and remember how often.
final class FakeWorkshop: Workshop {
  let ledger: FakeLedger
  private let calls = Mutex<[String]>([])
  private let lines = Mutex<[AuditLine]>([])
  /// Output 8 starts only when this is rung.
  let slow = Bell()

  init(_ ledger: FakeLedger) { self.ledger = ledger }

  var log: [String] { calls.withLock { $0 } }
  /// The lines that came with them.
  var audits: [AuditLine] { lines.withLock { $0 } }
  private func note(_ call: String, _ audit: AuditLine?) {
    calls.withLock { $0.append(call) }
    if let audit { lines.withLock { $0.append(audit) } }
  }

  static let key = [UInt8](repeating: 0xab, count: 32)

  func add(_ device: DeviceID, title: String, audit: AuditLine?) async throws -> (Device, key: [UInt8]) {
    note("add \(device)", audit)
    if try await ledger.device(device) != nil { throw WorkshopRefusal.exists }
    let made = Device(id: device, title: title)
    ledger.change { $0.devices.append(made) }
    return (made, FakeWorkshop.key)
  }
  func rotateKey(of device: DeviceID, audit: AuditLine?) async throws -> (Device, key: [UInt8]) {
    note("rotate \(device)", audit)
    var changed = try await known(device)
    changed.keySerials = [1, 2]
    return (changed, FakeWorkshop.key)
  }
  func revoke(_ device: DeviceID, audit: AuditLine?) async throws -> Device {
    note("revoke \(device)", audit)
    var changed = try await known(device)
    changed.standing = .revoked
    return changed
  }
  func release(_ device: DeviceID, audit: AuditLine?) async throws -> Device {
    note("release \(device)", audit)
    return try await known(device)
  }
  func trigger(_ channel: ChannelID, ms: UInt64, audit: AuditLine?) async throws -> Dispatch {
    note("trigger \(channel) \(ms)", audit)
    if channel.number == 9 { throw WorkshopRefusal.queueFull }
    if channel.number == 8 { await slow.wait(past: 0) }
    return World.dispatch(channel: channel, ms: ms)
  }
  func stop(_ channel: ChannelID, audit: AuditLine?) async throws -> Dispatch {
    note("stop \(channel)", audit)
    return World.dispatch(channel: channel, ms: 0, mode: .stop)
  }

  private func known(_ id: DeviceID) async throws -> Device {
    guard let device = try await ledger.device(id) else { throw WorkshopRefusal.noSuchDevice }
    return device
  }
}

/// Devices that are all there, or all away.
final class FakePresence: Presence {
  private let isThere = Mutex(true)
  func set(online: Bool) { isThere.withLock { $0 = online } }
  func link(of device: DeviceID) -> LinkState {
    isThere.withLock { $0 }
      ? LinkState(
        isOnline: true,
        lastSeenMS: 5,
        firmware: "1.2.0",
        outputs: [OutputState(number: 0, command: 4, says: "idle", leftMS: nil)]
      ) : .never
  }
  func ping(_ device: DeviceID, timeoutMS: Int64) async -> Bool { isThere.withLock { $0 } }
  func disconnect(_ device: DeviceID) async {}
}

/// A network that believes every address that starts like one.
struct FakeNetwork: PaymentNetwork {
  var chain = Chain.nanoSim
  var asset: Asset { .nano }
  var health = SourceHealth.ok

  func account(_ text: String) throws(AddressRefusal) -> Account {
    guard text.hasPrefix("nano_") else { throw AddressRefusal(reason: "it starts with nano_") }
    return Account(chain: chain, canonical: text)
  }
  func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String {
    "nano:\(account.address)" + (amount.map { "?amount=\($0)" } ?? "")
  }
  func watch(_ accounts: [Account: Amount]) async {}
  func listen(into inbox: any SightingInbox) async {}
  func genesis() async throws(VerificationFailure) -> String { throw .refused("not asked here") }
  func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    throw .refused("not asked here")
  }
  func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    throw .refused("not asked here")
  }
  func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure) -> Reread {
    throw .refused("not asked here")
  }
  func statement(
    of account: Account,
    from cursor: Cursor,
    _ page: ([StatementLine]) async throws -> Void
  ) async throws -> [String] { throw VerificationFailure.refused("not asked here") }
}

/// Files, without Foundation.
enum FileBytes {
  struct CannotWrite: Error {}

  static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw CannotWrite() }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw CannotWrite() }
  }

  /// The names in a folder.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }
}

/// Counts.
final class Counter: Sendable {
  private let state = Mutex(0)
  func count() { state.withLock { $0 += 1 } }
  var value: Int { state.withLock { $0 } }
}
