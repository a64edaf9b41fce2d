import GRDB

extension Migration {
  /// People beside the accounts, the audit log, this ledger's identity, and what alarms look at.
  ///
  /// What named a payer or a customer moves from payments, contradictions, quotes and kept events into `person`, where
  /// it ends by itself; those columns are gone afterwards.
  static let second = Migration { db in
    try db.execute(sql: people)
    try db.execute(sql: house)
  }

  private static let people = """
    CREATE TABLE person (
      row INTEGER PRIMARY KEY,
      role TEXT NOT NULL,
      who TEXT,
      of_payment TEXT REFERENCES payment (id),
      told_digest BLOB NOT NULL DEFAULT x'',
      of_quote TEXT REFERENCES quote (id) ON DELETE CASCADE,
      evidence TEXT,
      until_at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX person_of_payment ON person (of_payment, told_digest);
    CREATE UNIQUE INDEX person_of_quote ON person (of_quote);
    CREATE INDEX person_by_who ON person (who);
    CREATE INDEX person_by_end ON person (until_at_ms);

    INSERT INTO person (role, who, of_payment, evidence, until_at_ms)
      SELECT 'payer', payer, id, evidence, recorded_at_ms + 2592000000 FROM payment;
    INSERT INTO person (role, who, of_payment, told_digest, evidence, until_at_ms)
      SELECT 'told', payer, payment, digest, evidence, heard_at_ms + 2592000000 FROM contradiction;
    INSERT INTO person (role, who, of_quote, until_at_ms)
      SELECT 'client', client, id, max(created_at_ms + 2592000000, reserved_until_at_ms) FROM quote;

    DROP INDEX quote_open_by_client;
    ALTER TABLE payment DROP COLUMN payer;
    ALTER TABLE payment DROP COLUMN evidence;
    ALTER TABLE contradiction DROP COLUMN payer;
    ALTER TABLE contradiction DROP COLUMN evidence;
    ALTER TABLE quote DROP COLUMN client;
    UPDATE event SET data = json_remove(data, '$.payer', '$.told.payer') WHERE type = 'payment.contradiction';
    """

  private static let house = """
    CREATE TABLE audit_log (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      at_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT,
      note TEXT
    ) STRICT;
    CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log
      BEGIN SELECT raise(ABORT, 'the audit log is never trimmed'); END;
    CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log
      BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;

    CREATE TABLE identity (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      ledger TEXT NOT NULL,
      incarnation INTEGER NOT NULL CHECK (incarnation > 0),
      restored_at_ms INTEGER
    ) STRICT;

    CREATE INDEX sale_unsettled ON sale (outcome, ended_at_ms) WHERE outcome IN ('unknown', 'refund_due', 'held');
    CREATE INDEX payment_held_alone ON payment (recorded_at_ms) WHERE standing = 'held' AND sale IS NULL;
    """
}
