package import Primitives

/// Something a person must hear of: what it is, how soon it must be heard, and the next command.
package struct Alarm: Hashable, Sendable {
  /// What is wrong.
  package let kind: Kind
  /// What it is about (a chain, a device, a payment); empty where there is only one.
  package let subject: String
  /// What happened, one sentence for a person; holds no secret.
  package let text: String

  /// An alarm of a kind.
  package init(_ kind: Kind, subject: String = "", _ text: String) {
    self.kind = kind
    self.subject = subject
    self.text = text
  }

  /// Under which name it stays raised: one kind about one thing is told once.
  package var key: String { subject.isEmpty ? kind.rawValue : "\(kind.rawValue) \(subject)" }
  /// How soon it must be heard.
  package var severity: Severity { kind.severity }
  /// What to run next.
  package var next: String { kind.next(subject) }
}

extension Alarm {
  /// How soon a person must hear.
  package enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
    /// In the morning: nothing is lost until then.
    case morning
    /// At once, at any hour.
    case now

    package static func < (a: Severity, b: Severity) -> Bool { a == .morning && b == .now }
  }

  /// The things that can be wrong.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// One payment was told with two different faces.
    case contradiction
    /// A device looks copied or rolled back.
    case quarantine
    /// The ledger cannot be read or written.
    case ledger
    /// Work should have started or ended long ago, and nobody did it.
    case behind
    /// Nobody can say whether a sale happened.
    case unknown
    /// A payer waits for money back.
    case refundDue = "refund_due"
    /// A node does not answer, so that payments are not heard.
    case source
    /// The data folder is nearly full.
    case disk
    /// The clock cannot be trusted.
    case clock
    /// A machine does not answer.
    case deviceAway = "device_away"
    /// No fresh backup is known.
    case backup
    /// The ledger and the node count different money.
    case sum
    /// The certificate ends soon.
    case certificate

    /// How soon it must be heard.
    package var severity: Severity {
      switch self {
      case .contradiction, .quarantine, .ledger, .behind, .unknown, .refundDue, .source, .disk, .clock: .now
      case .deviceAway, .backup, .sum, .certificate: .morning
      }
    }

    /// How long it must last before it is told, milliseconds; facts that carry their own age need no patience here.
    package var patienceMS: Int64 {
      switch self {
      case .source: 300_000
      case .ledger: 10_000
      default: 0
      }
    }

    /// What to run next.
    package func next(_ subject: String) -> String {
      switch self {
      case .contradiction: "coinslot payment show \(subject)"
      case .quarantine: "coinslot device list; if it is the right machine: coinslot device release \(subject)"
      case .ledger, .disk, .clock, .source, .certificate: "coinslot doctor"
      case .behind: "coinslot dispatch list"
      case .unknown, .refundDue: "coinslot dispatch list; coinslot payment list"
      case .deviceAway: "coinslot device ping \(subject)"
      case .backup: "coinslot backup coinslot-$(date +%F).sqlite"
      case .sum: "coinslot audit"
      }
    }
  }
}

/// One thing to tell a person about an alarm.
package struct AlarmNotice: Hashable, Sendable {
  /// What is new about it.
  package enum Word: String, Hashable, Sendable {
    /// It began.
    case raised
    /// It is still so.
    case reminder
    /// It is over.
    case over
    /// Nothing is wrong: this shows that messages arrive.
    case test
  }

  /// What is new.
  package let word: Word
  /// A few words.
  package let title: String
  /// One sentence.
  package let text: String
  /// How soon it must be heard.
  package let severity: Alarm.Severity
  /// What to run next; empty where nothing needs to be done.
  package let next: String
  /// What it is about: messages with the same topic can be told as one.
  package let topic: String

  /// Tells of an alarm.
  package init(_ word: Word, _ alarm: Alarm) {
    self.word = word
    let name = alarm.kind.rawValue.split(separator: "_").joined(separator: " ")
    let about = alarm.subject.isEmpty ? name : "\(name): \(alarm.subject)"
    title = word == .over ? "over: \(about)" : word == .reminder ? "still: \(about)" : about
    text = word == .over ? "This is over: \(alarm.text)" : alarm.text
    severity = alarm.severity
    next = word == .over ? "" : alarm.next
    topic = alarm.kind.rawValue
  }

  /// The message that shows that messages arrive.
  package static let test = AlarmNotice(
    word: .test,
    title: "test",
    text: "This is the test of the alarms: nothing is wrong. If it stays away one day, nobody would hear of trouble.",
    severity: .morning,
    next: "",
    topic: "test"
  )

  private init(word: Word, title: String, text: String, severity: Alarm.Severity, next: String, topic: String) {
    self.word = word
    self.title = title
    self.text = text
    self.severity = severity
    self.next = next
    self.topic = topic
  }

  /// The message as a JSON object: `{title, text, severity, word, next, merged}`; `merged` counts earlier messages that
  /// this one stands for.
  package func json(merged: Int) -> JSONValue {
    .object([
      .init("title", .string("Coinslot: \(title)")), .init("text", .string(text)),
      .init("severity", .string(severity.rawValue)), .init("word", .string(word.rawValue)),
      .init("next", .string(next)), .init("merged", .number(merged)),
    ])
  }
}
