extension Config {
  /// Certificate and key of the public listener.
  package struct TLS: Hashable, Sendable {
    /// The certificate and those above it, PEM.
    package let certificate: String
    /// Its key, PEM, for the owner's eyes only.
    package let key: String

    /// Two files.
    package init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// A text that is never printed, logged or compared by length.
  package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The text itself.
    package let text: String

    /// A secret.
    package init(_ text: String) { self.text = text }

    /// Nothing of the text.
    package var description: String { "…" }
    package var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// When the disk counts as nearly full: below both of these.
  package struct Disk: Hashable, Sendable {
    /// Free bytes.
    package var leastFree: Int64 = 500_000_000
    /// Free share of the whole, in a hundred.
    package var leastPercent = 5

    /// 500 MB and 5 %.
    package init() {}

    /// The free bytes below which nothing is sold on a disk of this size.
    package func leastBytes(of total: Int64) -> Int64 { min(leastFree, total / 100 * Int64(leastPercent)) }
  }

  /// The copies of the ledger that are made every night.
  package struct Backups: Hashable, Sendable {
    /// Where they go.
    package var folder: String
    /// How many stay; the oldest goes.
    package var keep = 14
    /// The minute of the day.
    package var minute = 3 * 60 + 30

    /// Copies into a folder, at half past three.
    package init(folder: String) { self.folder = folder }
  }

  /// How a person hears of trouble.
  package struct Alarms: Hashable, Sendable {
    /// Where messages go; who knows it can send false ones.
    package var webhook: Secret
    /// How a message is written.
    package var format = Format.json
    /// Whether only what cannot wait is sent.
    package var leastSeverity = Severity.morning
    /// The minute of the day for what can wait until the morning.
    package var morning = 8 * 60
    /// The minute of the day for the daily test.
    package var test = 9 * 60

    /// How a message is written.
    package enum Format: String, Hashable, Sendable, CaseIterable {
      /// One JSON object.
      case json
      /// Plain text with title and priority in header fields, as ntfy takes it.
      case text
    }

    /// How soon something must be heard.
    package enum Severity: String, Hashable, Sendable, CaseIterable { case morning, now }

    /// Messages to a webhook.
    package init(webhook: String) { self.webhook = Secret(webhook) }
  }

  /// How long what is known of people is kept.
  package struct Retention: Hashable, Sendable {
    /// Payers and clients, milliseconds.
    package var peopleMS: Int64 = 30 * 86_400_000

    /// Thirty days.
    package init() {}
  }
}
