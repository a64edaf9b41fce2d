import Coinslot
import Cryptography
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

@Suite struct ShellyTests {
  private struct House {
    let clock: RealClock
    let fake: FakeShelly
    let server: ScriptedServer

    init(speed: Int64 = 10) async throws {
      try Sodium.start()
      clock = RealClock(speed: speed)
      let fake = FakeShelly(clock)
      self.fake = fake
      server = try await ScriptedServer { fake.answer($0) }
    }

    func shelly(port: Int? = nil, password: String? = nil, id: String? = nil) throws -> Shelly {
      try Shelly(
        ShellySettings(url: "http://127.0.0.1:\(port ?? server.port)", password: password, deviceID: id),
        clock: clock,
        logger: Logger(label: "test")
      )
    }
  }

  @Test func conforms() async throws {
    try await MachineConformance.check {
      let house = try await House()
      let machine = Switching(here: try house.shelly(), away: try house.shelly(port: try await freePort()))
      return MachineRig(
        machine: machine,
        clock: house.clock,
        play: { play in
          machine.isAway.withLock { $0 = play == .away }
          house.fake.state.withLock { $0.play = play }
        },
        effects: { house.fake.clicks },
        received: { house.server.asks.map { String(decoding: $0.body, as: UTF8.self) }.joined() },
        lifeMS: 10_000
      )
    }
  }

  @Test func runsByTheDevicesOwnTimer() async throws {
    let house = try await House(speed: 20), heard = Heard<UInt64>()
    let begin = house.clock.nowMS
    let deed = try deed(output: 1, ms: 12_345, by: begin + 120_000)
    #expect(await (try house.shelly()).carryOut(deed) { heard.add($0) } == .done)
    #expect(house.clock.nowMS - begin >= 12_345 && heard.all == [12_345])
    let set = try #require(house.server.asks.compactMap(\.json).first { $0["method"]?.string == "Switch.Set" })
    #expect(set["params"]?.text() == "{\"id\":1,\"on\":true,\"toggle_after\":12.345}")
    await house.server.close()
  }

  /// The answer is lost; the timer tells that it runs.
  @Test func aLostAnswerIsFoundAgain() async throws {
    let house = try await House(speed: 20)
    house.fake.state.withLock {
      $0.play = .obeysAndFallsSilent; $0.tellsAfterwards = true
    }
    #expect(await (try house.shelly()).carryOut(try deed(ms: 60_000, by: house.clock.nowMS + 60_000)) == .done)
    #expect(house.fake.clicks == 1)
    await house.server.close()
  }

  /// The order is lost; the output that stays off tells that it may be given again.
  @Test func aLostOrderIsProvedAndGivenAgain() async throws {
    let house = try await House(speed: 10)
    house.fake.state.withLock { $0.losesSets = 1 }
    #expect(await (try house.shelly()).carryOut(try deed(ms: 90_000, by: house.clock.nowMS + 60_000)) == .done)
    #expect(house.fake.clicks == 1)
    #expect(house.server.asks.count { $0.json?["method"]?.string == "Switch.Set" } == 2)
    await house.server.close()
  }

  /// After a short run, or a restart of the device, an output that is off proves nothing.
  @Test(arguments: [true, false]) func aLostOrderThatProvesNothing(_ hasRestarted: Bool) async throws {
    let house = try await House(speed: 10)
    house.fake.state.withLock { state in
      state.losesSets = 1
      state.restartsThen = hasRestarted
    }
    let end = await (try house.shelly())
      .carryOut(try deed(ms: hasRestarted ? 90_000 : 20, by: house.clock.nowMS + 60_000))
    #expect(end == .unknown("no_answer"))
    #expect(house.server.asks.count { $0.json?["method"]?.string == "Switch.Set" } == 1)
    await house.server.close()
  }

  @Test func whatRunsIsBusyAndMayBeExtended() async throws {
    let house = try await House(speed: 10)
    let first = try deed(ms: 100_000, by: house.clock.nowMS + 60_000), begun = Tally()
    let shelly = try house.shelly()
    let running = Task { await shelly.carryOut(first) { _ in begun.add() } }
    #expect(try await eventually { begun.count == 1 })
    #expect(await shelly.carryOut(try deed("dsp_2", by: house.clock.nowMS + 5_000)) == .notDone("busy"))
    let heard = Heard<UInt64>()
    let more = try deed("dsp_3", mode: .extend, ms: 50_000, by: house.clock.nowMS + 5_000)
    let longer = Task { await shelly.carryOut(more) { heard.add($0) } }
    #expect(try await eventually { !heard.all.isEmpty })
    #expect((100_000...150_000).contains(heard.all.first ?? 0))
    #expect(await shelly.carryOut(try deed("dsp_4", mode: .stop, ms: 0, by: house.clock.nowMS + 5_000)) == .done)
    #expect(house.fake.state.withLock { $0.offAtMS[0] } == 0 && house.fake.clicks == 1)
    running.cancel()
    longer.cancel()
    _ = (await running.value, await longer.value)
    await house.server.close()
  }

