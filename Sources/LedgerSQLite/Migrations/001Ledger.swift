import GRDB

extension Migration {
  /// The first tables.
  ///
  /// Amounts are 16 bytes big endian, so they sort. Times are wall-clock milliseconds in columns that end in `_at_ms`.
  /// Unsigned 64-bit numbers are kept by their bit pattern. Every query of a payment's way has its index.
  static let first = Migration { db in
    try db.execute(sql: money)
    try db.execute(sql: work)
    try db.execute(sql: house)
  }

  private static let money = """
    CREATE TABLE quote (
      row INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      slot TEXT NOT NULL,
      chain TEXT NOT NULL,
      address TEXT NOT NULL,
      owns_account INTEGER NOT NULL CHECK (owns_account IN (0, 1)),
      due BLOB NOT NULL CHECK (length(due) = 16),
      price BLOB NOT NULL CHECK (length(price) = 16),
      ms INTEGER NOT NULL,
      function TEXT,
      price_version INTEGER NOT NULL,
      created_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER NOT NULL,
      client TEXT NOT NULL,
      received BLOB NOT NULL CHECK (length(received) = 16),
      state TEXT NOT NULL,
      reserved_until_at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX quote_by_due ON quote (chain, address, due, reserved_until_at_ms) WHERE owns_account = 0;
    CREATE INDEX quote_taken ON quote (chain, address, reserved_until_at_ms, due) WHERE owns_account = 0;
    CREATE INDEX quote_by_own_account ON quote (chain, address, reserved_until_at_ms) WHERE owns_account = 1;
    CREATE INDEX quote_open_by_client ON quote (client) WHERE state = 'open';
    CREATE INDEX quote_open_by_end ON quote (expires_at_ms) WHERE state = 'open';
    CREATE INDEX quote_expired_by_reserve ON quote (reserved_until_at_ms) WHERE state = 'expired';

    CREATE TABLE payment (
      row INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL UNIQUE,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      chain TEXT NOT NULL,
      address TEXT NOT NULL,
      payer TEXT,
      amount BLOB NOT NULL CHECK (length(amount) = 16),
      earliest_at_ms INTEGER NOT NULL,
      evidence TEXT NOT NULL,
      standing TEXT NOT NULL,
      reason TEXT,
      recorded_at_ms INTEGER NOT NULL,
      quote TEXT REFERENCES quote (id),
      sale TEXT REFERENCES sale (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT;
    CREATE INDEX payment_by_time ON payment (recorded_at_ms, name);
    CREATE INDEX payment_by_account ON payment (chain, address, recorded_at_ms, name);
    CREATE INDEX payment_by_quote ON payment (quote) WHERE quote IS NOT NULL;
    CREATE INDEX payment_by_sale ON payment (sale) WHERE sale IS NOT NULL;

    CREATE TABLE contradiction (
      payment TEXT NOT NULL REFERENCES payment (id),
      digest BLOB NOT NULL,
      chain TEXT NOT NULL,
      address TEXT NOT NULL,
      payer TEXT,
      amount BLOB NOT NULL CHECK (length(amount) = 16),
      evidence TEXT NOT NULL,
      heard_at_ms INTEGER NOT NULL,
      PRIMARY KEY (payment, digest)
    ) STRICT;

    CREATE TABLE sale (
      row INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      slot TEXT NOT NULL,
      payment TEXT NOT NULL UNIQUE REFERENCES payment (id),
      quote TEXT UNIQUE REFERENCES quote (id),
      ms INTEGER,
      function TEXT,
      price BLOB NOT NULL CHECK (length(price) = 16),
      remainder BLOB NOT NULL CHECK (length(remainder) = 16),
      created_at_ms INTEGER NOT NULL,
      outcome TEXT,
      reason TEXT,
      ended_at_ms INTEGER
    ) STRICT;
    CREATE INDEX sale_by_time ON sale (created_at_ms, id);
    CREATE INDEX sale_by_slot ON sale (slot, created_at_ms, id);

    CREATE TABLE price (
      slot TEXT NOT NULL,
      number INTEGER NOT NULL,
      chain TEXT NOT NULL,
      rule TEXT NOT NULL,
      from_at_ms INTEGER NOT NULL,
      PRIMARY KEY (slot, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX price_by_chain ON price (slot, chain, from_at_ms, number);
    """

  private static let work = """
    CREATE TABLE device (
      id TEXT PRIMARY KEY NOT NULL,
      title TEXT NOT NULL,
      standing TEXT NOT NULL,
      key_serials TEXT NOT NULL,
      boot INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      firmware TEXT,
      last_seen_at_ms INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE channel (
      device TEXT NOT NULL,
      output INTEGER NOT NULL,
      next INTEGER NOT NULL,
      acknowledged INTEGER NOT NULL,
      held_because TEXT,
      PRIMARY KEY (device, output)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dispatch (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      sale TEXT UNIQUE REFERENCES sale (id),
      slot TEXT,
      device TEXT NOT NULL,
      output INTEGER NOT NULL,
      mode TEXT NOT NULL,
      ms INTEGER NOT NULL,
      once INTEGER NOT NULL CHECK (once IN (0, 1)),
      deadline_at_ms INTEGER NOT NULL,
      doubt_ms INTEGER NOT NULL,
      created_at_ms INTEGER NOT NULL,
      number INTEGER,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      next_at_ms INTEGER NOT NULL,
      accepted_at_ms INTEGER,
      left_ms INTEGER,
      left_at_ms INTEGER,
      outcome TEXT,
      reason TEXT,
      ended_at_ms INTEGER
    ) STRICT;
    CREATE INDEX dispatch_open ON dispatch (device, output, sequence) WHERE state <> 'settled';
    CREATE UNIQUE INDEX dispatch_by_number ON dispatch (device, output, number) WHERE number IS NOT NULL;
    CREATE INDEX dispatch_by_time ON dispatch (created_at_ms, id);
    CREATE INDEX dispatch_by_device ON dispatch (device, created_at_ms, id);
    """

  private static let house = """
    CREATE TABLE event (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      at_ms INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL
    ) STRICT;

    CREATE TABLE closure (
      slot TEXT PRIMARY KEY NOT NULL,
      words TEXT NOT NULL,
      closed_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE mark (
      genesis TEXT NOT NULL,
      chain TEXT NOT NULL,
      address TEXT NOT NULL,
      taken_at_ms INTEGER NOT NULL,
      cursor TEXT NOT NULL,
      PRIMARY KEY (genesis, chain, address)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE cursor (
      genesis TEXT NOT NULL,
      chain TEXT NOT NULL,
      address TEXT NOT NULL,
      position TEXT NOT NULL,
      PRIMARY KEY (genesis, chain, address)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE setting (
      name TEXT PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE moment (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      newest_at_ms INTEGER NOT NULL
    ) STRICT;
    """
}
