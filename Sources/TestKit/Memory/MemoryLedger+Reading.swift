package import Coinslot

extension MemoryLedger {
  package func known(among ids: [PaymentID]) async throws -> Set<PaymentID> {
    try await read("known") { books in Set(ids.filter { books.money[$0] != nil }) }
  }

  package func payment(_ id: PaymentID) async throws -> PaymentRecord? {
    try await read("payment") { $0.money[id]?.record }
  }

  package func payment(named id: String) async throws -> PaymentRecord? {
    try await read("paymentNamed") { books in books.names[id].flatMap { books.money[$0]?.record } }
  }

  package func payments(_ page: Page, account: Account?) async throws -> Paged<PaymentRecord> {
    try await read("payments") { books in
      let all = books.money.values.map(\.record).filter { account == nil || $0.payment.account == account }
      return try Paged(all, page, prefix: "pay_") { ($0.recordedAtMS, $0.name) }
    }
  }

  package func sale(_ id: SaleID) async throws -> Sale? { try await read("sale") { $0.sales[id] } }

  package func sales(_ page: Page, slot: SlotID?) async throws -> Paged<Sale> {
    try await read("sales") { books in
      let all = books.sales.values.filter { slot == nil || $0.slot == slot }
      return try Paged(all, page, prefix: "sal_") { ($0.createdAtMS, $0.id.rawValue) }
    }
  }

  package func quote(_ id: String) async throws -> Quote? {
    try await read("quoteNamed") { books in books.quotes.first { $0.id == id } }
  }

  package func quote(owning account: Account) async throws -> Quote? {
    try await read("quoteOwning") { books in
      let nowMS = books.moment ?? .min
      return books.quotes.filter { $0.ownsAccount && $0.account == account && $0.reservedUntilMS > nowMS }
        .max { $0.reservedUntilMS < $1.reservedUntilMS }
    }
  }

  package func ownedAccounts() async throws -> [Account] {
    try await read("ownedAccounts") { books in
      let nowMS = books.moment ?? .min
      let owned = books.quotes.filter { $0.ownsAccount && $0.state.takesMoney && $0.reservedUntilMS > nowMS }
      return Set(owned.map(\.account)).sorted { ($0.chain.rawValue, $0.address) < ($1.chain.rawValue, $1.address) }
    }
  }

  package func dispatch(_ id: DispatchID) async throws -> Dispatch? {
    try await read("dispatch") { $0.dispatches[id] }
  }

  package func dispatch(of sale: SaleID) async throws -> Dispatch? {
    try await read("dispatchOfSale") { $0.work(of: sale) }
  }

  package func dispatches(_ page: Page, device: DeviceID?) async throws -> Paged<Dispatch> {
    try await read("dispatches") { books in
      let all = books.dispatches.values.filter { device == nil || $0.channel.device == device }
      return try Paged(all, page, prefix: "dsp_") { ($0.createdAtMS, $0.id.rawValue) }
    }
  }

  package func busyChannels() async throws -> [ChannelID] {
    try await read("busyChannels") { books in
      books.open.filter { !$0.value.isEmpty }.keys
        .sorted { ($0.device.rawValue, $0.number) < ($1.device.rawValue, $1.number) }
    }
  }

  package func openWork(on channel: ChannelID) async throws -> [Dispatch] {
    try await read("openWork") { $0.openWork(on: channel) }
  }

  package func devices() async throws -> [Device] {
    try await read("devices") { $0.devices.values.sorted { $0.id.rawValue < $1.id.rawValue } }
  }

  package func device(_ id: DeviceID) async throws -> Device? { try await read("device") { $0.devices[id] } }

  package func channels(of device: DeviceID) async throws -> [Channel] {
    try await read("channels") { $0.outputs(of: device) }
  }

  package func closure(of slot: SlotID) async throws -> String? {
    try await read("closure") { $0.closures[slot] }
  }

  package func mark(of account: Account, genesis: String) async throws -> StartMark? {
    try await read("mark") { $0.marks[MemoryBooks.Place(account: account, genesis: genesis)] }
  }

  package func cursor(of account: Account, genesis: String) async throws -> Cursor? {
    try await read("cursor") { $0.cursors[MemoryBooks.Place(account: account, genesis: genesis)] }
  }

  package func events(after sequence: Int64, limit: Int) async throws -> [Event]? {
    try await read("events") { books in
      let start = max(0, sequence)
      guard start < books.newestEvent else { return start == books.newestEvent ? [] : nil }
      guard let oldest = books.events.first?.sequence, oldest <= start + 1 else { return nil }
      return Array(books.events.dropFirst(Int(start + 1 - oldest)).prefix(min(1_000, max(1, limit))))
    }
  }

  package func newestEvent() async throws -> Int64 { try await read("newestEvent") { $0.newestEvent } }
  package func newestMoment() async throws -> Int64? { try await read("newestMoment") { $0.moment } }
  package func setting(_ name: String) async throws -> String? { try await read("setting") { $0.settings[name] } }

  package func sums(of account: Account) async throws -> [Standing: Amount] {
    try await read("sums") { books in
      var sums: [Standing: Amount] = [:]
      for kept in books.money.values where kept.record.payment.account == account {
        guard let sum = (sums[kept.record.standing] ?? .zero).adding(kept.record.payment.amount) else {
          throw SumTooLarge()
        }
        sums[kept.record.standing] = sum
      }
      return sums
    }
  }

  /// The money that ever came to an account is more than an amount can say.
  private struct SumTooLarge: Error {}
}

extension Paged {
  /// A page of `all`, newest first by the time and name that `place` gives.
  fileprivate init(
    _ all: some Collection<Element>,
    _ page: Page,
    prefix: String,
    _ place: (Element) -> (atMS: Int64, id: String)
  ) throws {
    var rest = all.map { (place: place($0), element: $0) }.sorted { $0.place > $1.place }[...]
    if let cursor = page.cursor {
      let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2, let atMS = Int64(parts[0]), String(atMS) == parts[0], parts[1].hasPrefix(prefix),
        parts[1].utf8.count <= 64,
        parts[1].utf8.dropFirst(prefix.utf8.count).allSatisfy({ byte in
          (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
        })
      else { throw LedgerError.badCursor }
      rest = rest.drop { $0.place >= (atMS, String(parts[1])) }
    }
    let data = rest.prefix(page.limit)
    self.init(
      data: data.map(\.element),
      next: rest.count > page.limit ? data.last.map { "\($0.place.atMS).\($0.place.id)" } : nil
    )
  }
}
