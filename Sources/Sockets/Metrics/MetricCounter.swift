import Synchronization

/// Counts something, by label values; may be used from any thread.
///
/// ## On failure
/// Starts at 0 with the process, as counters of a scrape do.
package final class MetricCounter: Sendable {
  private let name: String
  private let help: String
  private let state: Mutex<MetricSeriesTable<Int>>

  init(_ name: String, _ help: String, labels: [String], mostSeries: Int) {
    self.name = name
    self.help = help
    state = Mutex(MetricSeriesTable(labels: labels, most: mostSeries))
    // Without labels there is one series, which shows from the start.
    if labels.isEmpty { add([], 0) }
  }

  /// Counts `count` more; one value for each label.
  package func add(_ values: [String] = [], _ count: Int = 1) {
    state.withLock { table in table.update(values, make: { 0 }) { $0 &+= count } }
  }

  /// How it stands.
  package var family: MetricFamily {
    MetricFamily(name, help, .counter, state.withLock { $0.series { .count($0) } })
  }
}
