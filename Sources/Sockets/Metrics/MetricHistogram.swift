import Synchronization

/// Counts times by size, by label values; may be used from any thread.
///
/// ## On failure
/// Starts at 0 with the process, as histograms of a scrape do.
package final class MetricHistogram: Sendable {
  private struct Cell {
    var counts: [Int]
    var count = 0
    var sum: Int64 = 0
  }

  private let name: String
  private let help: String
  private let bounds: [Int64]
  private let state: Mutex<MetricSeriesTable<Cell>>

  /// Upper bounds for answers of a server, in microseconds: 5 ms … 10 s.
  package static let requestBounds: [Int64] = [
    5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 750_000, 1_000_000, 2_500_000, 5_000_000,
    7_500_000, 10_000_000,
  ]

  /// Upper bounds for what takes from a moment to an hour, in microseconds.
  package static let waitBounds: [Int64] = [
    50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
    300_000_000, 900_000_000, 3_600_000_000,
  ]

  /// Upper bounds for a commit, in microseconds: 100 µs … 2.5 s.
  package static let commitBounds: [Int64] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
  ]

  init(_ name: String, _ help: String, bounds: [Int64], labels: [String], mostSeries: Int) {
    precondition(bounds == Array(Set(bounds)).sorted(), "bounds rise")
    self.name = name
    self.help = help
    self.bounds = bounds
    state = Mutex(MetricSeriesTable(labels: labels, most: mostSeries))
    guard labels.isEmpty else { return }
    state.withLock { [bounds] table in table.update([], make: { Cell(counts: bounds.map { _ in 0 }) }) { _ in } }
  }

  /// Counts a time; a negative one counts as none, since a clock may have been set.
  package func observe(microseconds: Int64, _ values: [String] = []) {
    let time = max(0, microseconds)
    let slot = bounds.firstIndex { time <= $0 }
    state.withLock { [bounds] table in
      table.update(values, make: { Cell(counts: bounds.map { _ in 0 }) }) { cell in
        if let slot { cell.counts[slot] &+= 1 }
        cell.count &+= 1
        cell.sum &+= time
      }
    }
  }

  /// Counts a time in milliseconds.
  package func observe(milliseconds: Int64, _ values: [String] = []) {
    let (time, isOver) = milliseconds.multipliedReportingOverflow(by: 1_000)
    observe(microseconds: isOver ? (milliseconds < 0 ? 0 : .max / 2) : time, values)
  }

  /// How it stands.
  package var family: MetricFamily {
    let series = state.withLock { [bounds] table in
      table.series { cell in
        var running = 0
        let counts = cell.counts.map { count in
          running += count
          return running
        }
        return .histogram(bounds: bounds, counts: counts, count: cell.count, sum: cell.sum)
      }
    }
    return MetricFamily(name, help, .histogram, series)
  }
}
