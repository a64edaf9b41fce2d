import Coinslot
import Foundation
import GRDB

extension Tables {
  private static let columns =
    "name, id, chain, address, payer, amount, earliest_at_ms, evidence, standing, reason, recorded_at_ms, sale"

  /// The digest of a payment as recorded; nil where it is not.
  func digest(of id: PaymentID) throws -> [UInt8]? {
    try first("SELECT digest FROM payment WHERE id = ?", [id.description]) { try $0.bytes() }
  }

  /// Which of these are recorded.
  func known(among ids: [PaymentID]) throws -> Set<PaymentID> {
    var known: Set<PaymentID> = []
    for id in ids {
      let isKnown = try first("SELECT 1 FROM payment WHERE id = ?", [id.description]) { try $0.bool() }
      if isKnown != nil { known.insert(id) }
    }
    return known
  }

  /// One payment as recorded.
  func payment(_ id: PaymentID) throws -> PaymentRecord? {
    try first("SELECT \(Self.columns) FROM payment WHERE id = ?", [id.description]) { try PaymentRecord(&$0) }
  }

  /// One payment by its own name.
  func payment(named name: String) throws -> PaymentRecord? {
    try first("SELECT \(Self.columns) FROM payment WHERE name = ?", [name]) { try PaymentRecord(&$0) }
  }

  /// Payments, newest first.
  func payments(_ page: Page, account: Account?) throws -> Paged<PaymentRecord> {
    let place = try PagePlace(page.cursor, prefix: "pay_")
    let sql: String
    var arguments: StatementArguments
    if let account {
      sql = """
        SELECT \(Self.columns) FROM payment WHERE chain = ? AND address = ? AND (recorded_at_ms, name) < (?, ?)
        ORDER BY recorded_at_ms DESC, name DESC LIMIT ?
        """
      arguments = [account.chain.rawValue, account.address]
    } else {
      sql = """
        SELECT \(Self.columns) FROM payment WHERE (recorded_at_ms, name) < (?, ?)
        ORDER BY recorded_at_ms DESC, name DESC LIMIT ?
        """
      arguments = []
    }
    arguments += [place.atMS, place.id, page.limit + 1]
    let found = try all(sql, arguments) { try PaymentRecord(&$0) }
    return Paged(found, page) { PagePlace(atMS: $0.recordedAtMS, id: $0.name) }
  }

  /// Records a payment.
  func insert(_ record: PaymentRecord, quote: String?) throws {
    let payment = record.payment
    try run(
      """
      INSERT INTO payment (
        id, name, digest, chain, address, payer, amount, earliest_at_ms, evidence, standing, reason, recorded_at_ms,
        quote, sale
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        payment.id.description, record.name, Data(payment.digest), payment.account.chain.rawValue,
        payment.account.address, payment.payer, payment.amount.blob, payment.earliestAtMS, payment.evidence,
        record.standing.rawValue, record.reason, record.recordedAtMS, quote, record.sale?.rawValue,
      ]
    )
  }

  /// Makes the parts of a quote that is now paid count for its sale.
  func joinParts(of quote: String, to sale: SaleID) throws {
    try run(
      "UPDATE payment SET standing = ?, reason = NULL, sale = ? WHERE quote = ? AND standing = ?",
      [Standing.sold.rawValue, sale.rawValue, quote, Standing.part.rawValue]
    )
  }

  /// Moves all money of a sale to one pot.
  func move(moneyOf sale: SaleID, to standing: Standing, because reason: String?) throws {
    try run(
      "UPDATE payment SET standing = ?, reason = ? WHERE sale = ?",
      [standing.rawValue, reason, sale.rawValue]
    )
  }

  /// Keeps what contradicts a recorded payment; false where exactly that is kept already.
  func keep(contradiction told: Payment, heardAtMS: Int64) throws -> Bool {
    try run(
      """
      INSERT INTO contradiction (payment, digest, chain, address, payer, amount, evidence, heard_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        told.id.description, Data(told.digest), told.account.chain.rawValue, told.account.address, told.payer,
        told.amount.blob, told.evidence, heardAtMS,
      ]
    ) == 1
  }

  /// How much money of an account counts in each pot.
  ///
  /// - Throws: `SumTooLarge` where a pot passes 2¹²⁸ − 1.
  func sums(of account: Account) throws -> [Standing: Amount] {
    var sums: [Standing: Amount] = [:]
    let pieces = try all(
      "SELECT standing, amount FROM payment WHERE chain = ? AND address = ?",
      [account.chain.rawValue, account.address]
    ) { (try $0.word(Standing.self), try $0.amount()) }
    for (standing, amount) in pieces {
      guard let sum = (sums[standing] ?? .zero).adding(amount) else { throw SumTooLarge(account: account) }
      sums[standing] = sum
    }
    return sums
  }
}

/// The money that ever came to an account is more than an amount can say.
struct SumTooLarge: Error {
  /// The account.
  let account: Account
}

extension PaymentRecord {
  init(_ row: inout RowReader) throws {
    let name = try row.text()
    let key = try row.text()
    let id = try row.required(PaymentID(key), "a payment's key")
    let account = Account(chain: try row.word(Chain.self), canonical: try row.text())
    let payment = Payment(
      id: id,
      account: account,
      payer: try row.textIfAny(),
      amount: try row.amount(),
      earliestAtMS: try row.int64(),
      evidence: try row.text()
    )
    self.init(
      name: name,
      payment: payment,
      standing: try row.word(Standing.self),
      reason: try row.textIfAny(),
      recordedAtMS: try row.int64(),
      sale: try row.wordIfAny(SaleID.self)
    )
  }
}
