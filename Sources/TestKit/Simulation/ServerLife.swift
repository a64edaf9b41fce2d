import Coinslot
import Engine
import Logging

/// One life of the server: the real engine over what the lives before left in the ledger.
///
/// `@unchecked Sendable`: as `World`.
final class ServerLife: @unchecked Sendable {
  let process: SimulatedProcess
  let clock: SimulatedClock
  let gate: Gate
  let ledger: MemoryLedger
  let view: NodeView
  let shop: Shop
  let workroom: Workroom
  private let plan: Plan
  private let watch: ClockWatch
  private let dispatcher: Dispatcher
  private let till: Till
  private let backfill: Backfill
  private let janitor: Janitor
  /// Whether it serves.
  private(set) var isServing = false

  init(_ simulation: Simulation) {
    let world = simulation.world, process = SimulatedProcess(in: world)
    self.process = process
    plan = simulation.plan
    let checker = simulation.checker
    let clock = SimulatedClock(
      of: process,
      lags: { checker.greatestLagMS = max(checker.greatestLagMS, $0) },
      spins: { checker.fail("the server is busy waiting") }
    )
    self.clock = clock
    let entropy = SimulatedEntropy(of: world)
    let log = Logger(label: "coinslot") { _ in TraceLog(process: process) }
    let hooks = simulation.hooks(of: process)
    let ledger = MemoryLedger(simulation.disk, entropy: entropy, bell: Bell(), hooks: hooks)
    self.ledger = ledger
    let gate = Gate(
      process: process,
      ledger: ledger,
      clock: clock,
      key: simulation.key,
      planted: simulation.planted
    )
    self.gate = gate
    let view = NodeView(simulation.node, process: process, planted: simulation.planted)
    self.view = view
    let marks = Marks(), obstacles = Obstacles()
    let networks: [Chain: any PaymentNetwork] = [view.chain: view]
    let session: @Sendable (DeviceID) -> SessionEpoch? = { gate.session(of: $0) }
    let watch = ClockWatch(
      clock: clock,
      ledger: ledger,
      obstacles: obstacles,
      releasedAtMS: 1_700_000_000_000,
      log: log
    )
    self.watch = watch
    shop = Shop(
      book: plan.book,
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      session: session,
      clock: clock,
      entropy: entropy
    )
    let dispatcher = Dispatcher(ledger: ledger, actuator: gate, clock: clock, watch: watch, log: log)
    self.dispatcher = dispatcher
    let counter = Counter(
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      shop: shop,
      clock: clock,
      session: session,
      handOver: { await dispatcher.take($0) },
      log: log
    )
    let backfill = Backfill(
      network: view,
      ledger: ledger,
      counter: counter,
      marks: marks,
      shop: shop,
      source: SourceGuard(network: view, ledger: ledger, obstacles: obstacles, log: log),
      clock: clock,
      log: log
    )
    self.backfill = backfill
    till = Till(counter: counter, detected: { _ in }, clock: clock) { _ in backfill.hurry() }
    janitor = Janitor(ledger: ledger, networks: networks, clock: clock, watch: watch, log: log)
    workroom = Workroom(
      ledger: ledger,
      keys: gate,
      presence: gate,
      dispatcher: dispatcher,
      clock: clock,
      log: log
    )
    gate.ears = dispatcher
    let resume = plan.book.slots.mapValues(\.resumeWithinMS)
    gate.resumeWithinMS = { resume }
  }

  /// Starts as the product does; `stillborn` where that failed, and the process ended.
  func start(stillborn: @escaping @Sendable () -> Void) {
    process.start { [self] in
      do {
        try await watch.begin()
        for device in plan.outputs.keys.sorted(by: { $0.rawValue < $1.rawValue })
        where try await ledger.device(device) == nil {
          _ = try await ledger.keep(device, title: device.rawValue, nowMS: clock.nowMS)
        }
        try await shop.stock(plan.book)
      } catch {
        if !process.isDead { stillborn() }
        return
      }
      guard !process.isDead else { return }
      serve()
    }
  }

  private func serve() {
    isServing = true
    process.world.note("server serves")
    process.start { [self] in await dispatcher.run() }
    process.start { [self] in await till.run() }
    process.start { [self] in await janitor.run() }
    process.start { [self] in await watch.run() }
    process.start { [self] in await backfill.run() }
    process.start { [self] in await view.listen(into: till) }
  }
}

/// Where the engine's log goes: into the trace.
struct TraceLog: LogHandler {
  let process: SimulatedProcess
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  init(process: SimulatedProcess) {
    self.process = process
    logLevel = process.world.trace.isRead ? .debug : .warning
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    guard !process.isDead else { return }
    let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let words = facts.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    process.world.note("\(event.level): \(event.message) \(words)")
  }
}
