public import Coinslot

extension SQLiteLedger {
  /// Forgets what is kept of people whose time ended; gives how many records, at most `PersonRecord.sweep` a call.
  ///
  /// What is deleted is overwritten in the file; older backups keep it as long as they are kept.
  public func forgetPersons(before moment: Int64) async throws -> Int {
    try await change { try $0.forgetPersons(before: moment) }
  }

  /// Forgets at once all that is kept of a person; gives how many records.
  ///
  /// ## On failure
  /// Many records go in several transactions, the audit line in the last: stopped in between, call it again.
  public func erase(person name: String, nowMS: Int64, audit: AuditLine?) async throws -> Int {
    var erased = 0
    while true {
      let count = try await change(at: nowMS) { change in
        let count = try change.tables.erase(person: name)
        if count < PersonRecord.sweep { try change.commit(noting: audit) }
        return count
      }
      erased += count
      if count < PersonRecord.sweep { return erased }
    }
  }

  /// What is kept of a person, newest first; at most `PersonRecord.sweep`.
  public func person(_ name: String) async throws -> [PersonRecord] { try await read { try $0.person(name) } }
}
