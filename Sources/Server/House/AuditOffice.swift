import Coinslot
import Logging
import Primitives

/// Has the books compared with the nodes every night and whenever asked, and remembers what does not add up.
///
/// ## On failure
/// What the newest audit found stands in the ledger, so the alarm goes on after a restart. A night whose audit could not
/// compare everything is tried again every hour.
actor AuditOffice {
  static let everyMS: Int64 = 60_000
  static let repeatMS: Int64 = 3_600_000
  /// How long after a start nothing is compared unasked, so that what came while the server was away is found first.
  static let settleMS: Int64 = 600_000
  /// When a night's audit is due: minutes after midnight.
  static let minute = 180
  static let nightSetting = "audit.night"
  static let sumsSetting = "audit.sums"

  private let zone: String
  private let ledger: any Ledger
  private let clock: any Clock
  private let log: Logger
  private let audit: @Sendable () async -> AuditFinding
  private var kept: [String: String]?
  private var notBeforeMS: Int64

  /// An office in a time zone.
  init(
    zone: String,
    ledger: any Ledger,
    clock: any Clock,
    log: Logger,
    audit: @escaping @Sendable () async -> AuditFinding
  ) {
    self.zone = zone
    self.ledger = ledger
    self.clock = clock
    self.log = log
    self.audit = audit
    notBeforeMS = clock.nowMS + Self.settleMS
  }

  /// Works until cancelled.
  func run() async {
    while !Task.isCancelled {
      do { _ = try await lookOnce() } catch {
        notBeforeMS = clock.nowMS + Self.repeatMS
        log.error("nightly audit failed; it is tried again in an hour", metadata: ["error": "\(error)"])
      }
      await clock.pause(forMS: Self.everyMS)
    }
  }

  /// Makes the audit of this night where its time has come; nil where it was not time.
  ///
  /// - Throws: What the ledger throws.
  func lookOnce() async throws -> AuditFinding? {
    let now = LocalTime(clock.nowMS, zone: zone)
    guard clock.nowMS >= notBeforeMS, now.minute >= Self.minute,
      try await ledger.setting(Self.nightSetting) != "\(now.day)"
    else { return nil }
    let finding = await make()
    guard finding.isComplete else {
      notBeforeMS = clock.nowMS + Self.repeatMS
      return finding
    }
    try await ledger.keep(setting: Self.nightSetting, "\(now.day)")
    return finding
  }

  /// Compares now, tells the log, and remembers what does not add up.
  func make() async -> AuditFinding {
    let finding = await audit()
    if finding.isExplained {
      log.notice("audit: every unit is explained")
    } else {
      for (account, words) in finding.words.sorted(by: { $0.key < $1.key }) {
        log.error(
          "audit: the ledger and the node disagree",
          metadata: ["payment.account": "\(account)", "reason": "\(words)"]
        )
      }
      if !finding.isComplete { log.warning("audit: not everything could be compared; see: coinslot audit") }
    }
    // Half an answer does not show that what was wrong is right now.
    let words = finding.isComplete ? finding.words : await sums().merging(finding.words) { $1 }
    kept = words
    let members = words.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
    do { try await ledger.keep(setting: Self.sumsSetting, JSONValue.object(members).text()) } catch {
      log.error("what the audit found could not be kept", metadata: ["error": "\(error)"])
    }
    return finding
  }

  /// What does not add up, by account, as the newest audit found.
  func sums() async -> [String: String] {
    if let kept { return kept }
    guard let text = try? await ledger.setting(Self.sumsSetting) else { return [:] }
    let members = (try? JSONValue(parsing: text))?.object ?? []
    let sums = Dictionary(
      members.compactMap { member in member.value.string.map { (member.key, $0) } },
      uniquingKeysWith: { first, _ in first }
    )
    if kept == nil { kept = sums }
    return kept ?? sums
  }
}
