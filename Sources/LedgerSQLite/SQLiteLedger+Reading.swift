public import Coinslot

// MARK: Money

extension SQLiteLedger {
  /// Which of these payments are recorded; asked in chunks, so that a long list holds no reader for long.
  public func known(among ids: [PaymentID]) async throws -> Set<PaymentID> {
    var known: Set<PaymentID> = []
    var rest = ids[...]
    while !rest.isEmpty {
      let chunk = Array(rest.prefix(500))
      rest.removeFirst(chunk.count)
      known.formUnion(try await read { try $0.known(among: chunk) })
    }
    return known
  }

  /// One payment as recorded.
  public func payment(_ id: PaymentID) async throws -> PaymentRecord? { try await read { try $0.payment(id) } }

  /// One payment by its own name in the API (`pay_…`).
  public func payment(named id: String) async throws -> PaymentRecord? {
    try await read { try $0.payment(named: id) }
  }

  /// Payments, newest first.
  ///
  /// - Throws: `LedgerError.badCursor`.
  public func payments(_ page: Page, account: Account?) async throws -> Paged<PaymentRecord> {
    try await read { try $0.payments(page, account: account) }
  }

  /// One sale.
  public func sale(_ id: SaleID) async throws -> Sale? { try await read { try $0.sale(id) } }

  /// The sales of a slot, newest first.
  ///
  /// - Throws: `LedgerError.badCursor`.
  public func sales(_ page: Page, slot: SlotID?) async throws -> Paged<Sale> {
    try await read { try $0.sales(page, slot: slot) }
  }

  /// One quote; one that nobody paid is gone `Quote.reserveMS` after its end.
  public func quote(_ id: String) async throws -> Quote? { try await read { try $0.quote(id) } }

  /// The newest quote that owns an account and is still reserved, as of the newest commit.
  public func quote(owning account: Account) async throws -> Quote? {
    try await read { tables in
      try tables.quote(owning: account, nowMS: try tables.newestMoment() ?? .min)
    }
  }

  /// The accounts of quotes that own theirs and may still be paid, as of the newest commit.
  public func ownedAccounts() async throws -> [Account] {
    try await read { tables in try tables.ownedAccounts(nowMS: try tables.newestMoment() ?? .min) }
  }

  /// How much money of an account counts in each pot.
  ///
  /// Reads every payment of the account, one at a time.
  public func sums(of account: Account) async throws -> [Standing: Amount] {
    try await read { try $0.sums(of: account) }
  }
}

// MARK: What alarms look at

extension SQLiteLedger {
  /// Every account that ever had a payment or a start mark, by chain and address.
  public func accounts() async throws -> [Account] { try await read { try $0.accounts() } }

  /// How much waits for a person or a machine; every count has its index.
  public func unsettled(nowMS: Int64) async throws -> Unsettled { try await read { try $0.unsettled(nowMS: nowMS) } }

  /// When a backup was last made and checked, wall-clock milliseconds; nil where none ever was.
  public func lastBackupAtMS() async throws -> Int64? {
    try await read { try $0.setting(Self.lastBackup).flatMap { Int64($0) } }
  }

  /// When this ledger was last restored from a backup, wall-clock milliseconds; nil where it never was.
  public func restoredAtMS() async throws -> Int64? { try await read { try $0.identity()?.restoredAtMS } }

  /// The setting that says when the last backup was made.
  static let lastBackup = "ledger.last_backup_at_ms"
}

// MARK: Work and machines

extension SQLiteLedger {
  /// One dispatch.
  public func dispatch(_ id: DispatchID) async throws -> Dispatch? { try await read { try $0.dispatch(id) } }

  /// The work of a sale.
  public func dispatch(of sale: SaleID) async throws -> Dispatch? { try await read { try $0.dispatch(of: sale) } }

  /// Dispatches, newest first.
  ///
  /// - Throws: `LedgerError.badCursor`.
  public func dispatches(_ page: Page, device: DeviceID?) async throws -> Paged<Dispatch> {
    try await read { try $0.dispatches(page, device: device) }
  }

  /// Outputs that have open work.
  public func busyChannels() async throws -> [ChannelID] { try await read { try $0.busyChannels() } }

  /// An output's open work, lowest sequence first.
  public func openWork(on channel: ChannelID) async throws -> [Dispatch] {
    try await read { try $0.openWork(on: channel) }
  }

  /// Devices by name.
  public func devices() async throws -> [Device] { try await read { try $0.devices() } }

  /// One device.
  public func device(_ id: DeviceID) async throws -> Device? { try await read { try $0.device(id) } }

  /// The outputs of a device that were ever used.
  public func channels(of device: DeviceID) async throws -> [Channel] {
    try await read { try $0.channels(of: device) }
  }
}
