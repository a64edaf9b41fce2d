package import Sockets

/// What every server counts of itself; the rest of what `/metrics` shows is asked for by `registry.ask`.
package final class StandardMetrics: Sendable {
  /// All metrics of the server.
  package let registry: Metrics
  /// `payments_total{network,outcome}`.
  package let payments: MetricCounter
  /// `payment_confirm_seconds`: from the earliest moment a payment can have been made to its record.
  package let confirm: MetricHistogram
  /// `source_reconnects_total{source}`.
  package let reconnects: MetricCounter
  /// `dispatches_total{action,result}`.
  package let dispatches: MetricCounter
  /// `dispatch_delivery_seconds`: from the making of a piece of work to the device's word that it took it.
  package let delivery: MetricHistogram
  /// `db_commit_seconds`: one synced commit.
  package let commit: MetricHistogram
  /// `refused_total{reason}`: what the public port refused for who sent it.
  package let refused: MetricCounter
  let requests: MetricHistogram

  /// A registry with these metrics.
  package init() {
    let registry = Metrics()
    self.registry = registry
    payments = registry.counter(
      "payments_total",
      "Payments recorded, by what became of them.",
      labels: ["network", "outcome"]
    )
    confirm = registry.histogram(
      "payment_confirm_seconds",
      "From the earliest moment a payment can have been made to its record.",
      bounds: MetricHistogram.waitBounds
    )
    reconnects = registry.counter("source_reconnects_total", "Recoveries of a source.", labels: ["source"])
    dispatches = registry.counter(
      "dispatches_total",
      "Pieces of work that ended, by what they were and how they ended.",
      labels: ["action", "result"]
    )
    delivery = registry.histogram(
      "dispatch_delivery_seconds",
      "From the making of a piece of work to the device's word that it took it.",
      bounds: MetricHistogram.waitBounds
    )
    commit = registry.histogram(
      "db_commit_seconds",
      "One synced commit of the ledger.",
      bounds: MetricHistogram.commitBounds
    )
    refused = registry.counter(
      "refused_total",
      "Connections and requests refused for who sent them, by reason.",
      labels: ["reason"]
    )
    requests = registry.histogram(
      "http_server_request_duration_seconds",
      "From a request's head to its answer's head.",
      bounds: MetricHistogram.requestBounds,
      labels: ["http_request_method", "http_route", "http_response_status_code"]
    )
  }

  /// Shows what a listener's limits for clients refused; `listener` names it, `public` or `callback`.
  package func watch(_ clients: ClientGate, of listener: String) {
    registry.ask { [clients] in
      let refused = clients.refused
      let counts = [
        ("connections", refused.connections), ("connection_rate", refused.connectionRate),
        ("request_rate", refused.requestRate), ("websockets", refused.webSockets),
      ]
      let series = counts.map { reason, count in
        MetricFamily.Series([.init("listener", listener), .init("limit", reason)], .count(count))
      }
      let help = "Connections and requests beyond what one client may, by listener and limit."
      return [MetricFamily("client_limit_refused_total", help, .counter, series)]
    }
  }

  /// Shows which version runs.
  package func tellVersion(_ version: String) {
    registry.ask {
      [
        MetricFamily(
          "build_info",
          "1, with the version that runs.",
          .gauge,
          [.init([.init("version", version)], .count(1))]
        )
      ]
    }
  }
}
