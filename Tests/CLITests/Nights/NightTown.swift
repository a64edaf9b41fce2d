import Coinslot
import Foundation
import Nano
import Primitives
import Simulators
import Synchronization
import TestKit
import Testing

/// A real server, a toy node, and a virtual device on a wire that can be held back.
///
/// It owns its folder and its processes: all of them end with the night, also where the night throws.
final class NightTown: Sendable {
  let server: RunningServer
  let sim: NanoSimulator
  let wire: HoldingProxy
  let shop = ToyKey(seed: ToyKey.seed("bad nights"), index: 0)
  var folder: String { server.folder }
  private let servers = Mutex<[Program]>([])
  private let devices = Mutex<[Program]>([])

  /// Has a night in a town where nothing runs yet but the node, and puts everything away.
  ///
  /// A night that went well ends as an operator would end it, and the server says 0; after another all are killed.
  static func with(
    gives: String = "1min",
    hold: String = "10s",
    once: Bool = true,
    isSecure: Bool = false,
    _ night: (NightTown) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      let server = try RunningServer(folder: folder, isSecure: isSecure)
      var options = NanoSimulatorOptions()
      options.callbackURL = server.callbackURL
      options.confirmMS = 20
      let wire = try await HoldingProxy.start(to: server.publicPort)
      let sim: NanoSimulator
      do { sim = try await NanoSimulator.start(options) } catch {
        await wire.stop()
        throw error
      }
      let town = NightTown(server: server, sim: sim, wire: wire)
      do {
        try town.configure(gives: gives, hold: hold, once: once)
        try await night(town)
        try await town.end()
      } catch {
        await town.kill()
        await town.close()
        throw error
      }
      await town.close()
    }
  }

  private init(server: RunningServer, sim: NanoSimulator, wire: HoldingProxy) {
    (self.server, self.sim, self.wire) = (server, sim, wire)
  }

  private func configure(gives: String, hold: String, once: Bool) throws {
    try server.configure(
      rpc: sim.rpcURL,
      webSocket: sim.webSocketURL,
      devices: ["relay"],
      slots: """
          - id: lamp
            title: Lamp
            pay: { nano: \(shop.address) }
            price: { exact: "0.1 XNO", gives: \(gives) }
            does: { device: relay, channel: 0, once: \(once) }
            if_away: { refuse: false, hold: \(hold) }
            while_running: queue
        """
    )
  }

  /// Starts the server and a virtual device, and waits until the slot sells.
  @discardableResult
  func start(environment: [String: String] = [:]) async throws -> (server: Program, device: Program) {
    let started = (server: try await serve(environment: environment), device: try device())
    try await opens()
    return started
  }

  /// Starts the server.
  @discardableResult
  func serve(environment: [String: String] = [:]) async throws -> Program {
    let program = try await server.start(environment: environment)
    servers.withLock { $0.append(program) }
    return program
  }

  /// Starts a virtual device at the end of the wire; over TLS it trusts the server's certificate.
  @discardableResult
  func device(_ arguments: [String] = [], state: String = "relay.state", trace: String = "relay.trace") throws
    -> Program
  {
    try device(trusting: server.certificate, arguments, state: state, trace: trace)
  }

  /// Starts a virtual device that trusts the certificates in a file; nil: those that the system trusts.
  @discardableResult
  func device(
    trusting trusts: String?,
    _ arguments: [String] = [],
    state: String = "relay.state",
    trace: String = "relay.trace"
  ) throws -> Program {
    let host = server.certificate == nil ? "ws://127.0.0.1" : "wss://localhost"
    let trust = trusts.map { ["--ca", $0] } ?? []
    let program = try Program(
      Program.binary,
      [
        "device", "run", "--virtual", "--id", "relay", "--key-file", server.keyFile("relay"), "--url",
        "\(host):\(wire.port)/link", "--state", "\(server.folder)/\(state)", "--trace",
        "\(server.folder)/\(trace)",
      ] + trust + arguments
    )
    devices.withLock { $0.append(program) }
    return program
  }

  /// Waits until the slot sells and the device is there.
  func opens() async throws {
    let came = try await eventually(within: 60) {
      let isOpen = try await self.state() == "ready"
      let isThere = try await self.shown()?["online"] == .bool(true)
      return isOpen && isThere
    }
    let state = try await state() ?? "nothing"
    if !came { Issue.record("the slot shows \(state)") }
  }

  /// The word of the slot's state.
  func state() async throws -> String? {
    try? await server.get("/v1/slots")["data"]?.array?.first?["pay"]?.array?.first?["state"]?["word"]?.string
  }

  func isQuarantined() async throws -> Bool { try await shown()?["standing"]?.string == "quarantined" }
  /// The device, as the API shows it.
  func shown() async throws -> JSONValue? { try await server.get("/v1/devices")["data"]?.array?.first }
  func isAway() async throws -> Bool { try await shown()?["online"] == .bool(false) }

  /// Pays for the lamp; gives the transaction.
  func pay() async throws -> String {
    try await sim.pay(to: shop.account, try Asset.nano.amount("0.1"), from: 0).hex(uppercase: true)
  }

  func payment(_ transaction: String) async throws -> JSONValue? {
    try await server.all("/v1/payments").first { $0["transaction"]?.string == transaction }
  }

  /// The sale of a transaction, as the API shows it.
  func sale(_ transaction: String) async throws -> JSONValue? {
    guard let id = try await payment(transaction)?["sale"]?.string else { return nil }
    return try await server.all("/v1/sales").first { $0["id"]?.string == id }
  }

  /// The work of a transaction, as the API shows it.
  func dispatch(_ transaction: String) async throws -> JSONValue? {
    guard let id = try await payment(transaction)?["sale"]?.string else { return nil }
    return try await server.all("/v1/dispatches").first { $0["sale"]?.string == id }
  }

  /// Waits until the work of a transaction is in this state, or ended so.
  func waitFor(work word: String, of transaction: String, seconds: Int = 30) async throws {
    let came = try await eventually(within: seconds) {
      let work = try await self.dispatch(transaction)
      return work?["outcome"]?.string == word || work?["state"]?.string == word
    }
    let work = try await dispatch(transaction)
    if !came { Issue.record("the work is not \(word) but \(String(describing: work))") }
  }

  /// How often the relay closed, over all its traces.
  var clicks: Int {
    ["relay", "twin"].reduce(0) { $0 + server.pulses($1).values.reduce(0, +) }
  }

  /// Ends what still runs as an operator would.
  private func end() async throws {
    let devices = devices.withLock { $0 }, servers = servers.withLock { $0 }
    for program in devices + servers { program.kill(SIGTERM) }
    if let last = servers.last { #expect(try await last.wait() == 0) }
    for device in devices { try await device.wait() }
  }

  /// Ends what still runs, whatever it does just now.
  private func kill() async {
    let programs = devices.withLock { $0 } + servers.withLock { $0 }
    for program in programs { program.kill(SIGKILL) }
    // Or they would write into the folder that goes next.
    for program in programs { _ = try? await program.wait() }
  }

  private func close() async {
    await wire.stop()
    await sim.stop()
  }
}
