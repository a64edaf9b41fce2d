import Coinslot
import Engine
import Logging
import Synchronization

/// Looks how things stand, asks the book what a person must hear, and sees that it arrives.
///
/// Everything is in the log too, whether there is a webhook or not.
///
/// ## On failure
/// What was raised is kept in the ledger (`alarms.book`) before it is posted; a crash in between may cost one message,
/// which the daily reminder repeats.
final class AlarmDesk: Sendable {
  static let everyMS: Int64 = 5_000
  static let setting = "alarms.book"

  private let book: Mutex<AlarmBook>
  private let queue = Mutex(AlarmQueue())
  private let hours: AlarmBook.Hours
  private let leastSeverity: Alarm.Severity
  private let clock: any Clock
  private let log: Logger
  private let look: @Sendable () async -> AlarmFacts
  private let keep: @Sendable (String) async throws -> Void
  private let post: (@Sendable (AlarmNotice, Int) async -> AlarmPost.Answer)?

  /// A desk.
  ///
  /// - Parameters:
  ///   - alarms: What the operator wants; nil: the log alone.
  ///   - kept: The book as an earlier run left it.
  ///   - clock: Time.
  ///   - log: Told of everything.
  ///   - look: Gathers how things stand.
  ///   - keep: Keeps the book.
  ///   - post: Posts a message that stands for so many earlier ones.
  init(
    _ alarms: Config.Alarms?,
    kept: String?,
    clock: any Clock,
    log: Logger,
    look: @escaping @Sendable () async -> AlarmFacts,
    keep: @escaping @Sendable (String) async throws -> Void,
    post: (@Sendable (AlarmNotice, Int) async -> AlarmPost.Answer)?
  ) {
    book = Mutex(kept.map { AlarmBook(text: $0) } ?? AlarmBook())
    var hours = AlarmBook.Hours()
    if let alarms { (hours.morning, hours.test) = (alarms.morning, alarms.test) }
    self.hours = hours
    leastSeverity = alarms?.leastSeverity == .now ? .now : .morning
    self.clock = clock
    self.log = log
    self.look = look
    self.keep = keep
    self.post = alarms == nil ? nil : post
  }

  /// Works until cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          await self.lookOnce()
          await self.clock.pause(forMS: Self.everyMS)
        }
      }
      group.addTask { await self.deliver() }
    }
  }

  /// Looks once and puts what is new on its way.
  func lookOnce() async {
    let facts = await look()
    let (notices, text, hasChanged) = book.withLock { book in
      let before = book
      let notices = book.look(facts, hours: hours)
      return (notices, book.text, book != before)
    }
    if hasChanged {
      do { try await keep(text) } catch {
        log.warning("raised alarms could not be kept", metadata: ["error": "\(error)"])
      }
    }
    for notice in notices { tell(notice) }
  }

  private func tell(_ notice: AlarmNotice) {
    let level: Logger.Level =
      notice.word == .test ? .info : notice.word == .over ? .notice : notice.severity == .now ? .critical : .warning
    log.log(
      level: level,
      "alarm",
      metadata: [
        "alarm.word": "\(notice.word.rawValue)", "alarm.title": "\(notice.title)", "alarm.text": "\(notice.text)",
        "alarm.next": "\(notice.next)",
      ]
    )
    guard post != nil, notice.word == .test || notice.severity >= leastSeverity else { return }
    queue.withLock { $0.add(notice, nowMS: clock.nowMS) }
  }

  /// Posts what waits, one message at a time, until cancelled.
  private func deliver() async {
    guard let post else { return }
    while !Task.isCancelled {
      if let message = queue.withLock({ $0.due(nowMS: clock.nowMS) }) {
        await send(message, post)
      } else {
        await clock.pause(forMS: 500)
      }
    }
  }

  private func send(
    _ message: AlarmQueue.Message,
    _ post: @Sendable (AlarmNotice, Int) async -> AlarmPost.Answer
  ) async {
    let answer = await post(message.notice, message.merged)
    if answer.isGood { return queue.withLock { $0.arrived(message) } }
    let isLost = queue.withLock { $0.failed(message, nowMS: clock.nowMS) }
    log.error(
      isLost ? "alarm was given up after a day" : "alarm did not arrive; it is tried again",
      metadata: ["alarm.title": "\(message.notice.title)", "reason": "\(answer)"]
    )
  }
}
