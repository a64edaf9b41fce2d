/// The one durable record.
///
/// Every promise about money and effects rests on its transactions.
///
/// A call that returned has been synced to disk; a call that threw changed nothing. Nothing here may depend on which
/// database keeps it: numbers, leases (`SessionEpoch`) and cursors are plain columns.
public protocol Ledger: LedgerReading, Sendable {
  // Money

  /// Records a payment, its sale and its work in one transaction, once. Many calls may share one sync.
  func admit(_ request: AdmissionRequest) async throws -> Admission
  /// Makes a quote with a unique amount or account, or says why not. `choose` sees what is taken and picks.
  func quote(_ request: QuoteRequest) async throws -> QuoteAnswer
  /// Ends quotes whose time is over; gives how many, at most `Quote.sweep` a call.
  ///
  /// Once their reserve is over too, those that nobody paid are forgotten, and what was paid in part becomes one held
  /// sale (`HoldReason.late`) whose quote is then `.held`. Each is bounded by `Quote.sweep`; the next call goes on.
  func expireQuotes(nowMS: Int64) async throws -> Int

  // Watching

  /// Keeps a start mark, unless the account has one on that genesis; gives the one that counts.
  func keep(_ mark: StartMark) async throws -> StartMark
  /// Moves the re-read cursor of an account on that genesis.
  func keep(_ cursor: Cursor, of account: Account, genesis: String) async throws

  // Slots

  /// Notes a slot's price on a chain; a new version only where it differs from the newest.
  func keep(_ rule: PriceRule, of slot: SlotID, on chain: Chain, nowMS: Int64) async throws -> PriceVersion
  /// Closes a slot with words for the page, or opens it (nil); the audit line commits with it.
  func close(_ slot: SlotID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws

  // Work

  /// Adds work that no payment asked for: a test trigger or a stop; the audit line commits with it.
  ///
  /// - Throws: `WorkshopRefusal.queueFull` at `ChannelBounds`.
  func add(_ draft: DispatchDraft, nowMS: Int64, audit: AuditLine?) async throws -> Dispatch
  /// Gives a waiting dispatch its number and marks it as perhaps sent, if the session is still the device's newest and
  /// no other number of the output is unanswered; nil where it may not be offered.
  func offer(_ id: DispatchID, epoch: SessionEpoch, nowMS: Int64) async throws -> Dispatch?
  /// Reads an output's open work and, where `naming` is given, also the dispatch with that number; commits what
  /// `revise` returns, with the outcomes of their sales, and gives the dispatches as committed.
  func revise(
    _ channel: ChannelID,
    naming number: UInt64?,
    nowMS: Int64,
    _ revise: @escaping @Sendable ([Dispatch]) -> [Dispatch]
  ) async throws -> [Dispatch]

  // Devices

  /// Adds a device or changes its title; a revoked one is trusted again.
  func keep(_ device: DeviceID, title: String, nowMS: Int64) async throws -> Device
  /// Changes a stored device; gives it as committed, nil where there is none. The audit line commits with it.
  func change(
    _ device: DeviceID,
    nowMS: Int64,
    audit: AuditLine?,
    _ change: @escaping @Sendable (inout Device) -> Void
  ) async throws -> Device?
  /// Judges a greeting and commits what follows from it.
  func receive(_ greeting: Greeting, resumeWithinMS: [SlotID: Int64], nowMS: Int64) async throws -> Greeter.Verdict
  /// Notes that an output is held for the operator, or free again (nil); the audit line commits with it.
  func hold(_ channel: ChannelID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws

  // Keeping house

  /// A named setting kept across restarts (the admin token's hash, this ledger's number).
  func setting(_ name: String) async throws -> String?
  /// Keeps a setting; the audit line commits with it.
  func keep(setting name: String, _ value: String, audit: AuditLine?) async throws
  /// Appends an event that belongs to no other change (`device.online`, `source.degraded`).
  func note(_ event: EventDraft, nowMS: Int64) async throws
  /// Drops the oldest events beyond `keeping`; gives how many went.
  func trimEvents(keeping: Int) async throws -> Int
  /// Writes a consistent copy to a new file while work goes on, checks it, and notes when (`lastBackupAtMS`).
  func backUp(to path: String, nowMS: Int64) async throws
  /// Adds a line to the audit log, which is never trimmed, for what has no change of its own in the ledger.
  func note(audit line: AuditLine) async throws

  // People

  /// Forgets what is kept of people whose time ended at or before `moment`; gives how many records, at most
  /// `PersonRecord.sweep` a call.
  func forgetPersons(before moment: Int64) async throws -> Int
  /// Forgets at once all that is kept of a person, by their exact address or client name; gives how many records. The
  /// audit line commits with the end of it and must not name the person.
  ///
  /// Amount, account, transaction, standing, sale and outcome stay: they are the accounts. The transaction stands on a
  /// public chain, where anybody may read who paid; what is kept here no longer says it.
  func erase(person name: String, nowMS: Int64, audit: AuditLine?) async throws -> Int
}

// MARK: Without a line in the audit log

extension Ledger {
  /// Closes a slot with words for the page, or opens it (nil).
  public func close(_ slot: SlotID, because words: String?, nowMS: Int64) async throws {
    try await close(slot, because: words, nowMS: nowMS, audit: nil)
  }

  /// Adds work that no payment asked for: a test trigger or a stop.
  ///
  /// - Throws: `WorkshopRefusal.queueFull` at `ChannelBounds`.
  public func add(_ draft: DispatchDraft, nowMS: Int64) async throws -> Dispatch {
    try await add(draft, nowMS: nowMS, audit: nil)
  }

  /// Changes a stored device; gives it as committed, nil where there is none.
  public func change(
    _ device: DeviceID,
    nowMS: Int64,
    _ change: @escaping @Sendable (inout Device) -> Void
  ) async throws -> Device? {
    try await self.change(device, nowMS: nowMS, audit: nil, change)
  }

  /// Notes that an output is held for the operator, or free again (nil).
  public func hold(_ channel: ChannelID, because words: String?, nowMS: Int64) async throws {
    try await hold(channel, because: words, nowMS: nowMS, audit: nil)
  }

  /// Keeps a setting.
  public func keep(setting name: String, _ value: String) async throws {
    try await keep(setting: name, value, audit: nil)
  }

  /// Writes a consistent copy, as of the newest commit, to a new file while work goes on.
  public func backUp(to path: String) async throws { try await backUp(to: path, nowMS: try await newestMoment() ?? 0) }

  /// Forgets at once all that is kept of a person; gives how many records.
  public func erase(person name: String, nowMS: Int64) async throws -> Int {
    try await erase(person: name, nowMS: nowMS, audit: nil)
  }
}
