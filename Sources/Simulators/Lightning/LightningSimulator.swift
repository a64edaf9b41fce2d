import Lightning
public import Logging
import NIOCore
import NIOPosix
import Primitives
import Sockets

/// A toy Lightning node: Core Lightning's socket and LND's REST over the same books, and faults on request.
///
/// Its invoices are real texts, signed by a key of its own; its money is worth nothing. In a folder that it is given,
/// what it has promised is in a file before anybody hears of it: it can be killed and started again there.
public final class LightningSimulator: Sendable {
  /// Core Lightning's socket, `…/lightning-rpc`.
  public let socketPath: String
  /// Where LND's REST is asked, `https://127.0.0.1:…`; nil where it was left out.
  public let lndURL: String?
  /// The certificate that LND's REST shows, PEM; nil without TLS.
  public let certificateFile: String?
  /// LND's macaroon in binary form.
  public let macaroonFile: String
  /// Where payments and faults are made: `http://127.0.0.1:…/control`; nil where it was left out.
  public let controlURL: String?
  /// The node's public key, 66 digits.
  public let nodeID: String

  let node: NIOLoopBound<ToyLightningNode>
  let eventLoop: any EventLoop
  private let folder: ToyFolder
  private let socket: ToyDoor
  private let lnd: ToyDoor?
  private let tls: ServerTLS?
  private let control: Listener?
  private let group: MultiThreadedEventLoopGroup

  /// Starts a toy node; it listens when this returns.
  ///
  /// - Throws: `LightningSimulatorError`, `BookFileRefusal` where the folder holds books that cannot be read, or the
  ///   system's error where a door cannot be had.
  public static func start(
    _ options: LightningSimulatorOptions = LightningSimulatorOptions(),
    logger: Logger = Logger(label: "coinslot.sim.lightning")
  ) async throws -> LightningSimulator {
    let folder = try ToyFolder(options.folder)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      return try await LightningSimulator(options, folder, group, logger)
    } catch {
      try? await group.shutdownGracefully()
      folder.removeIfTemporary()
      throw error
    }
  }

  private init(
    _ wanted: LightningSimulatorOptions,
    _ folder: ToyFolder,
    _ group: MultiThreadedEventLoopGroup,
    _ logger: Logger
  ) async throws {
    var options = wanted
    options.folder = folder.path
    let (eventLoop, fixed) = (group.next(), options)
    let file = wanted.folder == nil ? nil : BookFile(folder.file("books.json"))
    let node = try await eventLoop.submit {
      NIOLoopBound(try ToyLightningNode(fixed, file: file, on: eventLoop), eventLoop: eventLoop)
    }.get()
    let facts = try await eventLoop.submit { (node.value.key.id, node.value.macaroon.bytes) }.get()
    (self.folder, self.group, self.eventLoop, self.node, nodeID) = (folder, group, eventLoop, node, facts.0)
    macaroonFile = try folder.write(facts.1, "invoice.macaroon")
    socketPath = folder.file("lightning-rpc")
    socket = ToyDoor(.file(socketPath, mode: options.socketMode), group: group, maxConnections: options.maxConnections)
    {
      try $0.pipeline.syncOperations.addHandler(ToyCoreConnection(node.value))
    }
    let files = options.lndPort == nil ? nil : try await ToyCertificate.files(options.lndCertificate, in: folder)
    let tls = try files.map { try ServerTLS(certificateFile: $0.certificate, keyFile: $0.key) }
    (self.tls, certificateFile) = (tls, files?.certificate)
    lnd = options.lndPort.map { port in
      ToyDoor(.port(options.host, port), group: group, maxConnections: fixed.maxConnections) { channel in
        let connection = ToyHTTPConnection(maxBodyBytes: fixed.maxRequestBytes) { node.value.answerLND($0, $1) }
        try ToyHTTPConnection.add(to: channel, connection)
        try tls?.secure(channel)
      }
    }
    let steering = SteeringDoor(eventLoop: eventLoop)
    do {
      try await socket.set(isOpen: true)
      try await lnd?.set(isOpen: true)
      if let port = options.controlPort {
        let control = try await Listener.serve(steering, on: ["127.0.0.1:\(port)"], group: group, logger: logger)
        self.control = control
        controlURL = "http://127.0.0.1:\(control.ports.first ?? port)/control"
      } else {
        (control, controlURL) = (nil, nil)
      }
    } catch {
      await socket.remove()
      try? await lnd?.set(isOpen: false)
      throw error
    }
    let host = options.host.contains(":") ? "[\(options.host)]" : options.host
    lndURL = if let lnd { "\(tls == nil ? "http" : "https")://\(host):\(await lnd.port)" } else { nil }
    steering.steer { [weak self] in try await self?.control($0, $1, $2) }
    if options.faults.refuse { try await setDoors(isOpen: false) }
  }

  /// Stops listening, drops every connection; what it keeps in a folder of its own goes too.
  ///
  /// Call once, last.
  public func stop() async {
    await control?.close(graceMS: 100)
    await socket.remove()
    try? await lnd?.set(isOpen: false)
    try? await onLoop { $0.stop() }
    try? await group.shutdownGracefully()
    folder.removeIfTemporary()
  }

  /// Runs something with the node where it lives.
  func onLoop<Result: Sendable>(_ body: @escaping @Sendable (ToyLightningNode) throws -> Result) async throws -> Result
  {
    let node = node
    return try await eventLoop.submit { try body(node.value) }.get()
  }

  private func setDoors(isOpen: Bool) async throws {
    try await socket.set(isOpen: isOpen)
    try await lnd?.set(isOpen: isOpen)
  }
}

