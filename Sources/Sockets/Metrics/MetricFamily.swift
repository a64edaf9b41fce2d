/// One metric with all its series, as a scrape shows it.
///
/// Names and labels are those of the Prometheus text format. A label says a kind of thing, never which one: no ids, no
/// addresses, nothing a stranger chose.
package struct MetricFamily: Equatable, Sendable {
  /// Its name without the prefix of the product: `payments_total`.
  package let name: String
  /// What it tells, one sentence.
  package let help: String
  /// How it behaves.
  package let kind: Kind
  /// Its series.
  package let series: [Series]

  /// How a metric behaves.
  package enum Kind: String, Sendable {
    /// Only rises, from 0 at the start.
    case counter
    /// Rises and falls.
    case gauge
    /// Counts values by size.
    case histogram
  }

  /// One combination of label values.
  package struct Series: Equatable, Sendable {
    /// Its labels, always in the same order.
    package let labels: [Label]
    /// What it shows.
    package let value: Value

    /// A series.
    package init(_ labels: [Label], _ value: Value) {
      self.labels = labels
      self.value = value
    }

    /// The one series of a metric without labels.
    package init(_ value: Value) { self.init([], value) }
  }

  /// A label and its value.
  package struct Label: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: String

    /// A label.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What a series shows; times are whole microseconds and written as seconds.
  package enum Value: Equatable, Sendable {
    /// A number.
    case count(Int)
    /// A time.
    case microseconds(Int64)
    /// Times by size: how many were at most each bound (ascending, each including the ones before), all, and their sum.
    case histogram(bounds: [Int64], counts: [Int], count: Int, sum: Int64)
  }

  /// A metric.
  package init(_ name: String, _ help: String, _ kind: Kind, _ series: [Series]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.series = series
  }

  /// A gauge without labels.
  package static func gauge(_ name: String, _ help: String, _ value: Value) -> MetricFamily {
    MetricFamily(name, help, .gauge, [Series(value)])
  }

  /// A counter without labels.
  package static func counter(_ name: String, _ help: String, _ count: Int) -> MetricFamily {
    MetricFamily(name, help, .counter, [Series(.count(count))])
  }
}
