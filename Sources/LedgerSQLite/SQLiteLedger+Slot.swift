public import Coinslot

extension SQLiteLedger {
  /// Notes a slot's price on a chain; a new version only where it differs from the newest there.
  ///
  /// Versions are numbered per slot, over all its chains. A clock that went back does not reorder them.
  public func keep(_ rule: PriceRule, of slot: SlotID, on chain: Chain, nowMS: Int64) async throws -> PriceVersion {
    try await change(at: nowMS) { change in
      let newest = try change.tables.newestPrice(of: slot, on: chain)
      if let newest, newest.rule == rule { return newest }
      let version = PriceVersion(
        number: try change.tables.newestPriceNumber(of: slot) + 1,
        rule: rule,
        fromMS: max(nowMS, newest?.fromMS ?? .min)
      )
      try change.tables.insert(version, of: slot, on: chain)
      try change.commit()
      return version
    }
  }

  /// Closes a slot with words for the page, or opens it (nil); the audit line commits with it, changed or not.
  public func close(_ slot: SlotID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    try await change(at: nowMS) { change in
      guard try change.tables.closure(of: slot) != words else { return try change.note(audit) }
      try change.tables.keep(closure: words, of: slot, atMS: nowMS)
      try change.commit(telling: [.slot(slot, closedBecause: words)], noting: audit)
    }
  }

  /// Why a slot is closed by the operator; nil where it is open.
  public func closure(of slot: SlotID) async throws -> String? { try await read { try $0.closure(of: slot) } }
}
