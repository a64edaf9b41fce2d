import Coinslot
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

@Suite struct HomeAssistantTests {
  private struct House {
    let clock = RealClock(speed: 10)
    let server: ScriptedServer
    let folder: Folder
    let calls = Tally()
    let play = Mutexed(MachineRig.Play.obeys)
    let shown = Mutexed("off")

    init() async throws {
      folder = try Folder()
      try folder.write("token-1\n", "token")
      let (calls, play, shown) = (calls, play, shown)
      server = try await ScriptedServer { ask in
        guard ask.header("authorization") == "Bearer token-1" else { return .status(401) }
        if ask.path == "/api/" { return .status(200, "{\"message\":\"API running.\"}") }
        if ask.path == "/api/states/switch.gate" { return .status(200, "{\"state\":\"\(shown.value)\"}") }
        if play.value == .refuses { return .status(400, "{\"message\":\"bad\"}") }
        calls.add()
        return play.value == .obeysAndFallsSilent ? .hangUp : .status(200, "[]")
      }
    }

    func machine(
      _ data: String = "{\"text\":\"{comment}\",\"ms\":\"{ms}\"}",
      port: Int? = nil,
      confirms: Bool = false,
      mayRepeat: Bool = false
    ) throws -> HomeAssistant {
      try HomeAssistant(
        HomeAssistantSettings(
          url: "http://127.0.0.1:\(port ?? server.port)",
          tokenFile: "\(folder.path)/token",
          service: "script.open_gate",
          data: data,
          confirmEntity: confirms ? "switch.gate" : nil,
          confirmState: confirms ? "on" : nil,
          mayRepeat: mayRepeat
        ),
        clock: clock,
        logger: Logger(label: "test")
      )
    }
  }

  /// A value behind a lock.
  final class Mutexed<Value: Sendable>: Sendable {
    private let kept: Mutex<Value>
    init(_ value: Value) { kept = Mutex(value) }
    var value: Value {
      get { kept.withLock { $0 } }
      set { kept.withLock { $0 = newValue } }
    }
  }

  @Test func conforms() async throws {
    try await MachineConformance.check {
      let house = try await House()
      let machine = Switching(here: try house.machine(), away: try house.machine(port: try await freePort()))
      return MachineRig(
        machine: machine,
        clock: house.clock,
        play: { play in
          machine.isAway.withLock { $0 = play == .away }
          house.play.value = play
        },
        effects: { house.calls.count },
        received: { house.server.asks.map { "\($0.target)\n\(String(decoding: $0.body, as: UTF8.self))" }.joined() },
        lifeMS: 10_000
      )
    }
  }

  @Test func callsTheServiceWithWholeValues() async throws {
    let house = try await House()
    let data = "{\"a\":[\"{ms}\",\"{seconds}\",{\"b\":\"{amount}\"}],\"c\":\"{comment}\",\"d\":1.5,\"e\":\"{id}\"}"
    let deed = try deed(ms: 1_500, by: house.clock.nowMS + 60_000, comment: "\"}, {{ states('x') }} {% x %}")
    #expect(await (try house.machine(data)).carryOut(deed) == .sent)
    let ask = try #require(house.server.asks.first)
    #expect(ask.method == "POST" && ask.target == "/api/services/script/open_gate")
    #expect(
      ask.json == [
        "a": [1_500, 2, ["b": "21000"]], "c": "\"), (( states('x') )) (% x %)", "d": .number("1.5"), "e": "dsp_01",
      ]
    )
    await house.server.close()
  }

  /// A good answer says that the service ran; only the entity says that it happened.
  @Test(arguments: [("on", DeedEnd.done), ("off", .sent)]) func confirms(_ state: String, _ end: DeedEnd) async throws {
    let house = try await House()
    house.shown.value = state
    #expect(await (try house.machine(confirms: true)).carryOut(try deed(by: house.clock.nowMS + 60_000)) == end)
    await house.server.close()
  }

  @Test(arguments: ["wrong", ""]) func aTokenThatIsNotTaken(_ token: String) async throws {
    let house = try await House()
    try house.folder.write(token, "token")
    let machine = try house.machine()
    #expect(await machine.carryOut(try deed(by: house.clock.nowMS + 60_000)) == .notDone("not_allowed"))
    let words = try #require(await machine.obstacle())
    #expect(words.contains("token") && !words.contains("wrong"))
    // It is not asked again with a token that it did not take.
    #expect(house.server.asks.count <= 1)
    try house.folder.write("token-1", "token", mode: 0o644)
    #expect(await machine.obstacle()?.contains("chmod 600") == true)
    #expect(house.calls.count == 0)
    await house.server.close()
  }

  @Test func whatMayBeRepeatedIs() async throws {
    let house = try await House()
    let again = try deed(by: house.clock.nowMS + 60_000, mayHaveHappened: true)
    #expect(await (try house.machine()).carryOut(again) == .unknown("interrupted"))
    #expect(house.calls.count == 0)
    #expect(await (try house.machine(mayRepeat: true)).carryOut(again) == .sent)
    await house.server.close()
  }

  @Test(arguments: ["", "[]", "{\"a\":\"x{ms}\"}", "{\"{ms}\":1}", "{\"a\":[\"{comment}!\"]}"])
  func refusesData(_ data: String) {
    #expect(throws: MachineMistake.self) { () throws in _ = try HomeAssistantCall(data) }
  }

  @Test(arguments: ["gate", "script.open.gate", "script/open", "Script.open", "script.", "../states.x"])
  func refusesServices(_ service: String) {
    let settings = HomeAssistantSettings(url: "http://127.0.0.1:8123", tokenFile: "t", service: service)
    #expect(settings.validate().map(\.key) == ["service"])
  }
}
