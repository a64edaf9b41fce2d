import Coinslot
import GRDB

// MARK: Events

extension Tables {
  /// The number of the newest event there ever was; 0 where there is none.
  func newestEvent() throws -> Int64 {
    try first("SELECT seq FROM sqlite_sequence WHERE name = 'event'") { try $0.int64() } ?? 0
  }

  /// The number of the oldest event that is kept.
  func oldestEvent() throws -> Int64? {
    try first("SELECT min(sequence) FROM event") { try $0.int64IfAny() } ?? nil
  }

  /// Events after a number, oldest first.
  func events(after sequence: Int64, limit: Int) throws -> [Event] {
    try all(
      "SELECT sequence, at_ms, type, data FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
      [sequence, limit]
    ) {
      Event(
        sequence: try $0.int64(),
        atMS: try $0.int64(),
        draft: EventDraft(type: try $0.text(), data: try $0.text())
      )
    }
  }

  /// Appends an event.
  func append(_ draft: EventDraft, atMS: Int64) throws {
    try run("INSERT INTO event (at_ms, type, data) VALUES (?, ?, ?)", [atMS, draft.type, draft.data])
  }

  /// Drops all events; the next one's number is above `sequence`.
  func startEventsAnew(after sequence: Int64) throws {
    try run("DELETE FROM event")
    try run("DELETE FROM sqlite_sequence WHERE name = 'event'")
    try run("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)", [sequence])
  }

  /// Drops events up to a number; gives how many went.
  func dropEvents(through sequence: Int64) throws -> Int {
    try run("DELETE FROM event WHERE sequence <= ?", [sequence])
  }
}

// MARK: The newest moment

extension Tables {
  /// The newest moment anything was committed.
  func newestMoment() throws -> Int64? {
    try first("SELECT newest_at_ms FROM moment") { try $0.int64() }
  }

  /// Notes that something is committed at a moment.
  func note(moment atMS: Int64) throws {
    try run(
      """
      INSERT INTO moment (only, newest_at_ms) VALUES (1, ?)
      ON CONFLICT (only) DO UPDATE SET newest_at_ms = excluded.newest_at_ms WHERE excluded.newest_at_ms > newest_at_ms
      """,
      [atMS]
    )
  }
}

// MARK: Slots

extension Tables {
  /// Why a slot is closed.
  func closure(of slot: SlotID) throws -> String? {
    try first("SELECT words FROM closure WHERE slot = ?", [slot.rawValue]) { try $0.text() }
  }

  /// Closes a slot or opens it.
  func keep(closure words: String?, of slot: SlotID, atMS: Int64) throws {
    guard let words else {
      try run("DELETE FROM closure WHERE slot = ?", [slot.rawValue])
      return
    }
    try run(
      """
      INSERT INTO closure (slot, words, closed_at_ms) VALUES (?, ?, ?)
      ON CONFLICT (slot) DO UPDATE SET words = excluded.words, closed_at_ms = excluded.closed_at_ms
      """,
      [slot.rawValue, words, atMS]
    )
  }

  /// The newest price of a slot on a chain.
  func newestPrice(of slot: SlotID, on chain: Chain) throws -> PriceVersion? {
    try first(
      """
      SELECT number, rule, from_at_ms FROM price WHERE slot = ? AND chain = ?
      ORDER BY from_at_ms DESC, number DESC LIMIT 1
      """,
      [slot.rawValue, chain.rawValue]
    ) { try PriceVersion(&$0) }
  }

  /// The number of a slot's newest price on any chain; 0 where it has none.
  func newestPriceNumber(of slot: SlotID) throws -> Int {
    try first("SELECT max(number) FROM price WHERE slot = ?", [slot.rawValue]) {
      try $0.int64IfAny().map(Int.init) ?? 0
    }
      ?? 0
  }

  /// The prices in force at some moment of a range, oldest first.
  func prices(of slot: SlotID, on chain: Chain, during range: ClosedRange<Int64>) throws -> [PriceVersion] {
    try all(
      """
      SELECT number, rule, from_at_ms FROM price
      WHERE slot = ?1 AND chain = ?2 AND from_at_ms <= ?4 AND from_at_ms >= ifnull(
        (SELECT max(from_at_ms) FROM price WHERE slot = ?1 AND chain = ?2 AND from_at_ms <= ?3), ?3)
      ORDER BY from_at_ms, number
      """,
      [slot.rawValue, chain.rawValue, range.lowerBound, range.upperBound]
    ) { try PriceVersion(&$0) }
  }

  /// Records a price.
  func insert(_ version: PriceVersion, of slot: SlotID, on chain: Chain) throws {
    try run(
      "INSERT INTO price (slot, number, chain, rule, from_at_ms) VALUES (?, ?, ?, ?, ?)",
      [slot.rawValue, version.number, chain.rawValue, PriceText.write(version.rule), version.fromMS]
    )
  }
}

extension PriceVersion {
  init(_ row: inout RowReader) throws {
    let number = try row.int()
    let text = try row.text()
    self.init(
      number: number,
      rule: try row.required(PriceText.read(text), "a price rule"),
      fromMS: try row.int64()
    )
  }
}

// MARK: Watching

extension Tables {
  /// The start mark of an account.
  func mark(of account: Account, genesis: String) throws -> StartMark? {
    try first(
      "SELECT taken_at_ms, cursor FROM mark WHERE genesis = ? AND chain = ? AND address = ?",
      [genesis, account.chain.rawValue, account.address]
    ) {
      StartMark(
        account: account,
        genesis: genesis,
        takenAtMS: try $0.int64(),
        cursor: Coinslot.Cursor(position: try $0.text())
      )
    }
  }

  /// Records a start mark, unless there is one.
  func insert(_ mark: StartMark) throws {
    try run(
      "INSERT INTO mark (genesis, chain, address, taken_at_ms, cursor) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      [mark.genesis, mark.account.chain.rawValue, mark.account.address, mark.takenAtMS, mark.cursor.position]
    )
  }

  /// The re-read cursor of an account.
  func cursor(of account: Account, genesis: String) throws -> Coinslot.Cursor? {
    try first(
      "SELECT position FROM cursor WHERE genesis = ? AND chain = ? AND address = ?",
      [genesis, account.chain.rawValue, account.address]
    ) { Coinslot.Cursor(position: try $0.text()) }
  }

  /// Records a re-read cursor.
  func keep(_ cursor: Coinslot.Cursor, of account: Account, genesis: String) throws {
    try run(
      """
      INSERT INTO cursor (genesis, chain, address, position) VALUES (?, ?, ?, ?)
      ON CONFLICT (genesis, chain, address) DO UPDATE SET position = excluded.position
      """,
      [genesis, account.chain.rawValue, account.address, cursor.position]
    )
  }
}

// MARK: Settings

extension Tables {
  /// A setting.
  func setting(_ name: String) throws -> String? {
    try first("SELECT value FROM setting WHERE name = ?", [name]) { try $0.text() }
  }

  /// Records a setting.
  func keep(setting name: String, _ value: String) throws {
    try run(
      "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      [name, value]
    )
  }
  /// Drops a setting.
  func forget(setting name: String) throws { try run("DELETE FROM setting WHERE name = ?", [name]) }
}
