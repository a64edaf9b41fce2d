import Primitives

extension EventDraft {
  /// `source.degraded`: a source cannot be trusted; says why.
  public static func sourceDegraded(_ chain: Chain, because words: String) -> EventDraft {
    EventDraft(type: "source.degraded") { facts in
      facts.member("source", chain.rawValue)
      facts.member("reason", words)
    }
  }

  /// `source.recovered`: a source hears well again.
  public static func sourceRecovered(_ chain: Chain) -> EventDraft {
    EventDraft(type: "source.recovered") { $0.member("source", chain.rawValue) }
  }

  /// `ledger.restored`: the ledger was restored from a backup; the first event of its new life:
  /// `{incarnation, restored_at_ms}`.
  public static func restored(incarnation: Int64, atMS: Int64) -> EventDraft {
    EventDraft(type: "ledger.restored") { facts in
      facts.key("incarnation")
      facts.number(incarnation)
      facts.key("restored_at_ms")
      facts.number(atMS)
    }
  }
}
