import Coinslot

/// One change on its way into the ledger: the tables inside its transaction, and the moment it is made at.
struct Change {
  /// The tables.
  let tables: Tables
  /// Now, wall-clock milliseconds.
  let nowMS: Int64
  /// Where new names come from.
  let entropy: any Entropy

  /// A fresh name.
  func name(_ prefix: String) -> String { ID.make(prefix, nowMS: nowMS, entropy: entropy) }

  /// Notes that something is committed now, with what there is to tell of it and who did it.
  func commit(telling drafts: [EventDraft] = [], noting line: AuditLine? = nil) throws {
    for draft in drafts { try tables.append(draft, atMS: nowMS) }
    if let line { try tables.note(line) }
    try tables.note(moment: nowMS)
  }

  /// Notes who did it, where somebody did.
  func note(_ line: AuditLine?) throws {
    if let line { try commit(noting: line) }
  }

  /// What a decision may read.
  var view: SQLiteView { SQLiteView(tables: tables, nowMS: nowMS) }
}

/// What a decision reads: the tables inside the transaction it is made in.
struct SQLiteView: LedgerView {
  let tables: Tables
  let nowMS: Int64

  func quote(on account: Account, due: Amount) throws -> Quote? {
    try tables.quote(on: account, due: due, nowMS: nowMS)
  }
  func quote(owning account: Account) throws -> Quote? { try tables.quote(owning: account, nowMS: nowMS) }
  func prices(of slot: SlotID, on chain: Chain, during range: ClosedRange<Int64>) throws -> [PriceVersion] {
    try tables.prices(of: slot, on: chain, during: range)
  }
  func closure(of slot: SlotID) throws -> String? { try tables.closure(of: slot) }
  var restoredAtMS: Int64? { get throws { try tables.identity()?.restoredAtMS } }
  func device(_ id: DeviceID) throws -> Device? { try tables.device(id) }
  func channel(_ id: ChannelID) throws -> Channel { try tables.channel(id) }
  func openWork(on channel: ChannelID) throws -> [Dispatch] { try tables.openWork(on: channel) }
}
