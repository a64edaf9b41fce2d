public import Logging
import NIOCore
import NIOPosix
import Primitives
import Sockets

/// How a toy car and its proxy are started.
public struct TeslaSimulatorOptions: Sendable {
  /// Where the proxy listens: an IP address or `localhost`.
  public var host = "127.0.0.1"
  /// Its port; 0 lets the system choose.
  public var port = 0
  /// What the proxy shows; a real one always has TLS.
  public var tls = ToyTLS.made
  /// The port of the control endpoint, on 127.0.0.1 always; 0 lets the system choose, nil leaves it out.
  public var controlPort: Int? = 0
  /// The car's number, 17 characters.
  public var vin = "5YJ3TOY0000000001"
  /// Whether it sleeps at the start.
  public var isAsleep = false
  /// What the token endpoint says of an access token's life, seconds; it does not end by itself.
  public var tokenLifeS = 28_800
  /// What is wrong from the start.
  public var faults = TeslaFaults()

  /// The defaults: awake, without faults, ports chosen by the system.
  public init() {}
}

/// A toy of Tesla's signing proxy with a car behind it that counts what it has done, and of the token endpoint.
///
/// The counters tell what a payer would have heard: whatever is answered, a horn that sounded once says 1.
public final class TeslaSimulator: Sendable {
  /// Where the proxy and, under `/oauth2/v3/token`, the token endpoint are asked: `https://127.0.0.1:…`.
  public let url: String
  /// The certificate it shows, PEM; nil without TLS.
  public let certificateFile: String?
  /// Where it is steered: `http://127.0.0.1:…/control`; nil where it was left out.
  public let controlURL: String?
  /// The car's number.
  public let vin: String

  private let car: NIOLoopBound<ToyCar>
  private let eventLoop: any EventLoop
  private let folder: ToyFolder
  private let door: ToyDoor
  private let control: Listener?
  private let group: MultiThreadedEventLoopGroup

  /// Starts a toy car; its proxy listens when this returns.
  ///
  /// - Throws: `LightningSimulatorError` where there can be no certificate, or the system's error where a port cannot
  ///   be had.
  public static func start(
    _ options: TeslaSimulatorOptions = TeslaSimulatorOptions(),
    logger: Logger = Logger(label: "coinslot.sim.tesla")
  ) async throws -> TeslaSimulator {
    let folder = try ToyFolder(nil)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      return try await TeslaSimulator(options, folder, group, logger)
    } catch {
      try? await group.shutdownGracefully()
      folder.removeIfTemporary()
      throw error
    }
  }

  private init(
    _ options: TeslaSimulatorOptions,
    _ folder: ToyFolder,
    _ group: MultiThreadedEventLoopGroup,
    _ logger: Logger
  ) async throws {
    let eventLoop = group.next()
    let car = try await eventLoop.submit {
      NIOLoopBound(ToyCar(options, on: eventLoop), eventLoop: eventLoop)
    }.get()
    let files = try await ToyCertificate.files(options.tls, in: folder)
    let tls = try files.map { try ServerTLS(certificateFile: $0.certificate, keyFile: $0.key) }
    (self.folder, self.group, self.eventLoop, self.car, vin) = (folder, group, eventLoop, car, options.vin)
    certificateFile = files?.certificate
    door = ToyDoor(.port(options.host, options.port), group: group, maxConnections: 256) { channel in
      let connection = ToyHTTPConnection(maxBodyBytes: 65_536) { car.value.answer($0, $1) }
      try ToyHTTPConnection.add(to: channel, connection)
      try tls?.secure(channel)
    }
    try await door.set(isOpen: true)
    let steering = SteeringDoor(eventLoop: eventLoop)
    if let port = options.controlPort {
      do {
        let control = try await Listener.serve(steering, on: ["127.0.0.1:\(port)"], group: group, logger: logger)
        self.control = control
        controlURL = "http://127.0.0.1:\(control.ports.first ?? port)/control"
      } catch {
        try? await door.set(isOpen: false)
        throw error
      }
    } else {
      (control, controlURL) = (nil, nil)
    }
    url = "\(tls == nil ? "http" : "https")://\(options.host):\(await door.port)"
    steering.steer { [weak self] in try await self?.control($0, $1, $2) }
  }

  /// Stops listening and drops every connection.
  ///
  /// Call once, last.
  public func stop() async {
    await control?.close(graceMS: 100)
    try? await door.set(isOpen: false)
    try? await onLoop { $0.stop() }
    try? await group.shutdownGracefully()
    folder.removeIfTemporary()
  }

  private func onLoop<Result: Sendable>(_ body: @escaping @Sendable (ToyCar) throws -> Result) async throws -> Result {
    let car = car
    return try await eventLoop.submit { try body(car.value) }.get()
  }
}

extension TeslaSimulator {
  /// How often each command was carried out.
  public var executed: [String: Int] { get async throws { try await onLoop(\.executed) } }
  /// How often each command was asked for.
  public var asked: [String: Int] { get async throws { try await onLoop(\.asked) } }
  /// The access token it takes now, and the refresh token that is good for one time.
  public var tokens: (access: String, refresh: String) {
    get async throws { try await onLoop { ($0.accessToken, $0.refreshToken) } }
  }
  /// Whether the car sleeps.
  public var isAsleep: Bool { get async throws { try await onLoop(\.isAsleep) } }
  /// What is wrong now.
  public var faults: TeslaFaults { get async throws { try await onLoop(\.faults) } }

  /// Changes what is wrong.
  public func set(_ faults: TeslaFaults) async throws { try await onLoop { $0.faults = faults } }
  /// Puts the car to sleep; `wake_up` wakes it.
  public func sleep() async throws { try await onLoop { $0.sleep() } }
  /// Makes the access token of this moment worthless.
  public func expireToken() async throws { try await onLoop { $0.expireToken() } }
  /// Closes the proxy's port or opens it again, the same one.
  ///
  /// - Throws: Where the port cannot be had again.
  public func set(isOpen: Bool) async throws { try await door.set(isOpen: isOpen) }

  /// Does what a request to the control endpoint asks.
  func control(_ method: String, _ path: String, _ input: JSONValue) async throws -> JSONValue {
    switch (method, path) {
    case ("GET", "/control"): break
    case ("POST", "/control/faults"):
      var new = try await faults
      try new.apply(input)
      try await set(new)
    case ("DELETE", "/control/faults"): try await set(TeslaFaults())
    case ("POST", "/control/sleep"): try await sleep()
    case ("POST", "/control/expire_token"): try await expireToken()
    default: throw ControlRefusal.notFound
    }
    let tokens = try await tokens
    return [
      "proxy": .string(url), "certificate": certificateFile.map { .string($0) } ?? .null, "vin": .string(vin),
      "asleep": .bool(try await isAsleep), "access_token": .string(tokens.access),
      "refresh_token": .string(tokens.refresh), "executed": Self.json(try await executed),
      "asked": Self.json(try await asked), "faults": try await faults.json,
    ]
  }

  private static func json(_ counts: [String: Int]) -> JSONValue {
    .object(counts.keys.sorted().map { .init($0, .number(counts[$0] ?? 0)) })
  }
}
