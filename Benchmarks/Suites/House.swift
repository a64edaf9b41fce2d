import Coinslot
import Engine
import Gateway
import LedgerSQLite
import NIOPosix
import Nano
import Sockets

/// The server from the callback to the device's socket, put together as `Server` does it, without its public pages.
struct House: Sendable {
  let network = InstantNetwork()
  let world = World()
  let store: SQLiteLedger
  let registry = DeviceRegistry()
  let marks = Marks()
  let shop: Shop
  let dispatcher: Dispatcher
  let backfill: Backfill
  let till: Till
  let callbacks: CallbackDoor
  let devices: DeviceDoor
  static let account = Account(chain: .nanoSim, canonical: NanoAddress.encode(Charger.key))

  init(folder: String) async throws {
    store = try SQLiteLedger(folder: folder, entropy: world, logger: World.silence)
    let (ledger, network, registry, log) = (store, network, registry, World.silence)
    let networks: [Chain: any PaymentNetwork] = [.nanoSim: network], obstacles = Obstacles()
    let session: @Sendable (DeviceID) -> SessionEpoch? = { registry.session(of: $0) }
    let book = SlotBook([Charger.slot(Self.account)])
    shop = Shop(
      book: book,
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      session: session,
      clock: world,
      entropy: world
    )
    let watch = ClockWatch(clock: world, ledger: ledger, obstacles: obstacles, releasedAtMS: 0, log: log)
    let dispatcher = Dispatcher(ledger: ledger, actuator: registry, clock: world, watch: watch, log: log)
    self.dispatcher = dispatcher
    let counter = Counter(
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      shop: shop,
      clock: world,
      session: session,
      handOver: { await dispatcher.take($0) },
      log: log
    )
    let source = SourceGuard(network: network, ledger: ledger, obstacles: obstacles, log: log)
    backfill = Backfill(
      network: network,
      ledger: ledger,
      counter: counter,
      marks: marks,
      shop: shop,
      source: source,
      clock: world,
      log: log
    )
    till = Till(counter: counter, detected: { _ in }, clock: world) { _ in }
    let counters = GatewayCounters(), address = try ListenAddress(parsing: "127.0.0.1:0")
    let origins = OriginRule(listening: [address])
    callbacks = CallbackDoor(
      network: network,
      inbox: till,
      watchers: WatcherRegistry(network: network, counters: counters),
      clock: world,
      origins: origins,
      counters: counters
    )
    devices = DeviceDoor(
      registry: registry,
      ledger: ledger,
      keys: OneKey(),
      ears: dispatcher,
      clock: world,
      entropy: world,
      origins: origins,
      counters: counters,
      log: log,
      resumeWithinMS: { [:] }
    )
    try await shop.stock(book)
  }

  /// Runs everything while `body` does, which is given where devices connect.
  func running<R: Sendable>(tls: ServerTLS? = nil, _ body: @Sendable (String) async throws -> R) async throws -> R {
    var options = Listener.Options()
    options.tls = tls
    let listener = try await Listener.serve(
      devices,
      on: ["127.0.0.1:0"],
      options: options,
      group: MultiThreadedEventLoopGroup.singleton
    )
    let url = "\(tls == nil ? "ws" : "wss")://127.0.0.1:\(listener.ports[0])\(DeviceDoor.usualPath)"
    let services = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await till.run() }
        group.addTask { await backfill.run() }
        group.addTask { await dispatcher.run() }
        group.addTask { await devices.run() }
      }
    }
    let outcome: Result<R, any Error>
    do { outcome = .success(try await body(url)) } catch { outcome = .failure(error) }
    // In the order of the product: what devices said last is still written down.
    await listener.close(graceMS: 0)
    devices.close()
    services.cancel()
    await services.value
    try await store.close()
    return try outcome.get()
  }

  /// Waits until something is so; a minute at most.
  static func wait(until condition: () async throws -> Bool) async throws {
    for _ in 0..<6_000 {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Never()
  }

  /// It never became so.
  struct Never: Error {}
}
