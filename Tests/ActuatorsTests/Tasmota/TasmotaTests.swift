import Coinslot
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

/// A Tasmota with two relays.
final class FakeTasmota: Sendable {
  struct State {
    var play = MachineRig.Play.obeys
    var password: String?
    var pulse = [0, 0]
    var offAtMS: [Int64] = [0, 0]
    var clicks = 0
    var hasFallenSilent = false
    var forgetsTimers = false
  }
  let state = Mutex(State())
  let clock: RealClock

  init(_ clock: RealClock) { self.clock = clock }
  var clicks: Int { state.withLock { $0.clicks } }

  func answer(_ ask: ScriptedServer.Ask) -> ScriptedServer.Reply {
    let nowMS = clock.nowMS
    let fields = ask.target.drop { $0 != "?" }.dropFirst().split(separator: "&").map {
      $0.split(separator: "=", maxSplits: 1).map { String($0).replacing("%20", with: " ") }
    }
    func field(_ name: String) -> String? { fields.first { $0.first == name }?.last }
    return state.withLock { state in
      if state.hasFallenSilent { return .hangUp }
      if let password = state.password, field("password") != password || field("user") != "admin" {
        return .status(200, "{\"WARNING\":\"Need user=<username>&password=<password>\"}")
      }
      let words = (field("cmnd") ?? "").split(separator: " ").map(String.init)
      func isOn(_ index: Int) -> Bool { state.offAtMS[index] > nowMS }
      func power(_ index: Int) -> JSONValue { .string(isOn(index) ? "ON" : "OFF") }
      switch (words.first ?? "", words.count) {
      case ("Status", 2) where words[1] == "5":
        return .status(200, "{\"StatusNET\":{\"Hostname\":\"tasmota\",\"Mac\":\"A4:CF:12:00:00:01\"}}")
      case ("Status", 2) where words[1] == "11":
        let state: JSONValue = ["UptimeSec": 3_600, "POWER1": power(0), "POWER2": power(1)]
        return .status(200, JSONValue.object([.init("StatusSTS", state)]).text())
      case ("PulseTime1", _), ("PulseTime2", _):
        let index = words[0] == "PulseTime1" ? 0 : 1
        if words.count == 2, !state.forgetsTimers { state.pulse[index] = Int(words[1]) ?? 0 }
        let leftMS = UInt64(max(0, state.offAtMS[index] - nowMS))
        let left = isOn(index) ? PulseTime.value(forMS: leftMS) ?? 0 : 0
        return .status(200, "{\"\(words[0])\":{\"Set\":\(state.pulse[index]),\"Remaining\":\(left)}}")
      case ("Power1", 2), ("Power2", 2):
        let index = words[0] == "Power1" ? 0 : 1
        if state.play == .refuses { return .status(200, "{\"Command\":\"Error\"}") }
        if words[1] == "ON" {
          if !isOn(index) { state.clicks += 1 }
          let runMS = PulseTime.milliseconds(state.pulse[index])
          state.offAtMS[index] = runMS == 0 ? .max : nowMS + Int64(runMS)
        } else {
          state.offAtMS[index] = 0
        }
        if state.play == .obeysAndFallsSilent {
          state.hasFallenSilent = true
          return .hangUp
        }
        return .status(200, JSONValue.object([.init("POWER\(index + 1)", power(index))]).text())
      default: return .status(200, "{\"Command\":\"Unknown\"}")
      }
    }
  }
}

@Suite struct TasmotaTests {
  private struct House {
    let clock: RealClock
    let fake: FakeTasmota
    let server: ScriptedServer

    init(speed: Int64 = 10) async throws {
      clock = RealClock(speed: speed)
      let fake = FakeTasmota(clock)
      self.fake = fake
      server = try await ScriptedServer { fake.answer($0) }
    }

    func tasmota(port: Int? = nil, password: String? = nil, mac: String? = nil) throws -> Tasmota {
      try Tasmota(
        TasmotaSettings(url: "http://127.0.0.1:\(port ?? server.port)", password: password, mac: mac),
        clock: clock,
        logger: Logger(label: "test")
      )
    }
  }

