import Coinslot
import Foundation
import Nano
import Primitives
import Simulators
import TestKit
import Testing

/// A real server, a toy node, and a virtual device on a wire that can be held back.
final class NightTown: Sendable {
  let server: RunningServer
  let sim: NanoSimulator
  let wire: HoldingProxy
  let shop = ToyKey(seed: ToyKey.seed("bad nights"), index: 0)

  static func open(_ folder: String, gives: String = "1min", hold: String = "3s", once: Bool = true) async throws
    -> NightTown
  {
    let server = try RunningServer(folder: folder)
    var options = NanoSimulatorOptions()
    options.callbackURL = server.callbackURL
    options.confirmMS = 20
    let town = NightTown(
      server: server,
      sim: try await NanoSimulator.start(options),
      wire: try await HoldingProxy.start(to: server.publicPort)
    )
    try town.configure(gives: gives, hold: hold, once: once)
    return town
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

  /// A virtual device at the end of the wire.
  func device(_ arguments: [String] = [], state: String = "relay.state", trace: String = "relay.trace") throws
    -> Program
  {
    try Program(
      Program.binary,
      [
        "device", "run", "--virtual", "--id", "relay", "--key-file", server.keyFile("relay"), "--url",
        "ws://127.0.0.1:\(wire.port)/link", "--state", "\(server.folder)/\(state)", "--trace",
        "\(server.folder)/\(trace)",
      ] + arguments
    )
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

  func close() async {
    await wire.stop()
    await sim.stop()
  }
}
