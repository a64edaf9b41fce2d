import Coinslot
import Foundation
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

/// A machine that lives at a broker: remembers what it was told, and answers.
final class FakeMQTTMachine: Sendable {
  let play = Mutex(MachineRig.Play.obeys)
  private let done = Mutex<[String: Int]>([:])
  let probe: MQTTProbe

  var effects: Int { done.withLock { $0.count } }

  init(port: Int, device: String, runMS: Int = 50) async throws {
    probe = try await MQTTProbe(port: port)
    try await probe.subscribe("coinslot/\(device)/+/command")
    probe.answer { [weak self] message in
      guard let self, let json = try? JSONValue(parsing: message.payload), let id = json["id"]?.string else {
        return []
      }
      let answer = message.topic.replacing("/command", with: "/answer")
      func word(_ word: String, _ leftMS: Int = 0) -> (topic: String, payload: String) {
        (answer, "{\"id\":\"\(id)\",\"word\":\"\(word)\",\"left_ms\":\(leftMS)}")
      }
      switch play.withLock({ $0 }) {
      case .refuses: return [word("failed")]
      case .away: return []
      case .obeys, .obeysAndFallsSilent:
        let isNew = done.withLock { done in
          done[id, default: 0] += 1
          return done[id] == 1
        }
        if play.withLock({ $0 }) == .obeysAndFallsSilent { return [] }
        return isNew ? [word("accepted", runMS), word("done")] : [word("done")]
      }
    }
  }
}

@Suite(.serialized) struct MQTTMachineTests {
  static let device = "machine-1"

  /// A running connection to a broker and a machine there.
  private struct Town {
    let broker: MQTTBroker
    let machine: MQTTMachine
    let clock: any Coinslot.Clock
    let running: Task<Void, Never>

    init(
      port: Int,
      clock: any Coinslot.Clock = RealClock(),
      answers: Bool = true,
      user: String? = nil,
      password: String? = nil,
      trust: String? = nil,
      discovery: String? = nil
    ) throws {
      let settings = MQTTSettings(
        url: trust == nil ? "mqtt://127.0.0.1:\(port)" : "mqtts://localhost:\(port)",
        user: user,
        password: password,
        trustedCAFile: trust,
        discoveryPrefix: discovery
      )
      let broker = try MQTTBroker(settings, clock: clock, logger: Logger(label: "test"))
      machine = try MQTTMachine(
        MQTTMachineSettings(device: device, outputs: [0, 1], answers: answers),
        broker: broker
      )
      self.broker = broker
      self.clock = clock
      running = Task { await broker.run() }
    }

    func isConnected() async throws {
      #expect(try await eventually { broker.trouble == nil }, "\(broker.trouble ?? "")")
    }

    func end() async {
      running.cancel()
      await running.value
    }
  }

  @Test func conforms() async throws {
    let mosquitto = try await Mosquitto()
    let towns = Heard<Town>()
    try await MachineConformance.check {
      for town in towns.all { await town.end() }
      let town = try Town(port: mosquitto.port, clock: RealClock(speed: 4))
      towns.add(town)
      try await town.isConnected()
      let away = try Town(port: try await freePort(), clock: town.clock)
      towns.add(away)
      let fake = try await FakeMQTTMachine(port: mosquitto.port, device: Self.device)
      let machine = Switching(here: town.machine, away: away.machine)
      return MachineRig(
        machine: machine,
        clock: town.clock,
        play: { play in
          machine.isAway.withLock { $0 = play == .away }
          fake.play.withLock { $0 = play }
        },
        effects: { fake.effects },
        received: { fake.probe.heard.map { String(decoding: $0.payload, as: UTF8.self) }.joined() }
      )
    }
    for town in towns.all { await town.end() }
  }

