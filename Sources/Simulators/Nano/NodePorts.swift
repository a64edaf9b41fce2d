import Logging
import NIOCore
import Sockets

/// The node's ports, opened and closed as a whole. The ports stay the same once the system has chosen them.
actor NodePorts {
  private let node: NIOLoopBound<ToyNode>
  private let options: NanoSimulatorOptions
  private let group: any EventLoopGroup
  private let logger: Logger
  private var rpc: Listener?
  private var webSocket: Listener?
  /// What was changed last; the next change waits for it.
  private var change: Task<Void, any Error>?

  private(set) var rpcPort: Int
  private(set) var webSocketPort: Int

  init(_ node: NIOLoopBound<ToyNode>, _ options: NanoSimulatorOptions, group: any EventLoopGroup, logger: Logger) {
    self.node = node
    self.options = options
    self.group = group
    self.logger = logger
    rpcPort = options.rpcPort
    webSocketPort = options.webSocketPort
  }

  /// Opens or closes the ports, after whatever was asked for before.
  ///
  /// - Throws: `ListenerError` where a port cannot be had.
  func set(isOpen: Bool) async throws {
    let before = change
    // Unstructured, so that a caller who is cancelled does not leave the ports half open.
    let next = Task {
      _ = await before?.result
      if isOpen { try await open() } else { await close() }
    }
    change = next
    try await next.value
  }

  private func open() async throws {
    guard rpc == nil else { return }
    var limits = PlainHTTPLimits()
    // A silent node is silent for as long as it likes.
    limits.replyWithinMS = 24 * 3_600_000
    limits.requestWithinMS = 60_000
    var bounds = Listener.Options()
    bounds.maxConnections = options.maxConnections
    let rpc = try await Listener.serve(
      RPCDoor(node: node),
      on: [address(rpcPort)],
      limits: limits,
      options: bounds,
      group: group,
      logger: logger
    )
    self.rpc = rpc
    rpcPort = rpc.ports.first ?? rpcPort
    guard options.release.hasWebSocket else { return }
    do {
      let webSocket = try await Listener.serve(
        WebSocketDoor(node: node),
        on: [address(webSocketPort)],
        limits: limits,
        options: bounds,
        group: group,
        logger: logger
      )
      self.webSocket = webSocket
      webSocketPort = webSocket.ports.first ?? webSocketPort
    } catch {
      await close()
      throw error
    }
  }

  /// Connections end with the ports, without a word.
  private func close() async {
    let (rpc, webSocket) = (rpc, webSocket)
    self.rpc = nil
    self.webSocket = nil
    rpc?.sweeper.dropAll()
    webSocket?.sweeper.dropAll()
    await rpc?.close(graceMS: 0)
    await webSocket?.close(graceMS: 0)
  }

  private func address(_ port: Int) -> String {
    options.host.contains(":") ? "[\(options.host)]:\(port)" : "\(options.host):\(port)"
  }
}
