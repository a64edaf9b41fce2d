import GRDB

extension Migration {
  /// The newest session that a device counted in its boot: a lower one in the same boot is an erased flash.
  static let third = Migration { db in
    try db.execute(sql: "ALTER TABLE device ADD COLUMN session INTEGER")
  }
}