  @Test func conforms() async throws {
    try await MachineConformance.check {
      let house = try await House()
      let machine = Switching(here: try house.tasmota(), away: try house.tasmota(port: try await freePort()))
      return MachineRig(
        machine: machine,
        clock: house.clock,
        play: { play in
          machine.isAway.withLock { $0 = play == .away }
          house.fake.state.withLock { $0.play = play }
        },
        effects: { house.fake.clicks },
        received: { house.server.asks.map(\.target).joined() },
        lifeMS: 10_000
      )
    }
  }

  @Test func setsItsTimerFirstAndReadsItBack() async throws {
    let house = try await House(speed: 20), heard = Heard<UInt64>()
    let deed = try deed(output: 1, ms: 12_001, by: house.clock.nowMS + 120_000)
    #expect(await (try house.tasmota()).carryOut(deed) { heard.add($0) } == .done)
    #expect(house.fake.state.withLock { $0.pulse } == [0, 113] && heard.all == [13_000])
    let orders = house.server.asks.map { $0.target.replacing("/cm?cmnd=", with: "") }
    #expect(orders.suffix(2) == ["PulseTime2%20113", "Power2%20ON"])
    await house.server.close()
  }

  /// A relay without its off-timer would stay on for good.
  @Test func aTimerThatIsNotTakenSwitchesNothing() async throws {
    let house = try await House()
    house.fake.state.withLock { $0.forgetsTimers = true }
    #expect(await (try house.tasmota()).carryOut(try deed(by: house.clock.nowMS + 60_000)) == .notDone("refused"))
    #expect(house.fake.clicks == 0)
    await house.server.close()
  }

  @Test func anotherDeviceAtTheAddressIsNotSwitched() async throws {
    let house = try await House()
    let wrong = try house.tasmota(mac: "A4:CF:12:FF:FF:FF")
    #expect(await wrong.carryOut(try deed(by: house.clock.nowMS + 60_000)) == .notDone("not_ours"))
    #expect(await wrong.obstacle() != nil && house.fake.clicks == 0)
    let right = try house.tasmota(mac: "a4-cf-12-00-00-01")
    #expect(try await eventually { await right.obstacle() == nil })
    await house.server.close()
  }

  @Test func givesItsPassword() async throws {
    let house = try await House()
    house.fake.state.withLock { $0.password = "se%26cret" }
    #expect(await (try house.tasmota(password: "se&cret")).carryOut(try deed(by: house.clock.nowMS + 60_000)) == .done)
    let wrong = try house.tasmota(password: "guess")
    #expect(await wrong.carryOut(try deed("dsp_2", by: house.clock.nowMS + 60_000)) == .notDone("not_allowed"))
    #expect(await wrong.obstacle()?.contains("guess") == false)
    await house.server.close()
  }

  @Test(
    arguments: [
      (1, 1, 100), (100, 1, 100), (101, 2, 200), (11_100, 111, 11_100), (11_101, 112, 12_000), (12_000, 112, 12_000),
      (12_001, 113, 13_000), (600_000, 700, 600_000), (64_800_000, 64_900, 64_800_000),
    ] as [(UInt64, Int, UInt64)]
  ) func timesAreRoundedUp(_ ms: UInt64, _ value: Int, _ runs: UInt64) {
    #expect(PulseTime.value(forMS: ms) == value && PulseTime.milliseconds(value) == runs)
  }

  @Test(arguments: [0, 64_800_001, UInt64.max]) func timesThatItCannotDo(_ ms: UInt64) async throws {
    #expect(PulseTime.value(forMS: ms) == nil)
    let house = try await House()
    #expect(
      await (try house.tasmota()).carryOut(try deed(ms: ms, by: house.clock.nowMS + 60_000)) == .notDone("cannot")
    )
    #expect(house.server.asks.isEmpty)
    await house.server.close()
  }

  @Test(arguments: [
    TasmotaSettings(url: "http://x/cm"), TasmotaSettings(url: "http://x", mac: "A4:CF"),
    TasmotaSettings(url: "http://x", outputs: [8]), TasmotaSettings(url: "http://x", outputs: []),
  ]) func refusesToBeSetUp(_ settings: TasmotaSettings) { #expect(settings.validate().count == 1) }
}
