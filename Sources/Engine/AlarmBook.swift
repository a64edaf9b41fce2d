import Primitives

/// Decides, purely, what a person is told and when: each trouble once, again every day, and once more when it is over.
///
/// What waits for the morning is told at the first look after the hour of the morning; trouble that was over by then is
/// never told.
///
/// ## On failure
/// `text` is kept in the ledger after each change: a restart neither repeats what was told nor forgets it.
package struct AlarmBook: Hashable, Sendable {
  /// How long until somebody is reminded, milliseconds.
  package static let remindMS: Int64 = 24 * 3_600_000
  /// Troubles known at once; beyond it further ones are in the log of their own makers only.
  package static let most = 1_000

  private struct Raised: Hashable {
    var alarm: Alarm
    var sinceMS: Int64
    /// When it was last told; nil while it waits to be.
    var toldMS: Int64?
  }
  private var raised: [String: Raised] = [:]
  private var lastMorning: Int
  private var lastTest: Int

  /// When somebody's day begins.
  package struct Hours: Hashable, Sendable {
    /// The minute of the day for what can wait until the morning.
    package var morning = 8 * 60
    /// The minute of the day for the daily test.
    package var test = 9 * 60

    /// 08:00 and 09:00.
    package init() {}
  }

  /// A book in which nothing is raised, whose owner has not been told anything today.
  package init() {
    lastMorning = .min
    lastTest = .min
  }

  /// What stands in the book.
  package var alarms: [Alarm] { raised.values.map(\.alarm).sorted { $0.key < $1.key } }

  /// Compares how things stand with what was told; gives what a person must be told now.
  package mutating func look(_ facts: AlarmFacts, hours: Hours = Hours()) -> [AlarmNotice] {
    var notices: [AlarmNotice] = []
    let isMorning = facts.localMinute >= hours.morning && lastMorning != facts.localDay
    let found = Dictionary(facts.alarms.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    // A ledger that cannot be read says nothing about what stands in it.
    for (key, old) in raised where found[key] == nil && (facts.ledgerTrouble == nil || !old.alarm.kind.isInLedger) {
      raised[key] = nil
      if old.toldMS != nil { notices.append(AlarmNotice(.over, old.alarm)) }
    }
    for (key, alarm) in found.sorted(by: { $0.key < $1.key }) {
      guard var entry = raised[key] ?? (raised.count < Self.most ? Raised(alarm: alarm, sinceMS: facts.nowMS) : nil)
      else { continue }
      entry.alarm = alarm
      let isTooSoon = abs(facts.nowMS - entry.sinceMS) < alarm.kind.patienceMS
      let isItsHour = alarm.severity == .now || isMorning
      if !isTooSoon, isItsHour {
        // A clock that was set back must not silence an alarm for ever.
        let isDue = entry.toldMS.map {
          abs(facts.nowMS - $0) >= Self.remindMS || isMorning && alarm.severity == .morning
        }
        if isDue ?? true {
          notices.append(AlarmNotice(entry.toldMS == nil ? .raised : .reminder, alarm))
          entry.toldMS = facts.nowMS
        }
      }
      raised[key] = entry
    }
    if isMorning { lastMorning = facts.localDay }
    if facts.localMinute >= hours.test, lastTest != facts.localDay {
      lastTest = facts.localDay
      notices.append(.test)
    }
    return notices
  }
}

extension Alarm.Kind {
  /// Whether the ledger is asked for it.
  fileprivate var isInLedger: Bool {
    switch self {
    case .contradiction, .quarantine, .behind, .unknown, .refundDue, .deviceAway, .backup, .sum: true
    case .ledger, .source, .disk, .clock, .certificate: false
    }
  }
}

// MARK: - Kept across restarts

extension AlarmBook {
  /// The book as text for the ledger.
  package var text: String {
    let rows = raised.sorted { $0.key < $1.key }.map { _, entry in
      JSONValue.object([
        .init("kind", .string(entry.alarm.kind.rawValue)), .init("subject", .string(entry.alarm.subject)),
        .init("text", .string(entry.alarm.text)), .init("since_ms", .number(entry.sinceMS)),
        .init("told_ms", entry.toldMS.map { .number($0) } ?? .null),
      ])
    }
    return JSONValue.object([
      .init("raised", .array(rows)), .init("morning", .number(max(0, lastMorning))),
      .init("test", .number(max(0, lastTest))),
    ]).text()
  }

  /// The book as it was kept; one that cannot be read begins anew, and then everything is told once more.
  package init(text: String) {
    self.init()
    guard let value = try? JSONValue(parsing: text) else { return }
    lastMorning = value["morning"]?.int ?? .min
    lastTest = value["test"]?.int ?? .min
    for row in (value["raised"]?.array ?? []).prefix(Self.most) {
      guard let kind = row["kind"]?.string.flatMap(Alarm.Kind.init(rawValue:)), let since = row["since_ms"]?.int64
      else { continue }
      let alarm = Alarm(kind, subject: row["subject"]?.string ?? "", row["text"]?.string ?? "")
      raised[alarm.key] = Raised(alarm: alarm, sinceMS: since, toldMS: row["told_ms"]?.int64)
    }
  }
}
