import Synchronization

/// What a server counts of itself, and where the rest of what a scrape shows comes from.
///
/// Make an instrument once and keep it; what is known elsewhere is asked for at a scrape, by `ask`.
package final class Metrics: Sendable {
  /// Gives metrics at a scrape.
  package typealias Source = @Sendable () async -> [MetricFamily]

  /// Most series of one metric unless it says otherwise; further ones are counted as `other`.
  package static let usualMostSeries = 256

  private let sources = Mutex<[Source]>([])

  /// A registry with nothing in it.
  package init() {}

  /// A counter that scrapes show from now on; its name ends in `_total`.
  package func counter(
    _ name: String,
    _ help: String,
    labels: [String] = [],
    mostSeries: Int = Metrics.usualMostSeries
  ) -> MetricCounter {
    let counter = MetricCounter(name, help, labels: labels, mostSeries: mostSeries)
    ask { [counter.family] }
    return counter
  }

  /// A histogram that scrapes show from now on; its name ends in `_seconds`, `bounds` are microseconds and rise.
  package func histogram(
    _ name: String,
    _ help: String,
    bounds: [Int64],
    labels: [String] = [],
    mostSeries: Int = Metrics.usualMostSeries
  ) -> MetricHistogram {
    let histogram = MetricHistogram(name, help, bounds: bounds, labels: labels, mostSeries: mostSeries)
    ask { [histogram.family] }
    return histogram
  }

  /// Asks this at every scrape; it must answer soon and from what it has.
  package func ask(_ source: @escaping Source) { sources.withLock { $0.append(source) } }

  /// Everything now, by name.
  ///
  /// Metrics of one name from several sources become one.
  package func families() async -> [MetricFamily] {
    var found: [String: MetricFamily] = [:]
    for source in sources.withLock({ $0 }) {
      for family in await source() {
        let before = found[family.name]?.series ?? []
        found[family.name] = MetricFamily(family.name, family.help, family.kind, before + family.series)
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }
}
