import Coinslot
import Cryptography
public import Logging
import NIOCore
import NIOPosix
import Nano
public import Primitives
import Sockets

/// A toy Nano network, seen through one node of it: real blocks and signatures, a real node's RPC, WebSocket and HTTP
/// callback, and faults on request.
///
/// Everything is kept in memory and forgotten at the end. Money on it is worth nothing: its keys are public.
public final class NanoSimulator: Sendable {
  /// Where to ask: `http://127.0.0.1:…`.
  public let rpcURL: String
  /// Where to listen: `ws://127.0.0.1:…`; nil for a release without WebSocket.
  public let webSocketURL: String?
  /// Where to make payments and faults: `http://127.0.0.1:…/control`; nil where it was left out.
  public let controlURL: String?
  /// The hash of the network's first block, its identifier.
  public let genesis: Bytes32
  /// Throw-away accounts with money, by index.
  public let accounts: [ToyKey]

  let node: NIOLoopBound<ToyNode>
  let eventLoop: any EventLoop
  private let ports: NodePorts
  private let control: Listener?
  private let group: MultiThreadedEventLoopGroup

  /// Starts a toy node; it listens when this returns.
  ///
  /// - Throws: `ToyRefusal` or `PreloadRefusal` where the ledger cannot begin so, `NanoSimulatorError` for a callback
  ///   address that is none, an error that names the address where a port cannot be had.
  public static func start(
    _ options: NanoSimulatorOptions = NanoSimulatorOptions(),
    logger: Logger = Logger(label: "coinslot.sim.nano")
  ) async throws -> NanoSimulator {
    let callback = try options.callbackURL.map(callback(_:))
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      let eventLoop = group.next()
      let node = try await eventLoop.submit {
        NIOLoopBound(try ToyNode(options, callback: callback, on: eventLoop), eventLoop: eventLoop)
      }.get()
      let ports = NodePorts(node, options, group: group, logger: logger)
      try await ports.set(isOpen: true)
      do {
        let simulator = try await NanoSimulator(node, ports, options, group, logger)
        if options.faults.refuse { try await ports.set(isOpen: false) }
        return simulator
      } catch {
        try? await ports.set(isOpen: false)
        throw error
      }
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
  }

  private init(
    _ node: NIOLoopBound<ToyNode>,
    _ ports: NodePorts,
    _ options: NanoSimulatorOptions,
    _ group: MultiThreadedEventLoopGroup,
    _ logger: Logger
  ) async throws {
    self.node = node
    self.ports = ports
    self.group = group
    eventLoop = group.next()
    let host = options.host.contains(":") ? "[\(options.host)]" : options.host
    rpcURL = "http://\(host):\(await ports.rpcPort)"
    webSocketURL = options.release.hasWebSocket ? "ws://\(host):\(await ports.webSocketPort)" : nil
    (genesis, accounts) = try await eventLoop.submit { (node.value.ledger.genesis, node.value.ledger.accounts) }.get()
    guard let port = options.controlPort else {
      control = nil
      controlURL = nil
      return
    }
    let door = ControlDoor(eventLoop: eventLoop)
    let listener = try await Listener.serve(door, on: ["127.0.0.1:\(port)"], group: group, logger: logger)
    control = listener
    controlURL = "http://127.0.0.1:\(listener.ports.first ?? port)/control"
    door.simulator.set(self)
  }

  private static func callback(_ text: String) throws -> Endpoint {
    guard let endpoint = try? Endpoint(parsing: text), endpoint.scheme == .http else {
      throw NanoSimulatorError.badCallback(text)
    }
    return endpoint
  }

  /// Stops listening, drops every connection, forgets everything.
  ///
  /// Call once, last.
  public func stop() async {
    await control?.close(graceMS: 100)
    try? await ports.set(isOpen: false)
    try? await onLoop { $0.stop() }
    try? await group.shutdownGracefully()
  }

  /// Runs something with the node where it lives.
  func onLoop<Result: Sendable>(_ body: @escaping @Sendable (ToyNode) throws -> Result) async throws -> Result {
    let node = node
    return try await eventLoop.submit { try body(node.value) }.get()
  }
}

/// Why a toy node was not started.
public enum NanoSimulatorError: Error, Hashable, Sendable {
  /// Not an address of the form `http://host:port/path`.
  case badCallback(String)
}

// MARK: Faults

extension NanoSimulator {
  /// What is wrong now.
  public var faults: NanoFaults { get async throws { try await onLoop(\.faults) } }

  /// Changes what is wrong.
  ///
  /// Where ports open or close, they have when this returns.
  ///
  /// - Throws: Where a port cannot be had again.
  public func set(_ faults: NanoFaults) async throws {
    try await onLoop { $0.setFaults(faults) }
    try await ports.set(isOpen: !faults.refuse)
  }

  /// Changes what is wrong.
  ///
  /// - Throws: As `set(_:)`.
  public func change(_ change: @escaping @Sendable (inout NanoFaults) -> Void) async throws {
    var new = try await faults
    change(&new)
    try await set(new)
  }

  /// As if the node were killed and started again: connections drop, blocks that are not final are forgotten, nothing
  /// of what was to be sent is sent.
  ///
  /// It listens again when this returns.
  ///
  /// - Parameter downMS: How long it is away.
  /// - Throws: Where a port cannot be had again.
  public func restart(downMS: Int = 0) async throws {
    try await ports.set(isOpen: false)
    try await onLoop { $0.restart() }
    try await Task.sleep(for: .milliseconds(downMS))
    try await ports.set(isOpen: try await !faults.refuse)
  }

  /// What it has done so far.
  public var counts: NanoSimulatorCounts { get async throws { try await onLoop(\.counts) } }
}
