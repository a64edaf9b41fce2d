import Coinslot
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

/// A car with its fake, and what it keeps.
struct TeslaTown {
  let fake = FakeTesla()
  let server: ScriptedServer
  let clock: RealClock
  let tokens: MemoryTokens
  let drives = MemoryDrives()
  let keyring: TeslaKeyring

  init(speed: Int64 = 20, tokens: TeslaTokens? = nil) async throws {
    let fake = fake
    server = try await ScriptedServer { fake.answer($0) }
    clock = RealClock(speed: speed)
    self.tokens = MemoryTokens(
      tokens ?? TeslaTokens(access: "token-1", refresh: "refresh-1", expiresAtMS: clock.nowMS + 3_600_000)
    )
    keyring = try TeslaKeyring(
      TeslaKeySettings(clientID: "client", url: "\(server.url)/token"),
      store: self.tokens,
      clock: clock,
      logger: Logger(label: "test")
    )
  }

  func car(port: Int? = nil) throws -> TeslaCar {
    try TeslaCar(
      TeslaSettings(url: "http://127.0.0.1:\(port ?? server.port)", vin: FakeTesla.vin),
      keyring: keyring,
      drives: drives,
      clock: clock,
      logger: Logger(label: "test")
    )
  }
}

@Suite struct TeslaCarTests {
  @Test func conforms() async throws {
    try await MachineConformance.check {
      let town = try await TeslaTown()
      let machine = Switching(here: try town.car(), away: try town.car(port: try await freePort()))
      return MachineRig(
        machine: machine,
        clock: town.clock,
        play: { play in
          machine.isAway.withLock { $0 = play == .away }
          town.fake.state.withLock { state in
            switch play {
            case .obeys, .away: state.replies = []
            case .refuses: state.replies = [.status(200, "{\"response\":{\"result\":false,\"reason\":\"no\"}}")]
            case .obeysAndFallsSilent:
              state.obeysFirst = true
              state.replies = [.hangUp]
            }
          }
        },
        effects: { town.fake.done.count },
        received: { town.server.asks.map { "\($0.target) \(String(decoding: $0.body, as: UTF8.self))" }.joined() },
        lifeMS: 20_000
      )
    }
  }

  /// Silence after a command: a second horn is worse than none, a second lock is not.
  @Test(arguments: TeslaCommand.allCases.filter { $0 != .letDrive })
  func afterSilenceOnlyTheHarmlessIsRepeated(_ command: TeslaCommand) async throws {
    let town = try await TeslaTown()
    town.fake.state.withLock { state in
      state.obeysFirst = true
      state.replies = [.hangUp, .status(200, FakeTesla.yes)]
    }
    let byMS = town.clock.nowMS + 120_000
    let end = await (try town.car()).carryOut(try deed(output: command.rawValue, by: byMS))
    #expect(end == (command.isRepeatable ? .done : .unknown("no_answer")))
    #expect(town.fake.count(command.name) == (command.isRepeatable ? 2 : 1))
    await town.server.close()
  }

  @Test func wakesTheCar() async throws {
    let town = try await TeslaTown()
    town.fake.state.withLock {
      $0.isAsleep = true; $0.looksUntilAwake = 3
    }
    #expect(await (try town.car()).carryOut(try deed(by: town.clock.nowMS + 180_000)) == .done)
    #expect(town.fake.done == ["honk_horn"])
    #expect(town.server.asks.count { $0.path.hasSuffix("/wake_up") } == 1)
    await town.server.close()
  }

  @Test func aCarThatSleepsOnIsAway() async throws {
    let town = try await TeslaTown(speed: 60)
    town.fake.state.withLock {
      $0.isAsleep = true; $0.looksUntilAwake = 1_000_000
    }
    let byMS = town.clock.nowMS + 60_000
    #expect(await (try town.car()).carryOut(try deed(by: byMS)) == .notDone("away"))
    #expect(town.fake.done.isEmpty)
    #expect(town.server.asks.count { $0.path.hasSuffix("/wake_up") } <= TeslaCar.mostWakes)
    await town.server.close()
  }

  @Test func oneCommandAtATime() async throws {
    let town = try await TeslaTown(speed: 1)
    let inside = Mutex(0), most = Mutex(0)
    let fake = town.fake
    town.server.play { ask in
      let now = inside.withLock {
        $0 += 1; return $0
      }
      most.withLock { $0 = max($0, now) }
      defer { inside.withLock { $0 -= 1 } }
      return fake.answer(ask)
    }
    let car = try town.car()
    let byMS = town.clock.nowMS + 10_000
    await withTaskGroup(of: DeedEnd.self) { group in
      for index in 0..<8 {
        guard let deed = try? deed("dsp_\(index)", output: UInt8(index % 2), by: byMS) else { continue }
        group.addTask { await car.carryOut(deed) }
      }
      for await end in group { #expect(end == .done) }
    }
    #expect(most.withLock { $0 } == 1 && fake.done.count == 8)
    await town.server.close()
  }

  @Test func aTooOldTokenIsRenewedOnceAndStored() async throws {
    let town = try await TeslaTown()
    town.fake.state.withLock { $0.good = ["another"] }
    #expect(await (try town.car()).carryOut(try deed(by: town.clock.nowMS + 120_000)) == .done)
    #expect(await town.tokens.read()?.refresh == "refresh-2")
    #expect(town.fake.done == ["honk_horn"])
    await town.server.close()
  }

  @Test func aTokenThatIsNeverAcceptedIsNotRenewedForEver() async throws {
    let town = try await TeslaTown()
    let fake = town.fake
    town.server.play { ask in ask.path == "/token" ? fake.answer(ask) : .status(401) }
    #expect(await (try town.car()).carryOut(try deed(by: town.clock.nowMS + 120_000)) == .notDone("not_allowed"))
    #expect(fake.state.withLock { $0.renewals } == 1)
    await town.server.close()
  }

  @Test(arguments: [(TeslaCommand.letDrive.rawValue + 2, Dispatch.Mode.new), (0, .stop), (255, .new)])
  func whatItCannotDoIsNotDone(_ output: UInt8, _ mode: Dispatch.Mode) async throws {
    let town = try await TeslaTown()
    let byMS = town.clock.nowMS + 60_000
    #expect(await (try town.car()).carryOut(try deed(output: output, mode: mode, by: byMS)) == .notDone("cannot"))
    #expect(town.server.asks.isEmpty)
    await town.server.close()
  }

  /// Slots and past sales name outputs: what was given out stays.
  @Test func outputsNeverChange() {
    #expect(
      TeslaCommand.allCases.map { "\($0.rawValue) \($0.name)" } == [
        "0 honk_horn", "1 flash_lights", "2 charge_port_door_open", "3 charge_port_door_close", "4 door_unlock",
        "5 door_lock", "6 media_toggle_playback", "7 media_next_fav", "8 media_volume_up", "9 actuate_trunk",
        "10 actuate_trunk", "11 remote_start_drive", "12 remote_start_drive",
      ]
    )
  }
}
