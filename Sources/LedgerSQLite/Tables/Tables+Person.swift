import Coinslot
import Foundation
import GRDB

extension Tables {
  /// Remembers who paid, and what proved it, beside the payment.
  func remember(_ role: PersonRecord.Role, _ payment: Payment, forgetAtMS: Int64) throws {
    guard payment.payer != nil || !payment.evidence.isEmpty else { return }
    try run(
      """
      INSERT INTO person (role, who, of_payment, told_digest, evidence, until_at_ms) VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        role.rawValue, payment.payer, payment.id.description, role == .told ? Data(payment.digest) : Data(),
        payment.evidence, forgetAtMS,
      ]
    )
  }

  /// Remembers who asked for a quote.
  func remember(client: String, note: String?, of quote: String, forgetAtMS: Int64) throws {
    try run(
      "INSERT INTO person (role, who, of_quote, evidence, until_at_ms) VALUES (?, ?, ?, ?, ?)",
      [PersonRecord.Role.client.rawValue, client, quote, note, forgetAtMS]
    )
  }

  /// What is kept of a person, newest first, at most `PersonRecord.sweep`.
  func person(_ name: String) throws -> [PersonRecord] {
    try all(
      """
      SELECT role, who, of_payment, of_quote, evidence, until_at_ms FROM person
      WHERE who = ? ORDER BY row DESC LIMIT ?
      """,
      [name, PersonRecord.sweep]
    ) { row in
      let role = try row.word(PersonRecord.Role.self)
      let name = try row.textIfAny()
      let key = try row.textIfAny()
      return PersonRecord(
        role: role,
        name: name,
        payment: try key.map { try row.required(PaymentID($0), "a payment's key") },
        quote: try row.textIfAny(),
        evidence: try row.textIfAny(),
        untilMS: try row.int64()
      )
    }
  }

  /// Forgets records whose time ended, at most `PersonRecord.sweep`; gives how many.
  func forgetPersons(before moment: Int64) throws -> Int {
    try run(
      """
      DELETE FROM person WHERE row IN (
        SELECT row FROM person WHERE until_at_ms <= ? ORDER BY until_at_ms LIMIT ?)
      """,
      [moment, PersonRecord.sweep]
    )
  }

  /// Forgets records of a person, at most `PersonRecord.sweep`; gives how many.
  func erase(person name: String) throws -> Int {
    try run(
      "DELETE FROM person WHERE row IN (SELECT row FROM person WHERE who = ? LIMIT ?)",
      [name, PersonRecord.sweep]
    )
  }
}
