import Coinslot
import GRDB

/// Which ledger this is, and which life of it.
struct Identity: Hashable, Sendable {
  /// Given once, when the ledger was made; a backup carries it on.
  var ledger: String
  /// Raised by each restore.
  var incarnation: Int64
  /// When it was last restored, wall-clock milliseconds.
  var restoredAtMS: Int64?
}

extension Tables {
  /// Which ledger this is; nil before its first start.
  func identity() throws -> Identity? {
    try first("SELECT ledger, incarnation, restored_at_ms FROM identity") {
      Identity(ledger: try $0.text(), incarnation: try $0.int64(), restoredAtMS: try $0.int64IfAny())
    }
  }

  /// A name for a ledger that has none.
  func freshName() throws -> String {
    let name = try first("SELECT lower(hex(randomblob(16)))") { try $0.text() }
    guard let name else { throw BadRow(column: 0, wanted: "a name") }
    return name
  }

  /// Keeps which ledger this is.
  func keep(_ identity: Identity) throws {
    try run(
      """
      INSERT INTO identity (only, ledger, incarnation, restored_at_ms) VALUES (1, ?, ?, ?)
      ON CONFLICT (only) DO UPDATE SET ledger = excluded.ledger, incarnation = excluded.incarnation,
        restored_at_ms = excluded.restored_at_ms
      """,
      [identity.ledger, identity.incarnation, identity.restoredAtMS]
    )
  }
}
