import Coinslot
import Engine
import Primitives

/// Gathers how things stand for the alarms: from the ledger, the sources, the machines and the house.
actor AlarmLookout {
  /// How long a contradiction stays a matter for a person, milliseconds.
  private static let contradictionMS: Int64 = 86_400_000
  /// How often a write is tried where all is well, milliseconds: a memory card should not wear out by it.
  private static let writeMS: Int64 = 60_000
  /// Contradictions remembered at once; the oldest goes first.
  private static let most = 100

  /// What the lookout looks at besides the ledger.
  struct Sights: Sendable {
    /// The operator's time zone.
    var zone = "UTC"
    /// The chains that something is sold over, each with its trouble or nil.
    var sources: @Sendable () async -> [Chain: String?] = { [:] }
    /// The devices that something is sold on.
    var machines: @Sendable () -> Set<DeviceID> = { [] }
    /// Whether a device is connected.
    var isOnline: @Sendable (DeviceID) -> Bool = { _ in true }
    /// What keeps the shop from selling.
    var obstacles = Obstacles()
    /// When the certificate ends.
    var certificateEndsMS: @Sendable () -> Int64? = { nil }
    /// Accounts whose sum is off, as the last night found.
    var sums: @Sendable () async -> [String: String] = { [:] }
  }

  private let ledger: any Ledger
  private let clock: any Clock
  private let sights: Sights
  private var seenEvent: Int64?
  private var contradictions: [(id: String, atMS: Int64)] = []
  private var sinceMS: Int64?
  private var writtenMS = Int64.min / 2

  /// A lookout over a ledger and what else there is to see.
  init(ledger: any Ledger, clock: any Clock, sights: Sights) {
    self.ledger = ledger
    self.clock = clock
    self.sights = sights
  }

  /// How things stand now.
  func facts() async -> AlarmFacts {
    let nowMS = clock.nowMS, local = LocalTime(nowMS, zone: sights.zone)
    var facts = AlarmFacts(nowMS: nowMS, localDay: local.day, localMinute: local.minute)
    facts.diskTrouble = sights.obstacles[.disk]
    facts.clockTrouble = sights.obstacles[.clock]
    for (chain, trouble) in await sights.sources() {
      if let trouble = sights.obstacles[.source(chain)] ?? trouble { facts.sources[chain.rawValue] = trouble }
    }
    facts.certificateEndsMS = sights.certificateEndsMS()
    facts.sums = await sights.sums()
    do {
      if nowMS - writtenMS >= Self.writeMS {
        try await ledger.keep(setting: "alarms.looked", "\(nowMS)")
        writtenMS = nowMS
      }
      try await readLedger(into: &facts)
    } catch {
      // The next look tries to write again, so that the trouble ends only when writing works.
      writtenMS = .min / 2
      facts.ledgerTrouble = "\(error)"
    }
    return facts
  }

  private func readLedger(into facts: inout AlarmFacts) async throws {
    try await readEvents(nowMS: facts.nowMS)
    facts.contradictions = contradictions.map(\.id)
    let machines = sights.machines()
    for device in try await ledger.devices() {
      if device.standing == .quarantined { facts.quarantined.append(device.id.rawValue) }
      guard device.standing == .trusted, machines.contains(device.id), !sights.isOnline(device.id) else { continue }
      // One that never came is away since the alarms began to look.
      let beganMS = try await since(facts.nowMS)
      facts.away[device.id.rawValue] = device.lastSeenMS ?? beganMS
    }
    let unsettled = try await ledger.unsettled(nowMS: facts.nowMS)
    facts.unknown = AlarmFacts.Waiting(count: unsettled.unknown.count, oldestMS: unsettled.unknown.oldestMS)
    facts.refundDue = AlarmFacts.Waiting(count: unsettled.refundDue.count, oldestMS: unsettled.refundDue.oldestMS)
    facts.overdueSinceMS = unsettled.overdue.oldestMS
    facts.lastBackupMS = try await ledger.lastBackupAtMS()
    let lastPayment = try await ledger.payments(Page(limit: 1), account: nil).data.first
    if lastPayment != nil { facts.ledgerSinceMS = try await since(facts.nowMS) }
  }

  /// When the alarms first looked at this ledger.
  private func since(_ nowMS: Int64) async throws -> Int64 {
    if let sinceMS { return sinceMS }
    let kept = try await ledger.setting("alarms.since").flatMap { Int64($0) }
    if kept == nil { try await ledger.keep(setting: "alarms.since", "\(nowMS)") }
    sinceMS = kept ?? nowMS
    return kept ?? nowMS
  }

  /// Reads what was told since the last look; at the first one all that is still kept.
  private func readEvents(nowMS: Int64) async throws {
    let newest = try await ledger.newestEvent()
    var seen = seenEvent ?? max(0, newest - Int64(Janitor.eventsKept))
    // Bounded: a round reads at most what is kept.
    for _ in 0..<20 {
      guard let events = try await ledger.events(after: seen, limit: 1_000) else {
        seen = newest
        break
      }
      for event in events where event.draft.type == "payment.contradiction" {
        guard let id = (try? JSONValue(parsing: event.draft.data))?["id"]?.string else { continue }
        contradictions.removeAll { $0.id == id }
        contradictions.append((id, event.atMS))
      }
      guard let last = events.last else { break }
      seen = last.sequence
    }
    seenEvent = seen
    contradictions.removeAll { nowMS - $0.atMS > Self.contradictionMS }
    contradictions.removeFirst(max(0, contradictions.count - Self.most))
  }
}
