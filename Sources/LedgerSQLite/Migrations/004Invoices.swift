import GRDB

extension Migration {
  /// What a quote's payer hands to a wallet, where the network makes it for each offer.
  static let fourth = Migration { db in
    try db.execute(sql: "ALTER TABLE quote ADD COLUMN request TEXT")
  }
}
