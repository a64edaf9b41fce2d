import DeviceWire
import Foundation
import Primitives
import Server
import Simulators

/// The demo of Nano: the server that `serve` runs, beside a toy Nano network and a virtual relay in the same process.
///
/// Nothing here is known to the server: it asks the toy node as it would ask a real one, and the relay connects as a
/// real one would.
struct Demo {
  static let device = "demo-relay"
  static let slot = "demo"

  let folder: String
  let port: Int
  private let timeline = DemoTimeline()

  init(folder: String, port: Int) {
    self.folder = folder
    self.port = port
  }

  /// Runs until interrupted; Enter makes a payment.
  func stay() async throws {
    try await withTown { town in
      Standard.error(
        """

        LOCAL SIMULATION: nothing here has value.

          pay page   \(town.api.url)/s/\(Self.slot)
          pay        press Enter here, or:
                     curl -d '{"to":"\(town.shop.address)","amount":"0.1 XNO"}' \(town.sim.controlURL ?? "")/pay
          look       coinslot payment list --server \(town.api.url) --token-file \(folder)/data/admin.token
          end        Ctrl-C; started again, the relay finishes its remaining time

        """
      )
      DemoServer.openBrowser("\(town.api.url)/s/\(Self.slot)")
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await town.draw(timeline) }
        group.addTask {
          for await _ in Standard.inputLines {
            try await town.pay("0.1")
            Standard.error("paid 0.1 XNO of toy money")
          }
          // No terminal to press Enter on: the page and the control address remain.
          try await Task.sleep(for: .seconds(1_000_000_000))
        }
        try await group.next()
        group.cancelAll()
      }
    }
  }

  /// Makes one payment and reports the time of each hop.
  ///
  /// - Throws: `Failure` with the reason where the relay did not close.
  func once() async throws -> JSONValue {
    let result = DemoResult<JSONValue>()
    try await withTown { town in
      try await town.api.waitUntilReady(Self.slot)
      result.set(try await DemoReport(town: town, timeline: timeline).make())
    }
    return try result.get()
  }

  /// Starts everything, runs `body`, and ends everything in order.
  private func withTown(_ body: @escaping @Sendable (DemoTown) async throws -> Void) async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let callbackPort = try DemoServer.freePort()
    var options = NanoSimulatorOptions()
    options.callbackURL = "http://127.0.0.1:\(callbackPort)/callback/"
    options.ledger.salt = UInt64.random(in: .min ... .max)
    let sim = try await NanoSimulator.start(options, logger: DemoServer.log)
    let shop = ToyKey(seed: ToyKey.seed("demo shop"), index: 0)
    let port = port == 0 ? try DemoServer.freePort() : port
    let config = try config(sim, shop: shop, port: port, callbackPort: callbackPort)
    do {
      try await DemoServer.run(config) { url in
        let town = DemoTown(api: DemoAPI(url: url, folder: folder), sim: sim, shop: shop)
        let relay = try relay(url)
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await relay.run() }
          group.addTask { try await body(town) }
          defer { group.cancelAll() }
          try await group.next()
        }
      }
    } catch {
      await sim.stop()
      throw error
    }
    await sim.stop()
  }

  private func config(_ sim: NanoSimulator, shop: ToyKey, port: Int, callbackPort: Int) throws -> Config {
    let text = """
      server:
        listen: ["127.0.0.1:\(port)"]
        data: \(folder)/data
      networks:
        nano:
          chain: sim
          rpc: \(sim.rpcURL)
          websocket: \(sim.webSocketURL ?? "")
          callback: { listen: "127.0.0.1:\(callbackPort)" }
      devices:
        - { id: \(Self.device), title: Demo relay }
      slots:
        - id: \(Self.slot)
          title: Demo relay
          pay: { nano: \(shop.address) }
          price:
            steps: [ { at: "0.1 XNO", gives: 1min }, { at: "0.2 XNO", gives: 3min }, { at: "0.5 XNO", gives: 10min } ]
          does: { device: \(Self.device), channel: 0 }

      """
    return try DemoServer.config(text, folder: folder)
  }

  private func relay(_ url: String) throws -> VirtualDevice {
    let keyFile = "\(folder)/data/devices/\(Self.device).1.key"
    guard let text = try? String(contentsOfFile: keyFile, encoding: .utf8),
      let key = try? Hex.decode(text.trimmingCharacters(in: .whitespacesAndNewlines)), let key = Bytes32(key)
    else { throw Failure(.failed, "\(keyFile) holds no key") }
    let configuration = DeviceConfiguration(
      device: WireText(Self.device),
      key: key,
      keySerial: 1,
      firmware: "virtual-1",
      transport: .webSocket,
      channels: [ChannelConfiguration(number: 0, maxOnMS: 4 * 3_600_000)]
    )
    let options = VirtualDeviceOptions(
      url: url.replacingOccurrences(of: "http://", with: "ws://") + "/link",
      configuration: configuration,
      flashFolder: "\(folder)/relay"
    )
    return try VirtualDevice(options) { timeline.add($0) }
  }
}
