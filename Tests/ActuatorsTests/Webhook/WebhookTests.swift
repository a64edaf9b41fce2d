import Coinslot
import Cryptography
import Logging
import Primitives
import Synchronization
import TestKit
import Testing

@testable import Actuators

@Suite struct WebhookTests {
  static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  private func webhook(_ url: String, clock: any Coinslot.Clock, secrets: [WebhookSecret] = []) throws -> Webhook {
    try Webhook(
      WebhookSettings(url: url, secrets: secrets, allowPrivate: true),
      clock: clock,
      logger: Logger(label: "test")
    )
  }

  @Test func conforms() async throws {
    try await MachineConformance.check {
      let clock = RealClock(speed: 4)
      let seen = Mutex<Set<String>>([])
      let falls = Tally()
      let server = try await ScriptedServer { _ in .status(500) }
      let away = try await freePort()
      let machine = Switching(
        here: try webhook(server.url, clock: clock),
        away: try webhook("http://127.0.0.1:\(away)/", clock: clock)
      )
      return MachineRig(
        machine: machine,
        clock: clock,
        play: { play in
          machine.isAway.withLock { $0 = play == .away }
          server.play { ask in
            let id = ask.header("webhook-id") ?? ""
            if play == .refuses { return .status(422) }
            seen.withLock { _ = $0.insert(id) }
            if play == .obeysAndFallsSilent {
              falls.add()
              return .hangUp
            }
            return .status(204)
          }
        },
        effects: { seen.withLock { $0.count } },
        received: { server.asks.map { "\($0.target)\n\(String(decoding: $0.body, as: UTF8.self))" }.joined() }
      )
    }
  }

  @Test func tellsWhatIsKnownAndSignsIt() async throws {
    let clock = RealClock()
    let secrets = [
      try #require(WebhookSecret(Self.secret)),
      try #require(WebhookSecret("whsec_" + String(repeating: "A", count: 32))),
    ]
    try await withServer { _ in
      .status(200)
    } _: { server async throws in
      let machine = try webhook("\(server.url)/hook?x=1", clock: clock, secrets: secrets)
      let byMS = clock.nowMS + 5_000
      #expect(await machine.carryOut(try deed(output: 3, ms: 600_000, by: byMS, comment: "a\"b\u{7}")) == .done)
      let ask = try #require(server.asks.first)
      #expect(ask.target == "/hook?x=1" && ask.header("webhook-id") == "dsp_01")
      let timestamp = try #require(ask.header("webhook-timestamp"))
      #expect(abs((Int64(timestamp) ?? 0) - clock.nowMS / 1_000) < 5)
      let signatures = try #require(ask.header("webhook-signature")).split(separator: " ")
      #expect(signatures.count == 2)
      let key = try Sodium.Base64.decode(Array(Self.secret.utf8.dropFirst(6)).span)
      let code = Sodium.HMACSHA256.code(Array("dsp_01.\(timestamp).".utf8) + ask.body, key: key)
      #expect(signatures.first.map(String.init) == "v1,\(Sodium.Base64.encode(code.bytes))")
      let json = try #require(ask.json)
      #expect(json["type"]?.string == "dispatch.run")
      #expect(json["timestamp"]?.string?.hasSuffix("Z") == true)
      let data = try #require(json["data"])
      #expect(data["slot"]?.string == "lamp" && data["sale"]?.string == "sal_01" && data["amount"]?.string == "21000")
      #expect(data["asset"]?.string == "sat" && data["function"]?.string == "blink" && data["ms"]?.uint64 == 600_000)
      #expect(data["channel"]?.int == 3 && data["mode"]?.string == "new" && data["comment"]?.string == "a\"b ")
    }
  }

  @Test(arguments: [
    (200, DeedEnd.done), (202, .done), (299, .done), (301, .notDone("refused")), (307, .notDone("refused")),
    (400, .notDone("refused")), (401, .notDone("not_allowed")), (403, .notDone("not_allowed")),
    (404, .notDone("refused")), (410, .notDone("gone")), (422, .notDone("refused")),
    (429, .notDone("away")), (503, .notDone("away")), (500, .unknown("failed")), (502, .unknown("failed")),
    (504, .unknown("failed")),
  ]) func anAnswerMeans(_ status: Int, _ end: DeedEnd) async throws {
    let clock = RealClock(speed: 10)
    try await withServer { _ in
      .status(status)
    } _: { server async throws in
      let machine = try webhook(server.url, clock: clock)
      #expect(await machine.carryOut(try deed(by: clock.nowMS + 2_000)) == end)
      #expect((await machine.obstacle() != nil) == (status == 410))
    }
  }

