import Testing

@testable import Sockets

@Suite struct MetricsTests {
  private func text(_ registry: Metrics) async -> String {
    String(decoding: MetricText.write(await registry.families()), as: UTF8.self)
  }

  @Test func counters() async {
    let registry = Metrics()
    let payments = registry.counter("payments_total", "Payments.", labels: ["network", "outcome"])
    _ = registry.counter("alone_total", "Alone.")
    payments.add(["nano:live", "confirmed"])
    payments.add(["nano:live", "confirmed"], 2)
    payments.add(["nano:live", "held"])
    #expect(
      await text(registry) == """
        # HELP coinslot_alone_total Alone.
        # TYPE coinslot_alone_total counter
        coinslot_alone_total 0
        # HELP coinslot_payments_total Payments.
        # TYPE coinslot_payments_total counter
        coinslot_payments_total{network="nano:live",outcome="confirmed"} 3
        coinslot_payments_total{network="nano:live",outcome="held"} 1

        """
    )
  }

  @Test func histograms() async {
    let registry = Metrics()
    let times = registry.histogram("wait_seconds", "Waits.", bounds: [5_000, 1_000_000], labels: ["kind"])
    for time in [-7, 5_000, 5_001, 2_000_000] as [Int64] { times.observe(microseconds: time, ["a"]) }
    times.observe(milliseconds: .max, ["b"])
    let shown = await text(registry)
    #expect(
      shown.hasPrefix(
        """
        # HELP coinslot_wait_seconds Waits.
        # TYPE coinslot_wait_seconds histogram
        coinslot_wait_seconds_bucket{kind="a",le="0.005"} 2
        coinslot_wait_seconds_bucket{kind="a",le="1"} 3
        coinslot_wait_seconds_bucket{kind="a",le="+Inf"} 4
        coinslot_wait_seconds_sum{kind="a"} 2.010001
        coinslot_wait_seconds_count{kind="a"} 4
        coinslot_wait_seconds_bucket{kind="b",le="0.005"} 0

        """
      )
    )
  }

  @Test(
    arguments: [
      (0, "0"), (1, "0.000001"), (5_000, "0.005"), (10_000_000, "10"), (1_500_000, "1.5"), (-1_250_000, "-1.25"),
    ] as [(Int64, String)]
  )
  func secondsAreExact(_ microseconds: Int64, _ text: String) { #expect(MetricText.seconds(microseconds) == text) }

  /// A label that somebody chooses costs the metric its detail and not the server its memory.
  @Test func seriesAreBounded() async {
    let registry = Metrics()
    let counter = registry.counter("x_total", "X.", labels: ["a", "b"], mostSeries: 3)
    let times = registry.histogram("x_seconds", "X.", bounds: [1], labels: ["a"], mostSeries: 3)
    for number in 0..<1_000 {
      counter.add(["\(number)", "y"])
      times.observe(microseconds: 1, ["\(number)"])
    }
    counter.add(["0", "y"])
    #expect(counter.family.series.count == 4)
    #expect(times.family.series.count == 4)
    let shown = await text(registry)
    #expect(shown.contains(#"coinslot_x_total{a="other",b="other"} 997"#))
    #expect(shown.contains(#"coinslot_x_total{a="0",b="y"} 2"#))
  }

  @Test func asksElsewhereAndJoinsOneName() async {
    let registry = Metrics()
    registry.ask { [.gauge("devices_connected", "Devices.", .count(3))] }
    for listener in ["public", "callback"] {
      registry.ask { [MetricFamily("r_total", "R.", .counter, [.init([.init("listener", listener)], .count(1))])] }
    }
    registry.ask { [MetricFamily("empty_total", "Nothing yet.", .counter, [])] }
    let shown = await text(registry)
    #expect(shown.contains("coinslot_devices_connected 3\n"))
    #expect(shown.split(separator: "\n").count { $0.hasPrefix("# TYPE coinslot_r_total") } == 1)
    #expect(shown.contains(#"{listener="public"} 1"#) && shown.contains(#"{listener="callback"} 1"#))
    #expect(!shown.contains("empty"))
  }

  @Test func wordsAreEscaped() async {
    let registry = Metrics()
    registry.ask { [MetricFamily("x", "a\\b\n\"c\"", .gauge, [.init([.init("l", "a\"\\\n")], .count(1))])] }
    #expect(
      await text(registry) == #"# HELP coinslot_x a\\b\n"c""# + "\n# TYPE coinslot_x gauge\n"
        + #"coinslot_x{l="a\"\\\n"} 1"# + "\n"
    )
  }
}
