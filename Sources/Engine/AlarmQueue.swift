/// Messages on their way to a person, purely: when each is tried, and what happens where none gets through.
///
/// ## On failure
/// Kept in memory: what is still true after a restart is raised again by the daily reminder, and stands in the log.
package struct AlarmQueue: Sendable {
  /// Messages that wait at once; beyond it the newest takes in the oldest of its topic.
  package static let most = 100
  /// How long one message is tried, milliseconds.
  package static let lifeMS: Int64 = 24 * 3_600_000
  /// The pause after the first failure, milliseconds; it doubles, up to `longestMS`.
  package static let firstMS: Int64 = 5_000
  /// The longest pause, milliseconds.
  package static let longestMS: Int64 = 600_000

  /// One message on its way.
  package struct Message: Hashable, Sendable {
    /// Its number in the queue.
    package let number: UInt64
    /// What is told.
    package let notice: AlarmNotice
    /// Earlier messages that it stands for.
    package var merged = 0
    /// When it was put in, milliseconds.
    package let atMS: Int64
    var attempts = 0
    var dueMS: Int64
  }
  private var waiting: [Message] = []
  private var nextNumber: UInt64 = 1
  /// Messages that were given up.
  package private(set) var lost = 0

  /// An empty queue.
  package init() {}

  /// How many wait.
  package var count: Int { waiting.count }
  /// When the next is due, milliseconds; nil where none waits.
  package var dueMS: Int64? { waiting.map(\.dueMS).min() }

  /// Puts a message in.
  package mutating func add(_ notice: AlarmNotice, nowMS: Int64) {
    var message = Message(number: nextNumber, notice: notice, atMS: nowMS, dueMS: nowMS)
    nextNumber += 1
    if waiting.count >= Self.most {
      if let index = waiting.firstIndex(where: { $0.notice.topic == notice.topic }) {
        message.merged = waiting.remove(at: index).merged + 1
      } else {
        // What can wait until the morning goes before what cannot.
        waiting.remove(at: waiting.firstIndex { $0.notice.severity == .morning } ?? 0)
        lost += 1
      }
    }
    waiting.append(message)
  }

  /// The message to try now: the one due longest.
  package func due(nowMS: Int64) -> Message? {
    waiting.filter { $0.dueMS <= nowMS }.min { ($0.dueMS, $0.number) < ($1.dueMS, $1.number) }
  }

  /// The message arrived.
  package mutating func arrived(_ message: Message) { waiting.removeAll { $0.number == message.number } }

  /// The message did not arrive; true where it is given up now.
  package mutating func failed(_ message: Message, nowMS: Int64) -> Bool {
    guard let index = waiting.firstIndex(where: { $0.number == message.number }) else { return false }
    guard nowMS - waiting[index].atMS < Self.lifeMS else {
      waiting.remove(at: index)
      lost += 1
      return true
    }
    let pauseMS = min(Self.longestMS, Self.firstMS << min(10, waiting[index].attempts))
    waiting[index].attempts += 1
    waiting[index].dueMS = nowMS + pauseMS
    return false
  }
}
