import AsyncHTTPClient
import Coinslot
import Cryptography
import Engine
import Gateway
import LedgerSQLite
import Lightning
package import Logging
import NIOCore
import NIOPosix
import Nano
import ServiceLifecycle
import Sockets
import Web

/// The whole server, put together: the one place that names concrete types.
///
/// The ledger comes up first and goes down last; whatever is between may be killed at any moment.
package struct Assembly: Sendable {
  let config: Config
  let folder: String
  let ledger: any Ledger
  private let store: SQLiteLedger
  let bell: Bell
  let clock: SteadyClock
  let entropy: any Entropy
  let keys: KeyFolder
  let client: HTTPClient
  let alarmClient: HTTPClient?
  let tls: ServerTLS?
  let nano: NanoNetwork?
  let lightning: LightningNetwork?
  private let nodeClient: HTTPClient?
  let registry = DeviceRegistry()
  let machines: MachineRoom
  let machineShop: MachineShop
  let hands: Switchboard
  let marks = Marks()
  let obstacles = Obstacles()
  let disk: DiskWatch
  let watch: ClockWatch
  let hints: HintBoard
  let shop: Shop
  let dispatcher: Dispatcher
  let counter: Counter
  let backfills: [Backfill]
  let sources: [Chain: SourceGuard]
  let auditOffice: AuditOffice
  let till: Till
  let counters = GatewayCounters()
  let metrics = StandardMetrics()
  let log: Logger
  /// Whether the admin token was made at this start.
  package let hasNewToken: Bool

  var networks: [any PaymentNetwork] {
    [nano.map { $0 as any PaymentNetwork }, lightning.map { $0 as any PaymentNetwork }].compactMap(\.self)
  }

  /// Opens the ledger and wires everything; nothing listens yet.
  ///
  /// - Throws: `LedgerError`, `ListenerError` and others, each with a sentence for the operator.
  package init(_ config: Config, log: Logger) async throws {
    try Sodium.start()
    self.config = config
    self.log = log
    tls = try config.server.tls.map { try ServerTLS(certificateFile: $0.certificate, keyFile: $0.key) }
    let clock = SteadyClock(), entropy = LiveEntropy(), bell = Bell(), registry = self.registry, marks = self.marks
    let obstacles = self.obstacles
    (self.clock, self.entropy, self.bell) = (clock, entropy, bell)
    let hints = HintBoard(bell: bell)
    self.hints = hints
    folder = config.server.data
    let ballast = Ballast(folder: folder), data = folder
    let disk = DiskWatch(
      limits: config.server.disk,
      obstacles: obstacles,
      clock: clock,
      log: log,
      plenty: {
        // Blocks while the disk finds the space, once.
        do { try await NIOThreadPool.singleton.runIfActive { try ballast.ensure() } } catch {
          log.warning("no reserve on the disk", metadata: ["error": "\(error)"])
        }
      },
      look: { FreeSpace(of: data) }
    )
    self.disk = disk
    store = try SQLiteLedger(
      folder: folder,
      entropy: entropy,
      bell: bell,
      logger: log,
      ballast: ballast,
      diskIsFull: { _ in disk.noteFull() },
      didSync: { [commit = metrics.commit] in commit.observe(microseconds: $0) }
    )
    let ledger: any Ledger = store
    self.ledger = ledger
    let watch = ClockWatch(
      clock: clock,
      ledger: ledger,
      obstacles: obstacles,
      releasedAtMS: Release.madeAtMS,
      log: log
    )
    self.watch = watch
    hasNewToken = try await AdminTokenFile.ensure(ledger: ledger, folder: folder, entropy: entropy)
    let ownFiles = config.devices.compactMap { device in device.keyFile.map { (device.id, $0) } }
    keys = KeyFolder(
      folder: "\(folder)/devices",
      ownFiles: Dictionary(ownFiles, uniquingKeysWith: { $1 }),
      master: config.server.masterKey.flatMap { MasterKey(text: $0.text) },
      entropy: entropy
    )
    let sealed = try keys.sealAll()
    if sealed > 0 { log.notice("device keys were sealed with the master key", metadata: ["keys": "\(sealed)"]) }
    alarmClient = config.alarms.map { _ in AlarmPost.client() }
    client = HTTPClient(eventLoopGroupProvider: .singleton)
    let nano = try config.nano.map { [client] nano in
      NanoNetwork(
        NanoConfig(chain: nano.chain, rpc: nano.rpc, webSocket: try nano.websocket.map { try Endpoint(parsing: $0) }),
        client: client,
        clock: clock,
        log: log
      )
    }
    self.nano = nano
    let nodeClient = config.lightning.map { _ in NodeHTTP.client() }
    self.nodeClient = nodeClient
    var lightning: LightningNetwork?
    if let settings = config.lightning, let nodeClient {
      lightning = LightningNetwork(
        LightningConfig(chain: settings.chain),
        node: try LightningNodes.make(settings, client: nodeClient),
        clock: clock,
        log: log
      ) { try await ledger.quote(owning: $0) != nil }
    }
    self.lightning = lightning
    var networks: [Chain: any PaymentNetwork] = [:]
    if let nano { networks[nano.chain] = nano }
    if let lightning { networks[lightning.chain] = lightning }
    machineShop = try MachineShop(config, clock: clock, log: log)
    let machines = MachineRoom(
      machineShop.machines,
      assets: networks.mapValues(\.asset),
      ledger: ledger,
      clock: clock,
      log: log
    )
    self.machines = machines
    let hands = Switchboard(links: registry, machines: machines)
    self.hands = hands
    let session: @Sendable (DeviceID) -> SessionEpoch? = { hands.session(of: $0) }
    shop = Shop(
      book: SlotBook(config.slots),
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      session: session,
      answers: { await hands.ping($0, timeoutMS: 2_000) },
      clock: clock,
      entropy: entropy,
      personsKeptMS: config.retention.peopleMS
    )
    let dispatcher = Dispatcher(ledger: ledger, actuator: hands, clock: clock, watch: watch, log: log)
    self.dispatcher = dispatcher
    machines.tell(dispatcher)
    let counter = Counter(
      ledger: ledger,
      networks: networks,
      marks: marks,
      obstacles: obstacles,
      shop: shop,
      clock: clock,
      session: session,
      personsKeptMS: config.retention.peopleMS,
      handOver: { await dispatcher.take($0) },
      log: log
    )
    self.counter = counter
    let shop = self.shop
    let sources = networks.mapValues {
      SourceGuard(network: $0, ledger: ledger, obstacles: obstacles, log: log)
    }
    self.sources = sources
    let audit = Audit(ledger: ledger, networks: networks, sources: sources, shop: shop, clock: clock)
    auditOffice = AuditOffice(zone: config.server.timeZone, ledger: ledger, clock: clock, log: log) {
      AuditFinding(await audit.run())
    }
    let backfills = networks.values.map { network in
      Backfill(
        network: network,
        ledger: ledger,
        counter: counter,
        marks: marks,
        shop: shop,
        source: sources[network.chain] ?? SourceGuard(network: network, ledger: ledger, obstacles: obstacles, log: log),
        clock: clock,
        log: log
      )
    }
    self.backfills = backfills
    till = Till(counter: counter, detected: { hints.note($0) }, clock: clock) { _ in backfills.forEach { $0.hurry() } }
    try await watch.begin()
    try await stock(config)
  }

  /// Puts the devices and slots of a configuration in force.
  ///
  /// - Throws: What the ledger or a key file throws; what was in force before stays then.
  func stock(_ config: Config) async throws {
    for device in config.devices {
      if device.link == .websocket { try keys.ensureFirstKey(of: device.id) }
      let known = try await ledger.device(device.id)
      // Only `device add` brings a revoked one back.
      guard known?.title != device.title, known?.standing != .revoked else { continue }
      _ = try await ledger.keep(device.id, title: device.title, nowMS: clock.nowMS)
    }
    try await shop.stock(SlotBook(config.slots))
    backfills.forEach { $0.hurry() }
  }

  /// Ends what `init` opened; `run` does so itself at its end.
  package func close() async {
    try? await client.shutdown()
    try? await nodeClient?.shutdown()
    try? await alarmClient?.shutdown()
    try? await store.close()
  }
}
