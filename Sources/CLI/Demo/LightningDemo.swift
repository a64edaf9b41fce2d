import Foundation
import Lightning
import Primitives
import Server
import Simulators

/// The demo of Lightning: the server that `serve` runs, beside a toy node and a toy car in the same process.
///
/// Nothing here is known to the server: it asks the node by the socket of Core Lightning and tells the car through
/// Tesla's signing proxy as it would real ones.
struct LightningDemo {
  static let slot = "car"
  static let network = "regtest"

  /// What is sold: for how many satoshi, and by which command of the car.
  static let goods: [(name: String, sat: UInt64, command: String)] = [
    ("honk", 21, "honk_horn"), ("flash", 42, "flash_lights"), ("charge-port", 210, "charge_port_door_open"),
  ]

  let folder: String
  let port: Int
  /// Whether another run goes on in this folder, and so needs the same node.
  let isKept: Bool

  init(folder: String, port: Int, isKept: Bool) {
    self.folder = folder
    self.port = port
    self.isKept = isKept
  }

  /// Runs until interrupted; Enter pays for a honk.
  func stay() async throws {
    try await withTown { town in
      let url = town.api.url, control = town.node.controlURL ?? ""
      Standard.error(
        """

        LOCAL SIMULATION: nothing here has value.

          pay page   \(url)/s/\(Self.slot)
          pay        press Enter here for a honk, or pay an invoice of the page:
                     curl -d '{"invoice":"lnbcrt…"}' \(control)/pay
          wallets    \(town.address)
          look       coinslot payment list --server \(url) --token-file \(folder)/data/admin.token
          end        Ctrl-C

        """
      )
      DemoServer.openBrowser("\(url)/s/\(Self.slot)")
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await town.tell() }
        group.addTask {
          for await _ in Standard.inputLines {
            do {
              let purchase = try await town.invoice()
              try await town.pay(purchase)
              Standard.error("paid 21 sat of toy money")
            } catch let failure as Failure { failure.tell() }
          }
          // No terminal to press Enter on: the page and the control address remain.
          try await Task.sleep(for: .seconds(1_000_000_000))
        }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  /// Pays for one honk and reports the time of each hop.
  ///
  /// - Throws: `Failure` with the reason where the horn did not sound exactly once.
  func once() async throws -> LightningDemoReport {
    let result = DemoResult<LightningDemoReport>()
    try await withTown { town in
      try await town.api.waitUntilReady(Self.slot)
      result.set(try await LightningDemoReport(following: town))
    }
    return try result.get()
  }

  /// Starts everything, runs `body`, and ends everything in order.
  private func withTown(_ body: @escaping @Sendable (LightningDemoTown) async throws -> Void) async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let node = try await startNode()
    do {
      let car = try await startCar()
      do {
        let config = try config(node, car)
        try await DemoServer.run(config) { url in
          try await body(LightningDemoTown(api: DemoAPI(url: url, folder: folder), node: node, car: car))
        }
      } catch {
        await car.stop()
        throw error
      }
      await car.stop()
    } catch {
      await node.stop()
      throw error
    }
    await node.stop()
  }

  private func startNode() async throws -> LightningSimulator {
    var options = LightningSimulatorOptions()
    options.network = Self.network
    options.lndPort = nil
    // The server knows its node again by its key, so where the ledger is kept the node is too.
    options.folder = isKept ? "\(URL(filePath: folder).path)/node" : nil
    do { return try await LightningSimulator.start(options, logger: DemoServer.log) } catch {
      throw Failure(.failed, "the toy node did not start: \(error)", hint: "the path of --data may be too long")
    }
  }

  /// The car, without TLS on this machine, so that nobody needs the openssl program for a look.
  private func startCar() async throws -> TeslaSimulator {
    var options = TeslaSimulatorOptions()
    options.tls = .none
    do { return try await TeslaSimulator.start(options, logger: DemoServer.log) } catch {
      throw Failure(.failed, "the toy car did not start: \(error)")
    }
  }

  private func config(_ node: LightningSimulator, _ car: TeslaSimulator) throws -> Config {
    let port = port == 0 ? try DemoServer.freePort() : port
    let steps = Self.goods.map { "{ at: \"\($0.sat) sat\", does: \($0.name) }" }
    let functions = Self.goods.map { "\($0.name): \($0.command)" }
    let text = """
      server:
        listen: ["127.0.0.1:\(port)"]
        data: \(folder)/data
      networks:
        lightning:
          chain: sim
          can_spend: true
          core_lightning: { socket: \(node.socketPath) }
      tesla:
        client_id: demo
        token_file: \(try tokenFile())
        auth_url: \(car.url)/oauth2/v3/token
        url: \(car.url)
      devices:
        - { id: car, title: Demo car, link: tesla, vin: \(car.vin) }
      slots:
        - id: \(Self.slot)
          title: Demo car
          pay: { lightning: true }
          price: { functions: [ \(steps.joined(separator: ", ")) ] }
          does: { device: car, functions: { \(functions.joined(separator: ", ")) }, once: true }
          if_away: { refuse: true, hold: 1min }
          while_running: queue

      """
    return try DemoServer.config(text, folder: folder)
  }

  /// The token that a new toy car takes; the server puts the next ones into the same file.
  private func tokenFile() throws -> String {
    let path = "\(folder)/tesla.json"
    let token: JSONValue = ["refresh_token": "toy-refresh-0"]
    try? FileManager.default.removeItem(atPath: path)
    let isWritten = FileManager.default.createFile(
      atPath: path,
      contents: Data(token.text().utf8),
      attributes: [.posixPermissions: 0o600]
    )
    guard isWritten else { throw Failure(.failed, "\(path) cannot be written") }
    return path
  }
}
