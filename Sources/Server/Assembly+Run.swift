import Coinslot
import Engine
import Gateway
import Lightning
import Logging
import NIOCore
import NIOPosix
import Nano
import ServiceLifecycle
import Sockets
package import UnixSignals
import Web

extension Assembly {
  /// Where the server listens once it does.
  package struct Addresses: Sendable {
    /// Pages, API and devices.
    package let publicPort: [String]
    /// Callbacks and old clients.
    package let callback: [String]
  }

  /// Serves until a signal or a cancellation, then ends in order.
  ///
  /// - Parameters:
  ///   - signals: What ends it gracefully; SIGHUP always reloads.
  ///   - reload: Reads the configuration again; nil where there is no file.
  ///   - notifier: Told of readiness, reloads and the end.
  ///   - alongside: Runs beside the server once it serves; the server ends in order when it returns or throws.
  ///   - ready: Told once when all listen.
  /// - Throws: `ListenerError` where an address cannot be had.
  package func run(
    signals: [UnixSignal] = [.sigterm, .sigint],
    reload: (@Sendable () throws -> Config)? = nil,
    notifier: SystemdNotifier = SystemdNotifier(environment: [:], pid: 0),
    alongside: (@Sendable (Addresses) async throws -> Void)? = nil,
    ready: @escaping @Sendable (Addresses) async -> Void
  ) async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let workshop = Workroom(
      ledger: ledger,
      keys: keys,
      presence: hands,
      dispatcher: dispatcher,
      clock: clock,
      log: log
    )
    let origins = OriginRule(
      listening: config.server.listen,
      names: config.server.names + publicHost,
      origins: []
    )
    let shop = shop
    let devices = DeviceDoor(
      registry: registry,
      ledger: ledger,
      keys: keys,
      ears: dispatcher,
      clock: clock,
      entropy: entropy,
      origins: origins,
      path: config.server.devicePath,
      counters: counters,
      log: log
    ) { [watch] in
      // Without a clock to trust nobody knows how long a device was away: nothing of before goes on.
      watch.mayOffer ? shop.book.slots.mapValues(\.resumeWithinMS) : shop.book.slots.mapValues { _ in -1 }
    }
    let switches = SwitchDoor(machineShop.switches, origins: origins, counters: counters, log: log)
    let context = try await webContext(workshop: workshop)
    feed(metrics, publicClients: context.clients)
    let (callbackListener, watchers) = try await openCallbackDoor(group: group, metrics: metrics)
    let callbackAddresses = callbackListener?.addresses ?? []
    let (served, serving) = AsyncStream<Addresses>.makeStream()
    var limits = PublicLimits()
    limits.maxConnections = min(limits.maxConnections, config.limits.connections)
    let web = PublicServer(
      context,
      listen: config.server.listen.map(\.description),
      limits: limits,
      tls: tls,
      group: group,
      logger: log,
      decide: { head, remote in
        let decision = devices.webSocket(head, from: remote)
        guard case .notWebSocket = decision else { return decision }
        return switches.webSocket(head, from: remote)
      },
      onRunning: { listening in
        let addresses = Addresses(publicPort: listening.map(Self.text), callback: callbackAddresses.map(Self.text))
        await ready(addresses)
        notifier.tell(.ready(status: "serves at \(addresses.publicPort.joined(separator: " "))"))
        serving.yield(addresses)
      }
    )

