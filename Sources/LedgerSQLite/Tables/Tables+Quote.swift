import Coinslot
import GRDB

extension Tables {
  private static let columns = """
    id, slot, chain, address, owns_account, due, price, ms, function, price_version, created_at_ms, expires_at_ms, \
    who, received, state, request, evidence
    """
  private static let select = "SELECT \(columns) FROM quote LEFT JOIN person ON of_quote = id"

  /// One quote.
  func quote(_ id: String) throws -> Quote? {
    try first("\(Self.select) WHERE id = ?", [id]) { try Quote(&$0) }
  }

  /// The newest quote whose amount at a shared account is not free again at `nowMS`.
  func quote(on account: Account, due: Amount, nowMS: Int64) throws -> Quote? {
    try first(
      """
      \(Self.select)
      WHERE owns_account = 0 AND chain = ? AND address = ? AND due = ? AND reserved_until_at_ms > ?
      ORDER BY reserved_until_at_ms DESC LIMIT 1
      """,
      [account.chain.rawValue, account.address, due.blob, nowMS]
    ) { try Quote(&$0) }
  }

  /// The newest quote whose own account is not free again at `nowMS`.
  func quote(owning account: Account, nowMS: Int64) throws -> Quote? {
    try first(
      """
      \(Self.select)
      WHERE owns_account = 1 AND chain = ? AND address = ? AND reserved_until_at_ms > ?
      ORDER BY reserved_until_at_ms DESC LIMIT 1
      """,
      [account.chain.rawValue, account.address, nowMS]
    ) { try Quote(&$0) }
  }

  /// Amounts at a shared account that are not free at `nowMS`.
  func taken(on account: Account, nowMS: Int64) throws -> Set<Amount> {
    Set(
      try all(
        "SELECT due FROM quote WHERE owns_account = 0 AND chain = ? AND address = ? AND reserved_until_at_ms > ?",
        [account.chain.rawValue, account.address, nowMS]
      ) { try $0.amount() }
    )
  }

  /// Until when an account is reserved for a quote that owns it; nil where no quote ever did.
  func reservation(of account: Account) throws -> Int64? {
    try first(
      """
      SELECT reserved_until_at_ms FROM quote WHERE owns_account = 1 AND chain = ? AND address = ?
      ORDER BY reserved_until_at_ms DESC LIMIT 1
      """,
      [account.chain.rawValue, account.address]
    ) { try $0.int64() }
  }

  /// How many quotes of a client are open at `nowMS`.
  func openQuotes(of client: String, nowMS: Int64) throws -> Int {
    try first(
      """
      SELECT count(*) FROM person CROSS JOIN quote ON id = of_quote
      WHERE who = ? AND role = 'client' AND state = 'open' AND expires_at_ms > ?
      """,
      [client, nowMS]
    ) { try $0.int() } ?? 0
  }

  /// How many unpaid quotes of a slot, asked for from a network, are not free again at `nowMS`.
  ///
  /// It walks what is reserved and unpaid, which the places for quotes bound.
  func reservations(of slot: SlotID, from network: String, nowMS: Int64) throws -> Int {
    try first(
      """
      SELECT count(*) FROM quote JOIN person ON of_quote = id
      WHERE quote.row IN (
        SELECT row FROM quote WHERE state = 'open'
        UNION ALL SELECT row FROM quote WHERE state = 'expired' AND reserved_until_at_ms > ?1
      ) AND reserved_until_at_ms > ?1 AND slot = ?2 AND substr(who, instr(who, '@') + 1) = ?3
      """,
      [nowMS, slot.rawValue, network]
    ) { try $0.int() } ?? 0
  }

  /// Accounts of unpaid quotes that own theirs and are reserved at `nowMS`.
  func ownedAccounts(nowMS: Int64) throws -> [Account] {
    try all(
      """
      SELECT DISTINCT chain, address FROM quote
      WHERE owns_account = 1 AND state IN ('open', 'expired') AND reserved_until_at_ms > ? ORDER BY chain, address
      """,
      [nowMS]
    ) { Account(chain: try $0.word(Chain.self), canonical: try $0.text()) }
  }

  /// Records a quote, and beside it for `personsKeptMS`, or as long as it is reserved, who asked.
  func insert(_ quote: Quote, personsKeptMS: Int64) throws {
    let reservedUntilMS = quote.reservedUntilMS
    try run(
      """
      INSERT INTO quote (
        id, slot, chain, address, owns_account, due, price, ms, function, price_version, created_at_ms, expires_at_ms,
        received, state, reserved_until_at_ms, request
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        quote.id, quote.slot.rawValue, quote.account.chain.rawValue, quote.account.address, quote.ownsAccount,
        quote.due.blob, quote.price.blob, quote.purchase.ms.column, quote.purchase.function, quote.priceVersion,
        quote.createdAtMS, quote.expiresAtMS, quote.received.blob, quote.state.rawValue, reservedUntilMS,
        quote.request,
      ]
    )
    try remember(
      client: quote.client,
      note: quote.note,
      of: quote.id,
      forgetAtMS: max(quote.createdAtMS.addingHeld(personsKeptMS), reservedUntilMS)
    )
  }

  /// Keeps what a quote has received and how it stands.
  func update(_ quote: Quote) throws {
    try run(
      "UPDATE quote SET received = ?, state = ? WHERE id = ?",
      [quote.received.blob, quote.state.rawValue, quote.id]
    )
  }

  /// Ends quotes whose time is over, at most `Quote.sweep`; gives how many.
  func expireQuotes(nowMS: Int64) throws -> Int {
    try run(
      """
      UPDATE quote SET state = 'expired' WHERE row IN (
        SELECT row FROM quote WHERE state = 'open' AND expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)
      """,
      [nowMS, Quote.sweep]
    )
  }

  /// Quotes that were paid in part and whose reserve is over, at most `Quote.sweep`.
  func unfinishedQuotes(nowMS: Int64) throws -> [Quote] {
    try all(
      """
      \(Self.select)
      WHERE state = 'expired' AND reserved_until_at_ms <= ? AND received <> ? ORDER BY reserved_until_at_ms LIMIT ?
      """,
      [nowMS, Amount.zero.blob, Quote.sweep]
    ) { try Quote(&$0) }
  }

  /// Drops quotes that nobody paid and whose reserve is over, so that strangers' wishes do not pile up; at most
  /// `Quote.sweep`.
  func dropSpentQuotes(nowMS: Int64) throws -> Int {
    try run(
      """
      DELETE FROM quote WHERE row IN (
        SELECT row FROM quote WHERE state = 'expired' AND reserved_until_at_ms <= ? AND received = ?
        ORDER BY reserved_until_at_ms LIMIT ?)
      """,
      [nowMS, Amount.zero.blob, Quote.sweep]
    )
  }
}

extension Quote {
  init(_ row: inout RowReader) throws {
    self.init(
      id: try row.text(),
      slot: try row.word(SlotID.self),
      account: Account(chain: try row.word(Chain.self), canonical: try row.text()),
      ownsAccount: try row.bool(),
      due: try row.amount(),
      price: try row.amount(),
      purchase: Purchase(ms: try row.uint64(), function: try row.textIfAny()),
      priceVersion: try row.int(),
      createdAtMS: try row.int64(),
      expiresAtMS: try row.int64(),
      client: try row.textIfAny() ?? "",
      received: try row.amount(),
      state: try row.word(State.self),
      request: try row.textIfAny(),
      note: try row.textIfAny()
    )
  }
}
