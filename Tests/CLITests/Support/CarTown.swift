import Foundation
import Primitives
import Simulators
import TestKit

/// A toy Lightning node and a toy car, with a configuration of the real server between them: 21 sat honk, 42 sat flash.
struct CarTown: Sendable {
  let node: LightningSimulator
  let car: TeslaSimulator
  let server: RunningServer

  /// Runs `body` with both toys and the server's configuration written; the server itself is not started.
  static func with(_ body: (CarTown) async throws -> Void) async throws {
    try await withFolder { folder in
      var lightning = LightningSimulatorOptions()
      lightning.lndPort = nil
      let node = try await LightningSimulator.start(lightning)
      var tesla = TeslaSimulatorOptions()
      tesla.tls = .none
      do {
        let car = try await TeslaSimulator.start(tesla)
        let result: Result<Void, any Error>
        do {
          let town = CarTown(node: node, car: car, server: try RunningServer(folder: folder))
          try await town.configure()
          result = .success(try await body(town))
        } catch { result = .failure(error) }
        await car.stop()
        try result.get()
      } catch {
        await node.stop()
        throw error
      }
      await node.stop()
    }
  }

  private func configure() async throws {
    let tokens = "\(server.folder)/tesla.json"
    try Folder.write("{\"refresh_token\":\"\(try await car.tokens.refresh)\"}", to: tokens)
    try server.configure(
      more: """
        networks:
          lightning:
            chain: sim
            can_spend: true
            core_lightning: { socket: \(node.socketPath) }
        tesla: { client_id: test, token_file: \(tokens), auth_url: "\(car.url)/oauth2/v3/token", url: "\(car.url)" }
        devices:
          - { id: car, title: The car, link: tesla, vin: \(car.vin) }
        slots:
          - id: car
            title: The car
            pay: { lightning: true }
            price: { functions: [ { at: "21 sat", does: honk }, { at: "42 sat", does: flash } ] }
            does: { device: car, functions: { honk: honk_horn, flash: flash_lights }, once: true }
            while_running: queue
        """
    )
  }

  /// Whether the slot lets customers in, within half a minute.
  func isOpen() async throws -> Bool {
    try await eventually(within: 30) {
      try await server.get("/v1/slots/car")["pay"]?.array?.first?["state"]?["invites"]?.bool == true
    }
  }

  /// How often the car carried out a command.
  func count(_ command: String) async throws -> Int { try await car.executed[command] ?? 0 }
}
