import AsyncHTTPClient
import Coinslot
import Foundation
import Testing

@testable import Server

/// Machines made from a configuration.
@Suite("Machine shop")
struct MachineShopTests {
  private static let everyLink = """
    mqtt: { url: "mqtt://127.0.0.1:1" }
    tesla: { client_id: x, token_file: tokens, url: "https://localhost:1" }
    devices:
      - { id: board, link: websocket }
      - { id: old, link: bitcoinswitch, secret_file: switch, pins: [4] }
      - { id: hook, link: webhook, url: "https://hooks.example/x" }
      - { id: lamp, link: mqtt }
      - { id: porch, link: shelly, url: "http://127.0.0.1:1" }
      - { id: pump, link: tasmota, url: "http://127.0.0.1:1" }
      - { id: car, link: tesla, vin: LRWYA0000AA000001 }
      - { id: gate, link: command, program: /bin/true }
      - { id: scene, link: home_assistant, url: "http://127.0.0.1:1", token_file: token, service: a.b }
    """

  private func config(_ text: String) throws -> (Config, ConfigFixture) {
    let fixture = try ConfigFixture(files: ConfigMachineTests.files)
    return (try fixture.load(text).config, fixture)
  }

  private func shop(_ config: Config) throws -> MachineShop {
    try MachineShop(config, clock: SteadyClock(), log: quietLog)
  }

  private func deed(_ device: String, _ output: UInt8, mayHaveHappened: Bool = false) throws -> Deed {
    let id = try #require(DeviceID(rawValue: device))
    return Deed(
      id: DispatchID(rawValue: "dsp_01"),
      channel: ChannelID(device: id, number: output),
      command: Dispatch.Command(mode: .new, ms: 500, once: true),
      deadlineMS: SteadyClock().nowMS + 20_000,
      mayHaveHappened: mayHaveHappened,
      cause: Deed.Cause()
    )
  }

  @Test func everyMachineOfOursIsMade() async throws {
    let (config, _) = try config(Self.everyLink)
    let shop = try shop(config)
    let names = shop.machines.keys.map(\.rawValue).sorted()
    #expect(names == ["car", "gate", "hook", "lamp", "old", "porch", "pump", "scene"])
    #expect(shop.switches.count == 1)
    let board = try #require(DeviceID(rawValue: "old").flatMap { shop.machines[$0] })
    #expect(await board.obstacle() == "not connected")
    #expect(try self.shop(Config()).machines.isEmpty)
  }

  @Test func whatRunsBesideThemEnds() async throws {
    let (config, _) = try config(Self.everyLink)
    let shop = try shop(config)
    let running = Task { await shop.run() }
    running.cancel()
    await running.value
  }

  @Test func eachOutputDoesItsOwn() async throws {
    let fixture = try ConfigFixture(files: ConfigMachineTests.files)
    let config = try fixture.load(
      """
      devices:
        - id: gate
          link: command
          commands:
            - { name: open, output: 2, program: /usr/bin/touch, args: [\(fixture.folder)/opened] }
            - { name: close, program: /usr/bin/touch, args: [\(fixture.folder)/closed] }
      """
    ).config
    let machine = try #require(try shop(config).machines.first?.value)
    func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(fixture.folder)/\(name)") }
    #expect(await machine.obstacle() == nil)
    #expect(await machine.carryOut(try deed("gate", 0)) { _ in } == .notDone("cannot"))
    #expect(await machine.carryOut(try deed("gate", 0, mayHaveHappened: true)) { _ in } == .unknown("interrupted"))
    #expect(!isThere("opened") && !isThere("closed"))
    #expect(await machine.carryOut(try deed("gate", 2)) { _ in } == .done)
    #expect(isThere("opened") && !isThere("closed"))
    #expect(await machine.carryOut(try deed("gate", 1)) { _ in } == .done)
    #expect(isThere("closed"))
  }

  private func findings(_ config: Config) async -> [Finding] {
    let loaded = LoadedConfig(config: config, file: "coinslot.yaml", warnings: [], values: [])
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    let found = await Doctor(loaded, nowMS: 0, client: client, ask: { _ in nil }).machines()
    try? await client.shutdown()
    return found
  }

  @Test func theDoctorTellsWhichCannotBeAsked() async throws {
    let found = await findings(try config(Self.everyLink).0)
    #expect(found.allSatisfy { $0.verdict == .bad && $0.place == "machines" })
    #expect(found.map { $0.words.prefix { $0 != ":" } } == ["car", "lamp", "porch", "pump", "scene"], "\(found)")
    #expect(found.contains { $0.words.contains("localhost:1") } && found.contains { $0.words.contains("127.0.0.1:1") })
  }

  @Test func theDoctorIsContentWithTheRest() async throws {
    let well = await findings(try config("devices: [ { id: gate, link: command, program: /bin/true } ]").0)
    #expect(well.map(\.verdict) == [.ok])
    let gone = await findings(try config("devices: [ { id: gate, link: command, program: /nonexistent/open } ]").0)
    #expect(gone.map(\.verdict) == [.bad], "\(gone)")
    #expect(await findings(try config("devices: [ { id: a } ]").0).isEmpty)
  }
}
