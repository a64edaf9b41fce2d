import AsyncHTTPClient
import Coinslot
import Simulators
import Testing

@testable import Server

/// What the doctor says of a Lightning node.
@Suite("Doctor of Lightning")
struct DoctorLightningTests {
  private static let regtest = Chain(rawValue: "lightning:regtest") ?? .nanoSim
  private static let live = Chain(rawValue: "lightning:live") ?? .nanoSim

  private func findings(_ lightning: Config.Lightning?, url: String? = "https://pay.example.org") async -> [Finding] {
    var config = Config(lightning: lightning)
    config.server.publicURL = url
    let loaded = LoadedConfig(config: config, file: "coinslot.yaml", warnings: [], values: [])
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    let found = await Doctor(loaded, nowMS: 0, client: client, ask: { _ in nil }).lightning()
    try? await client.shutdown()
    return found
  }

  private func withNode(
    _ change: (inout LightningSimulatorOptions) -> Void = { _ in },
    _ body: (LightningSimulator) async throws -> Void
  ) async throws {
    var options = LightningSimulatorOptions()
    options.controlPort = nil
    change(&options)
    let node = try await LightningSimulator.start(options, logger: quietLog)
    do { try await body(node) } catch {
      await node.stop()
      throw error
    }
    await node.stop()
  }

  private func lnd(_ node: LightningSimulator, canSpend: Bool = false) throws -> Config.Lightning {
    let url = try #require(node.lndURL)
    return Config.Lightning(
      chain: Self.regtest,
      node: .lnd(url: url, macaroonFile: node.macaroonFile, certificate: node.certificateFile),
      canSpend: canSpend
    )
  }

  @Test func withoutOneThereIsNothingToSay() async { #expect(await findings(nil).isEmpty) }

  @Test func aSocketIsWellButCanSpend() async throws {
    try await withNode { node in
      let config = Config.Lightning(
        chain: Self.regtest,
        node: .coreLightningSocket(path: node.socketPath),
        canSpend: true
      )
      let found = await findings(config)
      #expect(found.map(\.verdict) == [.ok, .warn], "\(found)")
      #expect(found.first?.words.contains("network regtest") == true)
      #expect(found.last?.words.contains("over its socket") == true)
    }
  }

  @Test func aKeyForInvoicesOnlyIsWell() async throws {
    try await withNode { node in
      let found = await findings(try lnd(node))
      #expect(found.map(\.verdict) == [.ok], "\(found)")
    }
  }

  @Test(arguments: [true, false]) func aKeyThatCanSpendIsTold(_ isAccepted: Bool) async throws {
    try await withNode({ $0.macaroonPermissions.append("offchain:write") }) { node in
      let found = await findings(try lnd(node, canSpend: isAccepted))
      #expect(found.map(\.verdict) == (isAccepted ? [.ok, .warn] : [.bad]), "\(found)")
      #expect(found.last?.words.contains("offchain:write") == true)
    }
  }

  @Test func anotherNetworkIsTold() async throws {
    try await withNode { node in
      var config = try lnd(node)
      config.chain = Self.live
      let found = await findings(config)
      #expect(found.map(\.verdict) == [.bad], "\(found)")
      #expect(found.first?.words.contains("another network (regtest)") == true)
    }
  }

  @Test func aNodeThatIsAwayIsTold() async throws {
    let config = Config.Lightning(chain: Self.regtest, node: .coreLightningSocket(path: "/nonexistent/lightning-rpc"))
    let found = await findings(config)
    #expect(found.map(\.verdict) == [.bad], "\(found)")
    #expect(found.first?.next?.contains("networks.lightning") == true)
  }

  @Test(arguments: [nil, "http://pay.example.org"]) func walletsNeedAnAddress(_ url: String?) async throws {
    try await withNode { node in
      let found = await findings(try lnd(node), url: url)
      #expect(found.map(\.verdict) == [.ok, .warn], "\(found)")
      #expect(found.last?.next == "set server.public_url")
    }
  }

  /// A node that is not Nano is a network too.
  @Test func noNanoIsNoTroubleBesideLightning() async throws {
    var config = Config()
    func node(_ config: Config) async -> [Finding] {
      let loaded = LoadedConfig(config: config, file: "coinslot.yaml", warnings: [], values: [])
      let client = HTTPClient(eventLoopGroupProvider: .singleton)
      let found = await Doctor(loaded, nowMS: 0, client: client, ask: { _ in nil }).node()
      try? await client.shutdown()
      return found
    }
    #expect(await node(config).map(\.verdict) == [.warn])
    config.lightning = Config.Lightning(chain: Self.regtest, node: .coreLightningSocket(path: "/x"))
    #expect(await node(config).isEmpty)
  }
}
