public import Coinslot

extension SQLiteLedger {
  /// A named setting kept across restarts.
  public func setting(_ name: String) async throws -> String? { try await read { try $0.setting(name) } }

  /// Keeps a setting; the audit line commits with it.
  public func keep(setting name: String, _ value: String, audit: AuditLine?) async throws {
    try await change { tables in
      try tables.keep(setting: name, value)
      if let audit { try tables.note(audit) }
    }
  }

  /// Adds a line to the audit log, which is never trimmed; the database refuses to change or delete one.
  public func note(audit line: AuditLine) async throws {
    try await change(at: line.atMS) { try $0.commit(noting: line) }
  }

  /// What operators did, newest first.
  ///
  /// - Throws: `LedgerError.badCursor`.
  public func auditLog(_ page: Page) async throws -> Paged<AuditLine> { try await read { try $0.auditLog(page) } }

  /// Appends an event that belongs to no other change.
  public func note(_ event: EventDraft, nowMS: Int64) async throws {
    try await change(at: nowMS) { try $0.commit(telling: [event]) }
  }

  /// Drops the oldest events beyond `keeping`; gives how many went.
  ///
  /// Numbers go on where they were.
  public func trimEvents(keeping: Int) async throws -> Int {
    try await change { tables in
      try tables.dropEvents(through: try tables.newestEvent().addingHeld(-Int64(max(0, keeping))))
    }
  }

  /// Events after a sequence number, oldest first, at most `limit` (1 … 1,000).
  ///
  /// Nil where some after it have been trimmed, and for a number this ledger has not reached: whoever asks has seen
  /// another ledger's events and must start anew.
  public func events(after sequence: Int64, limit: Int) async throws -> [Event]? {
    try await read { tables in
      let start = max(0, sequence)
      let newest = try tables.newestEvent()
      guard start < newest else { return start == newest ? [] : nil }
      guard let oldest = try tables.oldestEvent(), oldest <= start + 1 else { return nil }
      return try tables.events(after: start, limit: min(1_000, max(1, limit)))
    }
  }

  /// The number of the newest event; 0 where there is none.
  public func newestEvent() async throws -> Int64 { try await read { try $0.newestEvent() } }

  /// The newest moment anything was committed, wall-clock milliseconds; nil in a fresh ledger.
  public func newestMoment() async throws -> Int64? { try await read { try $0.newestMoment() } }
}
