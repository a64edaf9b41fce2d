import Coinslot
import GRDB

extension Tables {
  /// Adds a line to the audit log.
  func note(_ line: AuditLine) throws {
    try run(
      "INSERT INTO audit_log (at_ms, actor, action, subject, note) VALUES (?, ?, ?, ?, ?)",
      [line.atMS, line.actor, line.action, line.subject, line.note]
    )
  }

  /// Lines of the audit log, newest first.
  ///
  /// - Throws: `LedgerError.badCursor`.
  func auditLog(_ page: Page) throws -> Paged<AuditLine> {
    var before = Int64.max
    if let cursor = page.cursor {
      guard let number = Int64(cursor), number > 0, String(number) == cursor else { throw LedgerError.badCursor }
      before = number
    }
    let found = try all(
      """
      SELECT sequence, at_ms, actor, action, subject, note FROM audit_log
      WHERE sequence < ? ORDER BY sequence DESC LIMIT ?
      """,
      [before, page.limit + 1]
    ) { row in
      let sequence = try row.int64()
      let line = AuditLine(
        atMS: try row.int64(),
        actor: try row.text(),
        action: try row.text(),
        subject: try row.textIfAny(),
        note: try row.textIfAny()
      )
      return (sequence: sequence, line: line)
    }
    let data = found.prefix(page.limit)
    return Paged(data: data.map(\.line), next: found.count > page.limit ? data.last.map { "\($0.sequence)" } : nil)
  }
}