  /// The same id and the same bytes until it is taken; a timestamp for each attempt.
  @Test func repeatsUntilItIsTaken() async throws {
    let clock = RealClock(speed: 10)
    let tally = Tally()
    try await withServer { _ in
      tally.add()
      return tally.count < 3 ? [.hangUp, .status(503)][tally.count % 2] : .status(200)
    } _: { server async throws in
      let machine = try webhook(server.url, clock: clock)
      #expect(await machine.carryOut(try deed(by: clock.nowMS + 60_000)) == .done)
      #expect(server.asks.count == 3)
      #expect(Set(server.asks.map { $0.header("webhook-id") }) == ["dsp_01"])
      #expect(Set(server.asks.map(\.body)).count == 1)
    }
  }

  @Test func waitsAsLongAsItIsAsked() async throws {
    let clock = RealClock(speed: 10)
    let tally = Tally()
    try await withServer { _ in
      tally.add()
      return tally.count == 1 ? .status(429, headers: [("Retry-After", "5")]) : .status(200)
    } _: { server async throws in
      let machine = try webhook(server.url, clock: clock)
      let begin = clock.nowMS
      #expect(await machine.carryOut(try deed(by: begin + 60_000)) == .done)
      #expect(clock.nowMS - begin >= 5_000)
    }
  }

  /// Who asks for more patience than there is left is not waited for.
  @Test func doesNotWaitPastTheDeadline() async throws {
    let clock = RealClock()
    try await withServer { _ in
      .status(503, headers: [("Retry-After", "3600")])
    } _: { server async throws in
      let machine = try webhook(server.url, clock: clock)
      let begin = clock.nowMS
      #expect(await machine.carryOut(try deed(by: begin + 30_000)) == .notDone("away"))
      #expect(clock.nowMS - begin < 10_000 && server.asks.count == 1)
    }
  }

  /// A refusal proves nothing about an earlier try that may have arrived.
  @Test func aRefusalAfterSilenceIsUnknown() async throws {
    let clock = RealClock(speed: 10)
    let tally = Tally()
    try await withServer { _ in
      tally.add()
      return tally.count == 1 ? .hangUp : .status(422)
    } _: { server async throws in
      let machine = try webhook(server.url, clock: clock)
      #expect(await machine.carryOut(try deed(by: clock.nowMS + 60_000)) == .unknown("refused"))
    }
  }

  @Test func oneAtATimeAndABoundOnWhoWaits() async throws {
    let clock = RealClock()
    try await withServer { _ in
      .silence
    } _: { server async throws in
      let machine = try webhook(server.url, clock: clock)
      let byMS = clock.nowMS + 60_000
      let tasks = try (0..<Webhook.mostWaiting + 1).map { index in
        let deed = try deed("dsp_\(index)", by: byMS)
        return Task { await machine.carryOut(deed) }
      }
      #expect(try await eventually { await machine.obstacle() != nil })
      #expect(await machine.carryOut(try deed("dsp_one_more", by: byMS)) == .notDone("full"))
      #expect(server.asks.count <= 1)
      for task in tasks { task.cancel() }
      for task in tasks { _ = await task.value }
      #expect(await machine.obstacle() == nil)
    }
  }

  @Test(arguments: [
    ("http://example.org/hook", false), ("https://10.0.0.1/hook", false), ("https://169.254.169.254/", true),
    ("ftp://example.org", false), ("https://user:secret@example.org/", false), ("nonsense", true),
    ("wss://example.org/", true), ("https://example.org/{a}", true),
  ]) func refusesToBeSetUp(_ url: String, _ allowsPrivate: Bool) throws {
    let settings = WebhookSettings(url: url, allowPrivate: allowsPrivate)
    let mistakes = settings.validate()
    #expect(mistakes.first?.key == "url")
    #expect(!mistakes.contains { "\($0)".contains("secret") })
    #expect(throws: MachineMistake.self) {
      () throws in _ = try Webhook(settings, clock: TestClock(), logger: Logger(label: "test"))
    }
  }

  @Test func isSetUp() {
    #expect(WebhookSettings(url: "https://example.org/hook?a=b").validate().isEmpty)
    #expect(WebhookSettings(url: "http://192.168.1.7:8080/hook", allowPrivate: true).validate().isEmpty)
  }
}
