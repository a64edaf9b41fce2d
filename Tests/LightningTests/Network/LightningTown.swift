// swift-format-ignore-file: NeverForceUnwrap
import Coinslot
import Engine
import Foundation
import Lightning
import Logging
import Primitives
import Simulators
import Synchronization
import TestKit

/// The whole engine over a toy Lightning node and a car with a horn, which can die between any two steps and begin anew
/// over the same ledger.
final class LightningTown: Sendable {
  static let chain = Chain(rawValue: "lightning:sim")!
  static let car = DeviceID(rawValue: "car")!
  static let slot = Slot(
    id: SlotID(rawValue: "car")!,
    title: "The car at the gate",
    pay: [
      Slot.PayOption(
        account: Account(chain: chain, canonical: "node"),
        price: .functions([
          Step(at: Amount(21_000), gives: Purchase(ms: 0, function: "honk")),
          Step(at: Amount(42_000), gives: Purchase(ms: 0, function: "flash")),
        ]),
        tellApart: .invoice
      )
    ],
    does: Slot.Effect(device: car, channel: 0, functionChannels: ["honk": 1, "flash": 2]),
    ifAway: Slot.Away(refuse: true, holdMS: 60_000),
    whileRunning: .queue,
    quoteLifeMS: 300_000
  )

  let ledger: MemoryLedger
  let network: LightningNetwork
  let shop: Shop
  let horn: Horn
  let room: MachineRoom
  let backfill: Backfill
  private let till: Till
  private let dispatcher: Dispatcher
  private let marks = Marks()

  init(
    over disk: MemoryDisk,
    node: any LightningNode,
    horn: Horn,
    hooks: MemoryLedgerHooks = MemoryLedgerHooks(),
    seed: UInt64 = 1
  ) async throws {
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let clock = RealClock(), entropy = TestEntropy(seed: seed), obstacles = Obstacles(), marks = marks
    let ledger = MemoryLedger(disk, entropy: entropy, hooks: hooks)
    self.ledger = ledger
    self.horn = horn
    let network = LightningNetwork(LightningConfig(chain: Self.chain), node: node, clock: clock, log: log) { account in
      try await ledger.quote(owning: account) != nil
    }
    self.network = network
    let networks: [Chain: any PaymentNetwork] = [Self.chain: network]
    let room = MachineRoom([Self.car: horn], ledger: ledger, clock: clock, log: log)
    self.room = room
    let shop = Shop(
      book: SlotBook([Self.slot]),
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      session: { room.session(of: $0) },
      answers: { await room.answers($0) },
      clock: clock,
      entropy: entropy
    )
    self.shop = shop
    let watch = ClockWatch(clock: clock, ledger: ledger, obstacles: obstacles, releasedAtMS: 0, log: log)
    let dispatcher = Dispatcher(ledger: ledger, actuator: room, clock: clock, watch: watch, log: log)
    self.dispatcher = dispatcher
    room.tell(dispatcher)
    let counter = Counter(
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      shop: shop,
      clock: clock,
      session: { room.session(of: $0) },
      handOver: { await dispatcher.take($0) },
      log: log
    )
    let backfill = Backfill(
      network: network,
      ledger: ledger,
      counter: counter,
      marks: marks,
      shop: shop,
      source: SourceGuard(network: network, ledger: ledger, obstacles: obstacles, log: log),
      clock: clock,
      log: log
    )
    self.backfill = backfill
    till = Till(counter: counter, detected: { _ in }, clock: clock) { _ in backfill.hurry() }
    _ = try await ledger.keep(Self.car, title: "Car", nowMS: clock.nowMS)
    try await shop.stock(SlotBook([Self.slot]))
  }

  /// Runs the services while `body` does.
  func running<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.network.listen(into: self.till) }
      group.addTask { await self.till.run() }
      group.addTask { await self.backfill.run() }
      group.addTask { await self.dispatcher.run() }
      group.addTask { await self.room.run() }
      defer { group.cancelAll() }
      return try await body()
    }
  }

  /// Whether customers are let in.
  var isOpen: Bool {
    get async throws { try await shop.state(of: Self.slot, on: Self.chain).invites }
  }

  /// An invoice for one thing; nil where none is made.
  func invoice(_ sat: UInt128 = 21, note: String? = nil, by name: String = "payer") async throws -> Quote? {
    let offer = try await shop.quote(
      Self.slot,
      on: Self.chain,
      wish: OfferWish(amount: Amount(sat * 1_000), note: note),
      for: Customer(name: name, network: nil)
    )
    if case .quote(let quote) = offer { return quote }
    return nil
  }

  /// All payments as recorded.
  func payments() async throws -> [PaymentRecord] {
    try await ledger.payments(Page(limit: 500), account: nil).data
  }
}

/// A horn that counts; what it did stays done whatever dies.
final class Horn: Machine {
  private struct State {
    var deeds: [Deed] = []
    var obstacle: String?
  }
  private let state = Mutex(State())
  /// Around the deed: where the process may die.
  private let step: @Sendable () async -> Bool

  init(step: @escaping @Sendable () async -> Bool = { true }) { self.step = step }

  /// A new life of the process with the same car.
  init(of other: Horn, step: @escaping @Sendable () async -> Bool = { true }) {
    self.step = step
    let before = other.state.withLock { $0 }
    state.withLock { $0 = before }
  }

  var deeds: [Deed] { state.withLock { $0.deeds } }
  func set(obstacle: String?) { state.withLock { $0.obstacle = obstacle } }

  func obstacle() async -> String? { state.withLock { $0.obstacle } }

  func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    // Nothing protects a car against a second honk.
    if deed.mayHaveHappened { return .unknown("may_have_happened") }
    guard await step() else { return .unknown("died") }
    state.withLock { $0.deeds.append(deed) }
    guard await step() else { return .unknown("died") }
    return .done
  }
}

/// The system's own time.
struct RealClock: Clock {
  var nowMS: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
  var wallMS: Int64 { nowMS }
  func adoptWall() {}
  func pause(forMS: Int64) async { try? await Task.sleep(for: .milliseconds(forMS)) }
}
