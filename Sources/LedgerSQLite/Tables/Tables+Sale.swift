import Coinslot
import GRDB

extension Tables {
  private static let listing = Listing(
    columns: "id, slot, payment, quote, ms, function, price, remainder, created_at_ms, outcome, reason, ended_at_ms",
    source: "sale",
    time: "created_at_ms",
    name: "id",
    prefix: "sal_"
  )

  /// One sale.
  func sale(_ id: SaleID) throws -> Sale? {
    try first("SELECT \(Self.listing.columns) FROM sale WHERE id = ?", [id.rawValue]) { try Sale(&$0) }
  }

  /// Sales, newest first.
  func sales(_ page: Page, slot: SlotID?) throws -> Paged<Sale> {
    try list(
      page,
      Self.listing,
      only: slot.map { _ in "slot = ?" },
      slot.map { [$0.rawValue] } ?? [],
      read: { try Sale(&$0) },
      place: { PagePlace(atMS: $0.createdAtMS, id: $0.id.rawValue) }
    )
  }

  /// Records a sale.
  func insert(_ sale: Sale) throws {
    try run(
      """
      INSERT INTO sale (
        id, slot, payment, quote, ms, function, price, remainder, created_at_ms, outcome, reason, ended_at_ms
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        sale.id.rawValue, sale.slot.rawValue, sale.payment.description, sale.quote, sale.purchase?.ms.column,
        sale.purchase?.function, sale.price.blob, sale.remainder.blob, sale.createdAtMS, sale.outcome?.rawValue,
        sale.reason, sale.endedAtMS,
      ]
    )
  }

  /// Keeps how a sale ended.
  func update(_ sale: Sale) throws {
    try run(
      "UPDATE sale SET outcome = ?, reason = ?, ended_at_ms = ? WHERE id = ?",
      [sale.outcome?.rawValue, sale.reason, sale.endedAtMS, sale.id.rawValue]
    )
  }
}

extension Sale {
  init(_ row: inout RowReader) throws {
    let id = try row.word(SaleID.self)
    let slot = try row.word(SlotID.self)
    let key = try row.text()
    let payment = try row.required(PaymentID(key), "a payment's key")
    let quote = try row.textIfAny()
    let ms = try row.uint64IfAny()
    let function = try row.textIfAny()
    self.init(
      id: id,
      slot: slot,
      payment: payment,
      quote: quote,
      purchase: ms.map { Purchase(ms: $0, function: function) },
      price: try row.amount(),
      remainder: try row.amount(),
      createdAtMS: try row.int64(),
      outcome: try row.wordIfAny(Outcome.self),
      reason: try row.textIfAny(),
      endedAtMS: try row.int64IfAny()
    )
  }
}
