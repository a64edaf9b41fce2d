import Coinslot
import Engine
import Gateway
import Sockets
import Web

extension Assembly {
  /// Gives `/metrics` what only the server as a whole knows.
  func feed(_ metrics: StandardMetrics, publicClients: ClientGate?) {
    metrics.tellVersion(Release.version)
    if let publicClients { metrics.watch(publicClients, of: "public") }
    metrics.registry.ask { [registry, counters, backfills, ledger, clock] in
      var families = [
        MetricFamily("devices_connected", "Devices connected now.", .gauge, [.init([], .count(registry.connected))])
      ]
      let events = counters.snapshot
      families.append(
        MetricFamily(
          "gateway_events_total",
          "What the doors counted.",
          .counter,
          GatewayCounters.Event.allCases.map { .init([.init("event", "\($0)")], .count(events[$0])) }
        )
      )
      families.append(
        MetricFamily(
          "source_lag_seconds",
          "How long ago all accounts were read to their end.",
          .gauge,
          backfills.compactMap { backfill in
            backfill.lagMS.map { .init([.init("source", backfill.chain.rawValue)], .microseconds($0 * 1_000)) }
          }
        )
      )
      families.append(
        MetricFamily(
          "source_gap_recovered_total",
          "Payments found by reading again that no hint had told of.",
          .counter,
          backfills.map { .init([.init("source", $0.chain.rawValue)], .count($0.recovered)) }
        )
      )
      if let open = try? await ledger.unsettled(nowMS: clock.nowMS).openWork {
        let ageMS = open.oldestMS.map { max(0, clock.nowMS - $0) } ?? 0
        families.append(
          MetricFamily(
            "outbox_oldest_seconds",
            "The age of the oldest work that has not ended.",
            .gauge,
            [.init([.init("kind", "device")], .microseconds(ageMS * 1_000))]
          )
        )
      }
      return families
    }
  }
}
