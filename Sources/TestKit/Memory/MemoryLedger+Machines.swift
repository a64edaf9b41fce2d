package import Coinslot

extension MemoryLedger {
  package func keep(_ device: DeviceID, title: String, nowMS: Int64) async throws -> Device {
    try await change("keepDevice") { books in
      guard let old = books.devices[device] else {
        let new = Device(id: device, title: title)
        books.devices[device] = new
        books.commit(telling: [.added(new)], atMS: nowMS)
        return new
      }
      var new = old
      new.title = title
      if old.standing == .revoked { new.standing = .trusted }
      books.keep(new, over: old, nowMS: nowMS)
      return new
    }
  }

  package func change(
    _ device: DeviceID,
    nowMS: Int64,
    audit: AuditLine?,
    _ change: @escaping @Sendable (inout Device) -> Void
  ) async throws -> Device? {
    try await self.change("changeDevice") { books in
      guard let old = books.devices[device] else { return nil }
      var new = old
      change(&new)
      books.keep(new, over: old, nowMS: nowMS)
      books.note(audit)
      return new
    }
  }

  package func receive(
    _ greeting: Greeting,
    resumeWithinMS: [SlotID: Int64],
    nowMS: Int64
  ) async throws -> Greeter.Verdict {
    try await change("receive") { $0.receive(greeting, resumeWithinMS: resumeWithinMS, nowMS: nowMS) }
  }

  package func hold(_ channel: ChannelID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    try await change("hold") { books in
      books.note(audit)
      var kept = books.channels[channel] ?? Channel(id: channel)
      guard kept.heldBecause != words else { return }
      kept.heldBecause = words
      books.channels[channel] = kept
      books.commit(telling: [.channel(channel, heldBecause: words)], atMS: nowMS)
    }
  }

  // MARK: Watching

  package func keep(_ mark: StartMark) async throws -> StartMark {
    try await change("keepMark") { books in
      let place = MemoryBooks.Place(account: mark.account, genesis: mark.genesis)
      if let kept = books.marks[place] { return kept }
      books.marks[place] = mark
      books.commit(atMS: mark.takenAtMS)
      return mark
    }
  }

  package func keep(_ cursor: Cursor, of account: Account, genesis: String) async throws {
    try await change("keepCursor") { $0.cursors[MemoryBooks.Place(account: account, genesis: genesis)] = cursor }
  }

  // MARK: Slots

  package func keep(
    _ rule: PriceRule,
    of slot: SlotID,
    on chain: Chain,
    nowMS: Int64
  ) async throws -> PriceVersion {
    try await change("keepPrice") { books in
      let newest = books.versions(of: slot, on: chain).last
      if let newest, newest.rule == rule { return newest }
      let version = PriceVersion(
        number: (books.prices[slot]?.map(\.version.number).max() ?? 0) + 1,
        rule: rule,
        fromMS: max(nowMS, newest?.fromMS ?? .min)
      )
      books.prices[slot, default: []].append((chain, version))
      books.commit(atMS: nowMS)
      return version
    }
  }

  package func close(_ slot: SlotID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    try await change("close") { books in
      books.note(audit)
      guard books.closures[slot] != words else { return }
      books.closures[slot] = words
      books.commit(telling: [.slot(slot, closedBecause: words)], atMS: nowMS)
    }
  }

  // MARK: House

  package func keep(setting name: String, _ value: String, audit: AuditLine?) async throws {
    try await change("keepSetting") { books in
      books.settings[name] = value
      if let audit { books.audit.append(audit) }
    }
  }

  package func note(_ event: EventDraft, nowMS: Int64) async throws {
    try await change("note") { $0.commit(telling: [event], atMS: nowMS) }
  }

  package func trimEvents(keeping: Int) async throws -> Int {
    try await change("trimEvents") { books in
      let last = books.newestEvent - Int64(max(0, keeping))
      let before = books.events.count
      books.events.removeAll { $0.sequence <= last }
      return before - books.events.count
    }
  }

  package func backUp(to path: String, nowMS: Int64) async throws {
    try disk.keepCopy(named: path)
    try await change("backUp") { $0.lastBackupAtMS = nowMS }
  }
}

extension MemoryBooks {
  fileprivate mutating func keep(_ new: Device, over old: Device, nowMS: Int64) {
    guard new != old else { return }
    devices[new.id] = new
    commit(telling: EventDraft.changes(from: old, to: new), atMS: nowMS)
  }

  mutating func receive(_ greeting: Greeting, resumeWithinMS: [SlotID: Int64], nowMS: Int64) -> Greeter.Verdict {
    guard let device = devices[greeting.device] else { return Greeter.refuseStranger(greeting) }
    let known = outputs(of: device.id)
    var named: [UInt8: UInt64] = [:]
    for output in greeting.outputs { named[output.number] = output.command }
    let work = Set(known.map(\.id.number)).union(named.keys).sorted().flatMap { number in
      self.work(on: ChannelID(device: device.id, number: number), naming: named[number])
    }
    let books = Greeter.Books(device: device, channels: known, dispatches: work, resumeWithinMS: resumeWithinMS)
    let verdict = Greeter.receive(greeting, books: books, nowMS: nowMS)
    devices[device.id] = verdict.device
    var told = EventDraft.changes(from: device, to: verdict.device)
    for channel in verdict.channels {
      let old = channels[channel.id]
      channels[channel.id] = channel
      if channel.heldBecause != old?.heldBecause { told.append(.channel(channel.id, heldBecause: channel.heldBecause)) }
    }
    let (committed, ends) = take(verdict.dispatches, over: work)
    told += ends + verdict.alarms.map { .alarm(device.id, $0) }
    if verdict.device != device || !verdict.channels.isEmpty || !committed.isEmpty || !told.isEmpty {
      commit(telling: told, atMS: nowMS)
    }
    return verdict
  }

  /// The outputs of a device that were ever used, lowest first.
  func outputs(of device: DeviceID) -> [Channel] {
    channels.values.filter { $0.id.device == device }.sorted { $0.id.number < $1.id.number }
  }
}