  /// After a restart of ours the timer that runs is ours, and its end is waited for.
  @Test func aRunSurvivesARestart() async throws {
    let house = try await House(speed: 20), begun = Tally(), heard = Heard<UInt64>()
    let first = try deed(ms: 40_000, by: house.clock.nowMS + 60_000), shelly = try house.shelly()
    let life = Task { await shelly.carryOut(first) { _ in begun.add() } }
    #expect(try await eventually { begun.count == 1 })
    life.cancel()
    // It ends by its own timer, so nothing is in doubt.
    #expect(await life.value == .done)
    let again = try deed(ms: 40_000, by: house.clock.nowMS + 60_000, mayHaveHappened: true)
    #expect(await (try house.shelly()).carryOut(again) { heard.add($0) } == .done)
    #expect(house.fake.clicks == 1 && (heard.all.first ?? .max) <= 40_000)
    await house.server.close()
  }

  /// Where nothing runs any more: `once` stays unknown, the others rather run twice than never.
  @Test(arguments: [(true, DeedEnd.unknown("interrupted"), 0), (false, .done, 1)])
  func whatMayHaveHappened(_ once: Bool, _ end: DeedEnd, _ clicks: Int) async throws {
    let house = try await House()
    let deed = try deed(once: once, by: house.clock.nowMS + 60_000, mayHaveHappened: true)
    #expect(await (try house.shelly()).carryOut(deed) == end)
    #expect(house.fake.clicks == clicks)
    await house.server.close()
  }

  @Test func anotherDeviceAtTheAddressIsNotSwitched() async throws {
    let house = try await House()
    let shelly = try house.shelly(id: "shellyplus1-000000000000")
    #expect(try await eventually { await shelly.obstacle()?.contains("another device") == true })
    #expect(await shelly.carryOut(try deed(by: house.clock.nowMS + 60_000)) == .notDone("not_ours"))
    #expect(house.fake.clicks == 0)
    let right = try house.shelly(id: "ShellyPlus1-A8032ABE54DC")
    #expect(try await eventually { await right.obstacle() == nil })
    await house.server.close()
  }

  @Test func givesThePasswordAsADigest() async throws {
    let house = try await House()
    house.fake.state.withLock { $0.password = "secret" }
    #expect(await (try house.shelly(password: "secret")).carryOut(try deed(by: house.clock.nowMS + 60_000)) == .done)
    #expect(house.server.asks.allSatisfy { $0.header("authorization")?.contains("secret") != true })
    let wrong = try house.shelly(password: "guess")
    #expect(await wrong.carryOut(try deed("dsp_2", by: house.clock.nowMS + 60_000)) == .notDone("not_allowed"))
    let without = try house.shelly()
    #expect(try await eventually { await without.obstacle() == "the Shelly does not accept the password" })
    #expect(house.fake.clicks == 1)
    await house.server.close()
  }

  /// By the rules of RFC 7616, section 3.4.
  @Test func theDigestIsThatOfTheStandard() throws {
    let challenge =
      "Digest qop=\"auth\", realm=\"shellypro4pm-f008d1d8b8b8\", nonce=\"60dc2c69\", algorithm=SHA-256"
    let auth = try #require(DigestAuth(challenge: challenge))
    func hash(_ text: String) -> String { Hex.encode(SHA256.digest(of: text.utf8)) }
    let want = hash(
      "\(hash("admin:shellypro4pm-f008d1d8b8b8:p")):60dc2c69:00000001:abc:auth:\(hash("POST:/rpc"))"
    )
    let answer = auth.answer(user: "admin", password: "p", method: "POST", uri: "/rpc", chance: "abc")
    #expect(answer.components(after: "response=\"") == want && !answer.contains("\"p\""))
  }

  @Test(arguments: [
    "", "Basic realm=\"x\"", "Digest realm=\"x\"", "Digest realm=\"x\", nonce=\"y\", qop=\"auth\"",
    "Digest realm=\"x\", nonce=\"y\", qop=\"auth\", algorithm=MD5",
  ])
  func otherChallengesAreNotAnswered(_ text: String) { #expect(DigestAuth(challenge: text) == nil) }

  @Test(arguments: [
    ShellySettings(url: "mqtt://x"), ShellySettings(url: "http://x/rpc"), ShellySettings(url: "http://x", password: ""),
    ShellySettings(url: "http://x", deviceID: "a b"),
  ]) func refusesToBeSetUp(_ settings: ShellySettings) { #expect(settings.validate().count == 1) }
}
