// swift-format-ignore-file: NeverForceUnwrap
import Coinslot
import Engine
import LedgerSQLite
import Logging
import TestKit

/// The whole engine over a real ledger, with a network and devices in memory.
final class House: Sendable {
  static let device = DeviceID(rawValue: "charger-1")!
  static let channel = ChannelID(device: device, number: 0)
  static let account = Account(chain: .nanoSim, canonical: "nano_shop")
  static let slot = Slot(
    id: SlotID(rawValue: "charger")!,
    title: "Charger",
    pay: [
      Slot.PayOption(
        account: account,
        price: .exact(Step(at: Amount(100), gives: Purchase(ms: 60_000)))
      )
    ],
    does: Slot.Effect(device: device, channel: 0),
    ifAway: Slot.Away(refuse: true, holdMS: 60_000)
  )

  let ledger: any Ledger
  private let store: SQLiteLedger
  let clock: TestClock
  let network: FakeNetwork
  let actuator: FakeActuator
  /// The machines, where the house has some instead of a device on a link.
  let room: MachineRoom?
  let marks = Marks()
  let obstacles = Obstacles()
  let watch: ClockWatch
  let shop: Shop
  let dispatcher: Dispatcher
  let counter: Counter
  let backfill: Backfill
  let till: Till

  init(
    folder: String,
    clock: TestClock = TestClock(),
    network: FakeNetwork? = nil,
    actuator: FakeActuator = FakeActuator(),
    machine: (any Machine)? = nil,
    slot: Slot = House.slot
  ) async throws {
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    self.clock = clock
    self.network = network ?? FakeNetwork(clock: clock)
    self.actuator = actuator
    let store = try SQLiteLedger(folder: folder, entropy: TestEntropy(), logger: log)
    self.store = store
    ledger = store
    let networks: [Chain: any PaymentNetwork] = [.nanoSim: self.network]
    let room = machine.map { MachineRoom([Self.device: $0], ledger: store, clock: clock, log: log) }
    self.room = room
    let hands: any Actuator = room ?? actuator
    shop = Shop(
      book: SlotBook([slot]),
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      session: { hands.session(of: $0) },
      clock: clock,
      entropy: TestEntropy()
    )
    try await shop.stock(SlotBook([slot]))
    let watch = ClockWatch(clock: clock, ledger: store, obstacles: obstacles, releasedAtMS: 0, log: log)
    self.watch = watch
    let dispatcher = Dispatcher(ledger: ledger, actuator: hands, clock: clock, watch: watch, log: log)
    self.dispatcher = dispatcher
    counter = Counter(
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      shop: shop,
      clock: clock,
      session: { hands.session(of: $0) },
      handOver: { await dispatcher.take($0) },
      log: log
    )
    let backfill = Backfill(
      network: self.network,
      ledger: ledger,
      counter: counter,
      marks: marks,
      shop: shop,
      source: SourceGuard(network: self.network, ledger: ledger, obstacles: obstacles, log: log),
      clock: clock,
      log: log
    )
    self.backfill = backfill
    till = Till(counter: counter, detected: { _ in }, clock: clock) { _ in backfill.hurry() }
    _ = try await ledger.keep(Self.device, title: "Charger", nowMS: clock.nowMS)
    room?.tell(dispatcher)
  }

  /// Ends the ledger as a restart would.
  func close() async throws { try await store.close() }

  /// Runs the services while `body` does.
  func running<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.network.listen(into: self.till) }
      group.addTask { await self.till.run() }
      group.addTask { await self.backfill.run() }
      group.addTask { await self.dispatcher.run() }
      if let room = self.room { group.addTask { await room.run() } }
      defer { group.cancelAll() }
      _ = try await eventually { self.marks[Self.account] != nil }
      return try await body()
    }
  }

  /// The device connects: its session opens in the ledger, as a greeting would.
  func connect() async throws {
    let kept = try await ledger.change(Self.device, nowMS: clock.nowMS) { $0.epoch += 1 }
    actuator.set(Self.device, session: kept?.epoch)
    await dispatcher.arrived(Self.device)
  }

  func payment(_ name: String, _ units: UInt128 = 100, ageMS: Int64 = 0) -> Payment {
    Payments.make(
      name,
      chain: .nanoSim,
      account: Self.account,
      amount: Amount(units),
      earliestAtMS: clock.nowMS - ageMS
    )
  }

  func sale(of payment: Payment) async throws -> Sale? {
    guard let id = try await ledger.payment(payment.id)?.sale else { return nil }
    return try await ledger.sale(id)
  }

  func dispatch(of payment: Payment) async throws -> Dispatch? {
    guard let id = try await ledger.payment(payment.id)?.sale else { return nil }
    return try await ledger.dispatch(of: id)
  }
}