/// Why a toy Lightning node was not started.
public enum LightningSimulatorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// None of the networks that have invoices.
  case badNetwork(String)
  /// The folder cannot be made or written; with the system's error number.
  case folder(String, code: Int32)
  /// The `openssl` program could not make a certificate; with its exit status, -1 where it could not be started.
  case noCertificate(Int32)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .badNetwork(let name): "there is no network \(name); give bitcoin, testnet, testnet4, signet or regtest"
    case .folder(let path, let code): "\(path) cannot be made or written (system error \(code))"
    case .noCertificate(let status):
      "no certificate for LND's REST: the program openssl \(status < 0 ? "could not be started" : "ended with \(status)"); "
        + "install openssl, or give a certificate and its key"
    }
  }
}

// MARK: Faults

extension LightningSimulator {
  /// What is wrong now.
  public var faults: LightningFaults { get async throws { try await onLoop(\.faults) } }

  /// Changes what is wrong; where doors open or close, they have when this returns.
  ///
  /// - Throws: Where a door cannot be had again.
  public func set(_ faults: LightningFaults) async throws {
    try await onLoop { $0.faults = faults }
    try await setDoors(isOpen: !faults.refuse)
  }

  /// Changes what is wrong.
  ///
  /// - Throws: As `set(_:)`.
  public func change(_ change: @escaping @Sendable (inout LightningFaults) -> Void) async throws {
    var new = try await faults
    change(&new)
    try await set(new)
  }

  /// As if the node were killed and started again: connections drop without a word, the books stay.
  ///
  /// It listens again when this returns.
  ///
  /// - Parameters:
  ///   - downMS: How long it is away.
  ///   - catchUpMS: How long it then says that it is still catching up with the chain; nil: as at its start.
  /// - Throws: Where a door cannot be had again.
  public func restart(downMS: Int = 0, catchUpMS: Int? = nil) async throws {
    try await setDoors(isOpen: false)
    try await onLoop { $0.restart(catchUpMS: catchUpMS) }
    try await Task.sleep(for: .milliseconds(downMS))
    try await setDoors(isOpen: try await !faults.refuse)
  }

  /// Ends all connections and goes on.
  public func dropConnections() async {
    await socket.dropConnections()
    await lnd?.dropConnections()
  }

  /// Puts another certificate in the place of LND's; connections from now on see it.
  ///
  /// - Throws: `LightningSimulatorError.noCertificate`; `TLSFileError` where the files cannot be read.
  public func changeCertificate() async throws {
    guard let tls, let certificateFile else { return }
    try await ToyCertificate.make(certificate: certificateFile, key: folder.file("tls.key"))
    try tls.reload()
  }

  /// What it has done so far.
  public var counts: LightningSimulatorCounts {
    get async throws {
      try await onLoop { node in
        var counts = node.counts
        (counts.waiters, counts.streams) = (node.waiters.count, node.streams.count)
        return counts
      }
    }
  }
}
