import Coinslot
import Engine
import Synchronization
import TestKit
import Testing

@testable import Server

@Suite("Alarm desk") struct AlarmDeskTests {
  private final class Post: Sendable {
    let sent = Mutex<[AlarmNotice]>([])
    let failures: Mutex<Int>
    init(failures: Int = 0) { self.failures = Mutex(failures) }

    func take(_ notice: AlarmNotice) -> AlarmPost.Answer {
      let isBad = failures.withLock { left in
        left -= 1
        return left >= 0
      }
      if isBad { return .refused(status: 500, words: "") }
      sent.withLock { $0.append(notice) }
      return .arrived(status: 200)
    }
    var words: [String] { sent.withLock { $0.map { "\($0.word.rawValue) \($0.topic)" } } }
  }

  private func desk(
    _ post: Post,
    least: Config.Alarms.Severity = .morning,
    kept: String? = nil,
    keep: @escaping @Sendable (String) async throws -> Void = { _ in },
    _ facts: @escaping @Sendable () -> AlarmFacts
  ) -> AlarmDesk {
    var alarms = Config.Alarms(webhook: "https://a.example/x")
    alarms.leastSeverity = least
    return AlarmDesk(
      alarms,
      kept: kept,
      clock: SteadyClock(),
      log: quietLog,
      look: facts,
      keep: keep,
      post: { notice, _ in post.take(notice) }
    )
  }

  private static func facts(_ change: (inout AlarmFacts) -> Void = { _ in }) -> AlarmFacts {
    var facts = AlarmFacts(nowMS: 1_800_000_000_000, localDay: 20_000, localMinute: 600)
    change(&facts)
    return facts
  }

  @Test func whatIsRaisedArrivesEvenWhereTheFirstTryFails() async throws {
    let post = Post(failures: 1)
    let desk = desk(post) { Self.facts { $0.diskTrouble = "full" } }
    let working = Task { await desk.run() }
    #expect(try await eventually(within: 20) { post.words.sorted() == ["raised disk", "test test"] })
    working.cancel()
    await working.value
  }

  @Test func whoWantsOnlyTheUrgentGetsThatAndTheTest() async throws {
    let post = Post()
    let desk = desk(post, least: .now) {
      Self.facts {
        $0.certificateEndsMS = 0
        $0.clockTrouble = "wrong"
      }
    }
    let working = Task { await desk.run() }
    #expect(try await eventually(within: 20) { post.words.sorted() == ["raised clock", "test test"] })
    working.cancel()
    await working.value
    #expect(!post.words.contains { $0.contains("certificate") })
  }

  @Test func aRestartDoesNotRepeat() async throws {
    let kept = Mutex<String?>(nil)
    let first = desk(Post(), keep: { text in kept.withLock { $0 = text } }) { Self.facts { $0.diskTrouble = "full" } }
    await first.lookOnce()
    let text = try #require(kept.withLock { $0 })
    let post = Post()
    let second = desk(post, kept: text) { Self.facts { $0.diskTrouble = "full" } }
    let working = Task { await second.run() }
    try await Task.sleep(for: .milliseconds(800))
    working.cancel()
    await working.value
    #expect(post.words.isEmpty)
  }

  @Test func aLedgerThatKeepsNothingSilencesNobody() async throws {
    struct Full: Error {}
    let post = Post()
    let desk = desk(post, keep: { _ in throw Full() }) { Self.facts { $0.diskTrouble = "full" } }
    let working = Task { await desk.run() }
    #expect(try await eventually(within: 20) { post.words.contains("raised disk") })
    working.cancel()
    await working.value
  }

  @Test func withoutAWebhookOnlyTheLogIsTold() async throws {
    let desk = AlarmDesk(
      nil,
      kept: nil,
      clock: SteadyClock(),
      log: quietLog,
      look: { Self.facts { $0.diskTrouble = "full" } },
      keep: { _ in },
      post: { _, _ in
        Issue.record("nobody is there")
        return .arrived(status: 200)
      }
    )
    await desk.lookOnce()
    let working = Task { await desk.run() }
    try await Task.sleep(for: .milliseconds(700))
    working.cancel()
    await working.value
  }

  @Test(
    arguments: [
      (0, "UTC", 0, 0), (86_400_000, "UTC", 1, 0), (1_800_000_000_000, "UTC", 20_833, 480),
      (1_800_000_000_000, "Europe/Berlin", 20_833, 540), (1_800_000_000_000, "Asia/Kolkata", 20_833, 810),
      // Summer time is in force.
      (1_783_000_000_000, "Europe/Berlin", 20_636, 946),
    ] as [(Int64, String, Int, Int)]
  )
  func daysAreTheOperators(_ ms: Int64, _ zone: String, _ day: Int, _ minute: Int) {
    let local = LocalTime(ms, zone: zone)
    #expect(local.day == day && local.minute == minute)
  }
}
