import Primitives
import TestKit
import Testing

@testable import Simulators

/// A toy Lightning node for the length of `body`: without TLS, its control endpoint left out.
func runningLightning(
  _ change: (inout LightningSimulatorOptions) -> Void = { _ in },
  _ body: (LightningSimulator) async throws -> Void
) async throws {
  var options = LightningSimulatorOptions()
  options.lndCertificate = .none
  options.controlPort = nil
  options.seed = 7
  change(&options)
  let simulator = try await LightningSimulator.start(options)
  do { try await body(simulator) } catch {
    await simulator.stop()
    throw error
  }
  await simulator.stop()
}

extension LightningSimulator {
  /// Asks Core Lightning on a connection of its own; the whole answer.
  func core(_ method: String, _ params: String = "{}", withinMS: Int = 5_000) async throws -> JSONValue {
    let socket = try await UnixSocket.connect(socketPath)
    try await socket.send("{\"jsonrpc\":\"2.0\",\"id\":\"t\",\"method\":\"\(method)\",\"params\":\(params)}")
    let answer = try #require(await socket.answers(withinMS: withinMS).first)
    return try JSONValue(parsing: answer)
  }

  /// Makes an invoice over the socket and gives its text.
  func coreInvoice(_ label: String, msat: String = "21000", expiry: Int = 3600) async throws -> String {
    let params =
      "{\"amount_msat\":\(msat),\"label\":\"\(label)\",\"description\":\"\(label)\",\"expiry\":\(expiry)}"
    return try #require(await core("invoice", params)["result"]?["bolt11"]?.string)
  }
}
