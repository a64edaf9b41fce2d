import Coinslot
import Primitives
import Sockets
import Testing

@testable import Web

struct MetricsTallyTests {
  private func shown(_ metrics: StandardMetrics) async -> String {
    String(decoding: MetricText.write(await metrics.registry.families()), as: UTF8.self)
  }

  private func note(_ draft: EventDraft, in world: World) { world.ledger.append(draft.type, draft.data) }

  @Test func countsWhatWasCommitted() async throws {
    let world = World()
    let metrics = StandardMetrics()
    let tally = MetricsTally(metrics, ledger: world.ledger, bell: world.bell, clock: world.clock)
    let base = TestClock.baseMS
    let record = World.payment(1, atMS: base)
    let work = World.dispatch()
    world.ledger.change { $0.dispatches = [work] }
    var accepted = work
    accepted.state = .accepted
    var done = work
    (done.state, done.outcome) = (.settled, .done)
    let drafts: [(EventDraft, Int64)] = [
      (.payment(.confirmed, record), base + 800), (.payment(.held, record), base + 20_000),
      (.payment(.beforeStart, record), base + 9_000_000), (.queued(work), base), (.dispatch(accepted), base + 300),
      (.dispatch(done), base + 600_000), (.sourceRecovered(.nanoSim), base), (EventDraft(type: "x", data: "["), base),
      (EventDraft(type: "payment.odd", data: "no json"), base),
    ]
    for (number, (draft, atMS)) in drafts.enumerated() {
      await tally.count(Event(sequence: Int64(number + 1), atMS: atMS, draft: draft))
    }
    let text = await shown(metrics)
    for line in [
      #"coinslot_payments_total{network="nano:sim",outcome="confirmed"} 1"#,
      #"coinslot_payments_total{network="nano:sim",outcome="before_start"} 1"#,
      "coinslot_payment_confirm_seconds_count 2", "coinslot_payment_confirm_seconds_sum 20.8",
      #"coinslot_payment_confirm_seconds_bucket{le="1"} 1"#,
      #"coinslot_dispatches_total{action="new",result="done"} 1"#, "coinslot_dispatch_delivery_seconds_sum 0.3",
      "coinslot_dispatch_delivery_seconds_count 1", #"coinslot_source_reconnects_total{source="nano:sim"} 1"#,
    ] { #expect(text.contains(line + "\n"), "\(line)\n\(text)") }
    #expect(!text.contains("pay_") && !text.contains("dsp_") && !text.contains("nano_") && !text.contains("odd"))
  }

  /// From the newest event on; what is in the ledger already was counted by the process before.
  @Test func followsTheLedger() async throws {
    let world = World()
    let metrics = StandardMetrics()
    let tally = MetricsTally(metrics, ledger: world.ledger, bell: world.bell, clock: world.clock)
    note(.payment(.confirmed, World.payment(1)), in: world)
    let running = Task { await tally.run() }
    defer { running.cancel() }
    var text = ""
    for _ in 0..<200 where !text.contains("outcome=\"held\"} ") {
      note(.payment(.held, World.payment(2)), in: world)
      try await Task.sleep(for: .milliseconds(20))
      text = await shown(metrics)
    }
    #expect(text.contains(#"outcome="held"} "#))
    #expect(!text.contains(#"outcome="confirmed"}"#))
  }
}