  @Test func tellsWhatIsToBeDoneAndNeverRetainsIt() async throws {
    let mosquitto = try await Mosquitto()
    let fake = try await FakeMQTTMachine(port: mosquitto.port, device: Self.device, runMS: 600_000)
    let town = try Town(port: mosquitto.port, discovery: "homeassistant")
    try await town.isConnected()
    let heard = Heard<UInt64>()
    let byMS = town.clock.nowMS + 5_000
    let deed = try deed(output: 1, mode: .extend, ms: 600_000, by: byMS, comment: "hello \"you\"")
    #expect(await town.machine.carryOut(deed) { heard.add($0) } == .done)
    let message = try #require(fake.probe.heard.first)
    #expect(message.topic == "coinslot/machine-1/1/command" && !message.isRetained)
    let json = try JSONValue(parsing: message.payload)
    #expect(json["id"]?.string == "dsp_01" && json["mode"]?.string == "extend" && json["ms"]?.uint64 == 600_000)
    #expect(json["once"]?.bool == true && json["deadline_ms"]?.int64 == byMS)
    #expect((1...5_000).contains(json["life_ms"]?.int ?? 0) && json["comment"]?.string == "hello \"you\"")
    #expect(
      try await eventually { try await mosquitto.retained("coinslot/#").keys.contains("coinslot/machine-1/1/outcome") }
    )
    let kept = try await mosquitto.retained("#")
    #expect(kept["coinslot/status"] == "online")
    #expect(!kept.keys.contains { $0.hasSuffix("/command") || $0.hasSuffix("/answer") })
    await town.end()
    #expect(try await eventually { try await mosquitto.retained("coinslot/status")["coinslot/status"] == "offline" })
  }

  @Test func announcesItselfToHomeAssistant() async throws {
    let mosquitto = try await Mosquitto()
    let town = try Town(port: mosquitto.port, discovery: "homeassistant")
    try await town.isConnected()
    let topic = "homeassistant/device/coinslot_machine-1/config"
    #expect(try await eventually { try await mosquitto.retained("homeassistant/#")[topic] != nil })
    let text = try #require(try await mosquitto.retained("homeassistant/#")[topic])
    let json = try JSONValue(parsing: text)
    #expect(json["dev"]?["ids"]?[0]?.string == "coinslot_machine-1" && json["o"]?["name"]?.string == "coinslot")
    #expect(json["availability"]?[0]?["topic"]?.string == "coinslot/status")
    let parts = try #require(json["cmps"]?.object)
    #expect(parts.map(\.key) == ["connection", "outcome_0", "outcome_1"])
    #expect(parts.allSatisfy { $0.value["p"] != nil && $0.value["unique_id"] != nil && $0.value["state_topic"] != nil })
    // Home Assistant starts anew: it is told again.
    let probe = try await MQTTProbe(port: mosquitto.port)
    try await probe.subscribe(topic)
    #expect(try await eventually { probe.heard.count == 1 })
    probe.publish("homeassistant/status", "online")
    #expect(try await eventually { probe.heard.count == 2 })
    await probe.close()
    await town.end()
  }

  /// The broker dies with a command under way: it is published again, marked, with the life that is left then.
  @Test func aBrokerThatStartsAgainGetsItOnceMore() async throws {
    let mosquitto = try await Mosquitto()
    let town = try Town(port: mosquitto.port)
    try await town.isConnected()
    mosquitto.stop(killing: true)
    #expect(try await eventually { town.broker.trouble != nil })
    #expect(await town.machine.obstacle() != nil)
    let deed = try deed(by: town.clock.nowMS + 20_000)
    let waiting = Task { await town.machine.carryOut(deed) }
    try await Task.sleep(for: .milliseconds(50))
    try await mosquitto.start()
    let fake = try await FakeMQTTMachine(port: mosquitto.port, device: Self.device)
    #expect(await waiting.value == .done)
    #expect(fake.effects == 1)
    let life = try JSONValue(parsing: try #require(fake.probe.heard.first).payload)["life_ms"]?.int ?? 0
    #expect((1..<20_000).contains(life))
    await town.end()
  }

  /// The broker dies while the machine runs: its end is heard over the next connection, and nothing is told twice.
  @Test func aBrokerThatDiesInTheMiddleLosesNoEnd() async throws {
    let mosquitto = try await Mosquitto()
    let town = try Town(port: mosquitto.port)
    try await town.isConnected()
    let before = try await MQTTProbe(port: mosquitto.port)
    try await before.subscribe("coinslot/machine-1/+/command")
    before.answer { _ in
      [("coinslot/machine-1/0/answer", "{\"id\":\"dsp_01\",\"word\":\"accepted\",\"left_ms\":30000}")]
    }
    let begun = Tally()
    let deed = try deed(by: town.clock.nowMS + 2_000)
    let waiting = Task { await town.machine.carryOut(deed) { _ in begun.add() } }
    #expect(try await eventually { begun.count == 1 })
    mosquitto.stop(killing: true)
    #expect(try await eventually { town.broker.trouble != nil })
    try await mosquitto.start()
    let after = try await MQTTProbe(port: mosquitto.port)
    try await after.subscribe("coinslot/machine-1/+/command")
    try await town.isConnected()
    // Said until it is heard, as a machine does that keeps what it owes.
    let saying = Task {
      while !Task.isCancelled {
        after.publish("coinslot/machine-1/0/answer", "{\"id\":\"dsp_01\",\"word\":\"done\"}")
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
    #expect(await waiting.value == .done)
    saying.cancel()
    #expect(before.heard.count == 1 && after.heard.isEmpty && begun.count == 1)
    await after.close()
    await town.end()
  }

  /// What the broker did not acknowledge goes out again with the mark of a repetition.
  @Test func aRepetitionSaysSo() async throws {
    let broker = try await SilentBroker()
    let town = try Town(port: broker.port)
    let deed = try deed(by: town.clock.nowMS + 20_000)
    let waiting = Task { await town.machine.carryOut(deed) }
    #expect(try await eventually { broker.commands.count >= 1 })
    broker.hangUp()
    #expect(try await eventually { broker.commands.count >= 2 })
    let (first, second) = (broker.commands[0], broker.commands[1])
    #expect(!first.isAgain && second.isAgain && first.packetID == second.packetID && !second.isRetained)
    let lives = try [first, second].map { try JSONValue(parsing: $0.payload)["life_ms"]?.int ?? 0 }
    #expect(lives[1] < lives[0])
    waiting.cancel()
    _ = await waiting.value
    await town.end()
    await broker.close()
  }

  @Test func aWrongPasswordIsNamed() async throws {
    let mosquitto = try await Mosquitto(users: ["coinslot": "right"])
    let wrong = try Town(port: mosquitto.port, user: "coinslot", password: "wrong")
    #expect(try await eventually { wrong.broker.trouble?.contains("password") == true })
    #expect(await wrong.machine.obstacle()?.contains("wrong") == false)
    #expect(await wrong.machine.carryOut(try deed(by: wrong.clock.nowMS + 300)) == .notDone("away"))
    await wrong.end()
    let right = try Town(port: mosquitto.port, user: "coinslot", password: "right")
    try await right.isConnected()
    await right.end()
  }

  @Test func speaksTLS() async throws {
    let folder = try Folder()
    let files = try Certificates.write(into: folder.path)
    let mosquitto = try await Mosquitto(tls: files)
    let town = try Town(port: mosquitto.port, trust: files.certificate)
    try await town.isConnected()
    await town.end()
    let other = try folder.write(Certificates.second, "other.pem")
    let stranger = try Town(port: mosquitto.port, trust: other)
    #expect(try await eventually { stranger.broker.trouble == "no TLS with the broker" })
    await stranger.end()
  }

  /// What cannot answer is told once, and nobody claims to know what became of it.
  @Test func whoCannotAnswerIsToldOnce() async throws {
    let mosquitto = try await Mosquitto()
    let town = try Town(port: mosquitto.port, answers: false)
    try await town.isConnected()
    let probe = try await MQTTProbe(port: mosquitto.port)
    try await probe.subscribe("coinslot/machine-1/+/command")
    #expect(await town.machine.carryOut(try deed(by: town.clock.nowMS + 5_000)) == .sent)
    #expect(try await eventually { probe.heard.count == 1 })
    let again = try deed(by: town.clock.nowMS + 5_000, mayHaveHappened: true)
    #expect(await town.machine.carryOut(again) == .unknown("interrupted"))
    #expect(probe.heard.count == 1)
    await probe.close()
    await town.end()
  }

  @Test(arguments: [
    ("busy", DeedEnd.notDone("busy")), ("expired", .notDone("too_late")), ("failed", .notDone("failed")),
    ("unknown", .unknown("interrupted")), ("nonsense", .unknown("no_answer")), ("done", .done),
  ]) func aWordMeans(_ word: String, _ end: DeedEnd) async throws {
    let mosquitto = try await Mosquitto()
    let town = try Town(port: mosquitto.port, clock: RealClock(speed: 20))
    try await town.isConnected()
    let probe = try await MQTTProbe(port: mosquitto.port)
    try await probe.subscribe("coinslot/machine-1/+/command")
    probe.answer { _ in
      [
        ("coinslot/machine-1/0/answer", "{\"id\":\"dsp_other\",\"word\":\"done\"}"),
        ("coinslot/other/0/answer", "{\"id\":\"dsp_01\",\"word\":\"done\"}"),
        ("coinslot/machine-1/0/answer", "{\"id\":\"dsp_01\",\"word\":\"\(word)\"}"),
      ]
    }
    // Nobody listens to another machine's answers, so only the third counts.
    #expect(await town.machine.carryOut(try deed(by: town.clock.nowMS + 4_000)) == end)
    await probe.close()
    await town.end()
  }

  @Test func aMachineThatSaysItIsAwayIsAnObstacle() async throws {
    let mosquitto = try await Mosquitto()
    let probe = try await MQTTProbe(port: mosquitto.port)
    probe.publish("coinslot/machine-1/availability", "offline", retained: true)
    let town = try Town(port: mosquitto.port)
    try await town.isConnected()
    #expect(try await eventually { await town.machine.obstacle() == "the machine is not connected to the broker" })
    probe.publish("coinslot/machine-1/availability", "online", retained: true)
    #expect(try await eventually { await town.machine.obstacle() == nil })
    await probe.close()
    await town.end()
  }

  @Test func aBoundOnWhatWaits() async throws {
    let clock = RealClock()
    let broker = try MQTTBroker(MQTTSettings(url: "mqtt://127.0.0.1:1"), clock: clock, logger: Logger(label: "test"))
    let byMS = clock.nowMS + 60_000
    let tasks = (0..<MQTTBroker.mostWaiting).map { _ in
      Task { await broker.publish(to: "a", untilMS: byMS) { _ in [1] } }
    }
    #expect(try await eventually { broker.state.withLock { $0.waiting.count } == MQTTBroker.mostWaiting })
    #expect(await broker.publish(to: "a", untilMS: byMS) { _ in [1] } == .full)
    for task in tasks { task.cancel() }
    for task in tasks { #expect(await task.value == .neverSent) }
  }

  @Test(arguments: [
    MQTTSettings(url: "http://x"), MQTTSettings(url: "mqtt://x", clientID: ""),
    MQTTSettings(url: "mqtt://x", password: "p"), MQTTSettings(url: "mqtt://x", keepAliveSeconds: 0),
    MQTTSettings(url: "mqtt://x", statusTopic: "a/#"), MQTTSettings(url: "mqtt://x", discoveryPrefix: ""),
  ]) func refusesToBeSetUp(_ settings: MQTTSettings) { #expect(settings.validate().count == 1) }

  @Test(arguments: ["", "a/b", "a+", "#", "ä", String(repeating: "a", count: 65)])
  func refusesNames(_ device: String) { #expect(MQTTMachineSettings(device: device).validate().count == 1) }
}
