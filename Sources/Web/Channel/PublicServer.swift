import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOPosix
import Primitives
package import Sockets

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The public port: pages, API and WebSockets, on one address or several that share one router.
package struct PublicServer: Sendable {
  private let context: WebContext
  private let listen: [String]
  private let limits: PublicLimits
  private let tls: ServerTLS?
  private let group: any EventLoopGroup
  private let logger: Logger
  private let decide: @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision
  private let onRunning: @Sendable ([SocketAddress]) async -> Void

  /// A server.
  ///
  /// - Parameters:
  ///   - context: What the pages and the API need.
  ///   - listen: `127.0.0.1:8402`, `[::1]:8402`; `localhost:8402` is both, as far as the machine has them.
  ///   - limits: The bounds of connections.
  ///   - tls: The certificate that all connections are shown; nil: plain HTTP.
  ///   - group: The event loops.
  ///   - logger: For what goes wrong.
  ///   - decide: Whether a request becomes a WebSocket; called on the connection's event loop.
  ///   - onRunning: Told once, with the addresses, when all of them listen.
  package init(
    _ context: WebContext,
    listen: [String],
    limits: PublicLimits = PublicLimits(),
    tls: ServerTLS? = nil,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    logger: Logger,
    decide: @escaping @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision = { _, _ in .notWebSocket },
    onRunning: @escaping @Sendable ([SocketAddress]) async -> Void = { _ in }
  ) {
    self.context = context
    self.listen = listen
    self.limits = limits
    self.tls = tls
    self.group = group
    self.logger = logger
    self.decide = decide
    self.onRunning = onRunning
  }

  /// Serves until cancelled or asked to stop gracefully.
  ///
  /// - Throws: `ListenerError` of the first address that cannot be had; the others are closed again then.
  package func run() async throws {
    let responder = WebApplication.makeRouter(context).buildResponder()
    let sweeper = ConnectionSweeper(group: group)
    defer { sweeper.stop() }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      var bound: [SocketAddress] = []
      for text in listen {
        let address = try parse(text)
        let hosts = address.host == "localhost" ? ["127.0.0.1", "::1"] : [address.host]
        var port = address.port
        for host in hosts {
          let (running, signal) = AsyncStream<SocketAddress>.makeStream()
          let application = application(responder, sweeper, host: host, port: port, signal)
          tasks.addTask {
            defer { signal.finish() }
            do {
              try await application.run()
            } catch let error as IOError {
              // A machine without IPv6 has half of localhost, which is enough.
              let isMissing = error.errnoCode == EADDRNOTAVAIL || error.errnoCode == EAFNOSUPPORT
              if isMissing && hosts.count > 1 && host != hosts[0] { return }
              throw Self.explain(error.errnoCode, text)
            }
          }
          guard let local = await running.first(where: { _ in true }) else {
            // It ended before it listened: either for a reason that this throws, or because all shall stop.
            if hosts.count == 1 || host == hosts[0] { try await tasks.next() }
            continue
          }
          port = local.port ?? port
          bound.append(local)
        }
      }
      await onRunning(bound)
      try await tasks.waitForAll()
    }
  }

  /// `decide`, where each client may have so many WebSockets.
  private var limitedDecision: @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision {
    guard let clients = context.clients else { return decide }
    let proxies = TrustedProxies(context.settings.trustedProxies)
    return { [decide] head, peer in
      let sender = proxies.sender(peer: PeerAddress(peer), forwarded: head.elements("x-forwarded-for"))
      return clients.limit(decide(head, peer), for: sender?.client)
    }
  }

  private func parse(_ text: String) throws(ListenerError) -> ListenAddress {
    do throws(Refusal) {
      return try ListenAddress(parsing: text)
    } catch { throw .badAddress(text, error) }
  }

  private func application(
    _ responder: RouterResponder<RequestScope>,
    _ sweeper: ConnectionSweeper,
    host: String,
    port: Int,
    _ signal: AsyncStream<SocketAddress>.Continuation
  ) -> some ApplicationProtocol {
    let configuration = ApplicationConfiguration(
      address: .hostname(host, port: port),
      backlog: 1_024,
      availableConnectionsDelegate: .maximum(limits.maxConnections, logger: logger)
    )
    let stopWithinMS = limits.stopWithinMS
    return Application(
      responder: responder,
      server: .publicPort(
        limits: limits,
        sweeper: sweeper,
        tls: tls,
        clients: context.clients,
        decide: limitedDecision
      ),
      configuration: configuration,
      onServerRunning: { channel in
        // When the server stops it first stops listening; WebSockets would keep it waiting for ever.
        let timer = channel.eventLoop
        channel.closeFuture.whenComplete { _ in
          sweeper.drain()
          timer.scheduleTask(in: .milliseconds(stopWithinMS)) { sweeper.dropAll() }
        }
        if let address = channel.localAddress { signal.yield(address) }
      },
      eventLoopGroupProvider: .shared(group),
      logger: logger
    )
  }

  private static func explain(_ code: CInt, _ address: String) -> ListenerError {
    switch code {
    case EADDRINUSE: .inUse(address)
    case EACCES, EPERM: .notPermitted(address)
    case EADDRNOTAVAIL, EAFNOSUPPORT: .notAvailable(address)
    default: .failed(address, code: code)
    }
  }
}