    var services: [any Service] = [
      Closing { await self.close() },
      Loop { await self.dispatcher.run() }, Loop { await self.till.run() },
      Loop { await self.machineShop.run() }, Loop { await self.machines.run() },
      Loop { await switches.run { _ = await self.machines.answers($0) } },
      Loop {
        await Janitor(
          ledger: self.ledger,
          networks: self.shopNetworks,
          clock: self.clock,
          watch: self.watch,
          log: self.log
        ).run()
      },
      Loop { await self.watch.run() },
      Loop { await MetricsTally(metrics, ledger: self.ledger, bell: self.bell, clock: self.clock).run() },
    ]
    services += try await houseServices(group: group, notifier: notifier)
    services += backfills.map { backfill in Loop { await backfill.run() } }
    services += networks.map { network in Loop { await network.listen(into: self.till) } }
    // Ended by its own close, so that the last words of the devices reach the ledger.
    services.append(Ending(run: { await devices.run() }, end: { devices.close() }))
    if let watchers { services.append(Loop { await watchers.run() }) }
    if let callbackListener { services.append(Closing { await callbackListener.close() }) }
    if let reload { services.append(Loop { await self.reloadOnSignal(reload, notifier) }) }
    services.append(Serving(run: web.run))
    // What was started last is told to end first.
    services.append(Closing { notifier.tell(.stopping) })
    var members = services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
    if let alongside {
      let guest = Guest {
        if let addresses = await served.first(where: { _ in true }) { try await alongside(addresses) }
      }
      members.append(
        ServiceGroupConfiguration.ServiceConfiguration(
          service: guest,
          successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup
        )
      )
    }
    var configuration = ServiceGroupConfiguration(
      services: members,
      gracefulShutdownSignals: signals,
      logger: log
    )
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// `127.0.0.1:8402`, `[::1]:8402`.
  private static func text(_ address: SocketAddress) -> String {
    let host = address.ipAddress ?? "?", port = address.port ?? 0
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private var shopNetworks: [Chain: any PaymentNetwork] {
    Dictionary(uniqueKeysWithValues: networks.map { ($0.chain, $0) })
  }

  /// The host by which the world writes our address, which browsers name as their Origin.
  private var publicHost: [String] {
    guard let url = config.server.publicURL, let endpoint = try? Endpoint(parsing: url) else { return [] }
    return [endpoint.host]
  }

  private func openCallbackDoor(group: any EventLoopGroup, metrics: StandardMetrics) async throws
    -> (Listener?, WatcherRegistry?)
  {
    guard let nano, let callback = config.nano?.callback else { return (nil, nil) }
    var watching = WatcherRules()
    watching.least = callback.minimum
    for (account, least) in callback.minimums {
      if let key = nano.key(of: Array(account.address.utf8).span) { watching.leastByKey[key] = least }
    }
    watching.connections = config.limits.watchers
    watching.addressesPerConnection = config.limits.accountsPerWatcher
    watching.keys = (callback.watchers ?? []).map { watcher in
      WatcherKey(
        name: watcher.name,
        key: watcher.key,
        connections: watcher.connections,
        addresses: watcher.accounts
      )
    }
    let watchers = WatcherRegistry(network: nano, rules: watching, counters: counters)
    nano.tellWatchers(watchers)
    var rules = CallbackRules()
    rules.path = callback.path
    rules.callPath = callback.watchPath
    rules.allow = callback.allow.flatMap(\.ranges)
    rules.trustedProxies = config.server.trustedProxies.flatMap(\.ranges)
    let door = CallbackDoor(
      network: nano,
      inbox: till,
      watchers: watchers,
      clock: clock,
      rules: rules,
      origins: OriginRule(listening: callback.listen, names: config.server.names, origins: callback.origins),
      counters: counters
    )
    var options = Listener.Options()
    // Our own node may post as fast as it confirms.
    let clients = ClientGate(config.limits.client, treat: CallbackDoor.treatment(by: rules))
    metrics.watch(clients, of: "callback")
    options.clients = clients
    let listener = try await Listener.serve(
      door,
      on: callback.listen.map(\.description),
      options: options,
      group: group,
      logger: log
    )
    return (listener, watchers)
  }

  private func webContext(workshop: Workroom) async throws -> WebContext {
    let ledger = ledger, networks = shopNetworks, clock = clock, obstacles = obstacles
    let epoch: String
    if let kept = try await ledger.setting("ledger.epoch") {
      epoch = kept
    } else {
      epoch = ID.make("e", nowMS: clock.nowMS, entropy: entropy)
      try await ledger.keep(setting: "ledger.epoch", epoch)
    }
    var settings = WebSettings(
      publicURL: config.server.url,
      ledgerEpoch: epoch,
      backupFolder: folder,
      trustedProxies: Set(config.server.trustedProxies.map(\.description)),
      greatestEventStreams: min(64, config.limits.streams),
      greatestLivePages: config.limits.streams
    )
    settings.names = config.server.names
    settings.quotesPerClient = config.limits.quotesPerClient
    settings.tokenFailuresPerClient = config.limits.tokenFailuresPerClient
    var context = WebContext(
      ledger: ledger,
      storefront: shop,
      workshop: workshop,
      presence: hands,
      networks: networks,
      bell: bell,
      hints: hints,
      clock: clock,
      entropy: entropy,
      adminTokenHash: { try await ledger.setting(AdminToken.setting) },
      readiness: {
        var checks: [ReadinessCheck] = []
        do {
          try await ledger.keep(setting: "readyz", "\(clock.nowMS)")
          checks.append(ReadinessCheck(name: "ledger_write", state: .ok))
        } catch {
          checks.append(ReadinessCheck(name: "ledger_write", state: .failed("\(error)")))
        }
        for network in networks.values {
          let trouble = obstacles[.source(network.chain)] ?? network.health.trouble
          let state = trouble.map(ReadinessCheck.State.degraded) ?? .ok
          checks.append(ReadinessCheck(name: "source_\(network.chain)", state: state))
        }
        return checks
      },
      settings: settings
    )
    context.metricsTokenHash = config.server.metricsToken.map { AdminToken.hash(of: $0.text) }
    context.metrics = metrics
    context.clients = clientGate
    context.rotateToken = { [ledger, folder, entropy] audit in
      try await AdminTokenFile.replace(ledger: ledger, folder: folder, entropy: entropy, audit: audit)
    }
    context.audit = { [auditOffice] in await auditOffice.make().json }
    context.sources = sourceDesk
    context.payDesk = lightning.map { lightning in
      LNURLDesk(network: lightning, storefront: shop, url: config.server.url, log: log) {
        try await ledger.quote(owning: $0)
      }
    }
    return context
  }

  private var sourceDesk: SourceDesk {
    let sources = sources, obstacles = obstacles, backfills = backfills
    let guardian = { @Sendable (chain: Chain) throws(VerificationFailure) -> SourceGuard in
      guard let source = sources[chain] else { throw .unavailable("there is no node of \(chain)") }
      return source
    }
    return SourceDesk(
      obstacle: { obstacles[.source($0)] },
      look: { chain in
        let node = try await guardian(chain).look()
        return SourceDesk.Node(kept: node.kept, now: node.now, isSame: node.isSame)
      },
      accept: { chain, audit in
        let name = try await guardian(chain).accept(audit)
        backfills.forEach { $0.hurry() }
        return name
      }
    )
  }

  /// Keeps the clients of the public port within their limits; proxies carry other people's requests.
  private var clientGate: ClientGate {
    let proxies = config.server.trustedProxies.flatMap(\.ranges)
    return ClientGate(
      config.limits.client,
      treat: { peer in proxies.contains { $0.contains(peer) } ? .relay : .limited }
    )
  }

  /// Reads the configuration again at each SIGHUP; one with a mistake changes nothing.
  private func reloadOnSignal(_ reload: @Sendable () throws -> Config, _ notifier: SystemdNotifier) async {
    for await _ in await UnixSignalsSequence(trapping: .sighup) {
      notifier.tell(.reloading)
      // A reload that failed leaves a server that serves as before, and says so by the same word.
      defer { notifier.tell(.ready(status: "serves")) }
      do {
        let new = try reload()
        try tls?.reload()
        try await stock(new)
        let waiting = new.settingsThatNeedRestart(since: config)
        log.notice(
          "configuration reloaded",
          metadata: ["slots": "\(new.slots.count)", "restart_needed_for": "\(waiting.joined(separator: ", "))"]
        )
      } catch {
        log.error("configuration not reloaded; the one before stays in force", metadata: ["error": "\(error)"])
      }
    }
  }
}
