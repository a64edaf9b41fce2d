package import Coinslot
import Primitives
import Sockets

/// Counts what the ledger tells: payments, work, sources.
///
/// Reads the ledger's own events, so what is counted was committed.
///
/// ## On failure
/// Counts from the newest event at the start of `run`; where events were trimmed before they were read, or cannot be
/// read, those are not counted.
package struct MetricsTally: Sendable {
  private let metrics: StandardMetrics
  private let ledger: any LedgerReading
  private let bell: Bell
  private let clock: any Clock

  /// How long to wait for the bell before looking all the same, milliseconds.
  static let lookMS: Int64 = 5_000
  /// Events read at once.
  static let batch = 500

  /// A tally.
  package init(_ metrics: StandardMetrics, ledger: any LedgerReading, bell: Bell, clock: any Clock) {
    self.metrics = metrics
    self.ledger = ledger
    self.bell = bell
    self.clock = clock
  }

  /// Counts until cancelled; to be called once.
  package func run() async {
    var after: Int64?
    while !Task.isCancelled {
      let rings = bell.rings
      if let place = after {
        let events = (try? await ledger.events(after: place, limit: MetricsTally.batch)) ?? nil
        for event in events ?? [] { await count(event) }
        after = events?.last?.sequence ?? (events == nil ? nil : place)
        if events?.count == MetricsTally.batch { continue }
      }
      if after == nil { after = try? await ledger.newestEvent() }
      try? await bell.wait(past: rings, atMost: MetricsTally.lookMS)
    }
  }

  /// Counts one event.
  func count(_ event: Event) async {
    let parts = event.draft.type.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let facts = try? JSONValue(parsing: event.draft.data) else { return }
    let word = String(parts[1])
    switch parts[0] {
    case "payment":
      let network = facts["chain"]?.string ?? "unknown"
      metrics.payments.add([network, word])
      if word != "before_start", word != "contradiction", let earliest = facts["earliest_at_ms"]?.int {
        metrics.confirm.observe(milliseconds: event.atMS - Int64(earliest))
      }
    case "dispatch": await countWork(facts, word, atMS: event.atMS)
    case "source":
      if word == "recovered" { metrics.reconnects.add([facts["source"]?.string ?? "unknown"]) }
    default: break
    }
  }

  private func countWork(_ facts: JSONValue, _ word: String, atMS: Int64) async {
    if Outcome(rawValue: word) != nil { metrics.dispatches.add([facts["mode"]?.string ?? "unknown", word]) }
    guard word == "accepted", let id = facts["id"]?.string,
      let work = try? await ledger.dispatch(DispatchID(rawValue: id))
    else { return }
    metrics.delivery.observe(milliseconds: atMS - work.createdAtMS)
  }
}
