import Coinslot
import Foundation
import GRDB

extension Tables {
  private static let listing = Listing(
    columns: """
      name, id, chain, address, who, amount, earliest_at_ms, evidence, standing, reason, recorded_at_ms, sale
      """,
    source: "payment LEFT JOIN person ON of_payment = id AND told_digest = x''",
    time: "recorded_at_ms",
    name: "name",
    prefix: "pay_"
  )
  private static let select = "SELECT \(listing.columns) FROM \(listing.source)"

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
    try first("\(Self.select) WHERE id = ?", [id.description]) { try PaymentRecord(&$0) }
  }

  /// One payment by its own name.
  func payment(named name: String) throws -> PaymentRecord? {
    try first("\(Self.select) WHERE name = ?", [name]) { try PaymentRecord(&$0) }
  }

  /// Payments, newest first.
  func payments(_ page: Page, account: Account?) throws -> Paged<PaymentRecord> {
    try list(
      page,
      Self.listing,
      only: account.map { _ in "chain = ? AND address = ?" },
      account.map { [$0.chain.rawValue, $0.address] } ?? [],
      read: { try PaymentRecord(&$0) },
      place: { PagePlace(atMS: $0.recordedAtMS, id: $0.name) }
    )
  }

  /// Records a payment, and beside it until `forgetAtMS` who paid.
  func insert(_ record: PaymentRecord, quote: String?, forgetAtMS: Int64) throws {
    let payment = record.payment
    try run(
      """
      INSERT INTO payment (
        id, name, digest, chain, address, amount, earliest_at_ms, standing, reason, recorded_at_ms, quote, sale
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        payment.id.description, record.name, Data(payment.digest), payment.account.chain.rawValue,
        payment.account.address, payment.amount.blob, payment.earliestAtMS, record.standing.rawValue, record.reason,
        record.recordedAtMS, quote, record.sale?.rawValue,
      ]
    )
    try remember(.payer, payment, forgetAtMS: forgetAtMS)
  }

  /// Makes the parts of a quote that is now paid count for its sale.
  func joinParts(of quote: String, to sale: SaleID) throws {
    try run(
      "UPDATE payment SET standing = ?, reason = NULL, sale = ? WHERE quote = ? AND standing = ?",
      [Standing.sold.rawValue, sale.rawValue, quote, Standing.part.rawValue]
    )
  }

  /// Keeps the parts of a quote for the operator, in the sale that shows them.
  func holdParts(of quote: String, in sale: SaleID?, because reason: HoldReason) throws {
    try run(
      "UPDATE payment SET standing = ?, reason = ?, sale = ? WHERE quote = ? AND standing = ?",
      [Standing.held.rawValue, reason.rawValue, sale?.rawValue, quote, Standing.part.rawValue]
    )
  }

  /// The newest part of a quote.
  func newestPart(of quote: String) throws -> PaymentID? {
    try first(
      "SELECT id FROM payment WHERE quote = ? AND standing = ? ORDER BY recorded_at_ms DESC, name DESC LIMIT 1",
      [quote, Standing.part.rawValue]
    ) { row in
      let key = try row.text()
      return try row.required(PaymentID(key), "a payment's key")
    }
  }

  /// Moves all money of a sale to one pot.
  func move(moneyOf sale: SaleID, to standing: Standing, because reason: String?) throws {
    try run(
      "UPDATE payment SET standing = ?, reason = ? WHERE sale = ?",
      [standing.rawValue, reason, sale.rawValue]
    )
  }

  /// Keeps what contradicts a recorded payment; false where exactly that is kept already.
  func keep(contradiction told: Payment, heardAtMS: Int64, forgetAtMS: Int64) throws -> Bool {
    let count = try run(
      """
      INSERT INTO contradiction (payment, digest, chain, address, amount, heard_at_ms)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """,
      [
        told.id.description, Data(told.digest), told.account.chain.rawValue, told.account.address, told.amount.blob,
        heardAtMS,
      ]
    )
    guard count == 1 else { return false }
    try remember(.told, told, forgetAtMS: forgetAtMS)
    return true
  }

  /// How much money of an account counts in each pot.
  ///
  /// - Throws: `SumTooLarge` where a pot passes 2¹²⁸ − 1.
  func sums(of account: Account) throws -> [Standing: Amount] {
    var sums: [Standing: Amount] = [:]
    try each(
      "SELECT standing, amount FROM payment WHERE chain = ? AND address = ?",
      [account.chain.rawValue, account.address]
    ) { row in
      let standing = try row.word(Standing.self), amount = try row.amount()
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
      evidence: try row.textIfAny() ?? ""
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
