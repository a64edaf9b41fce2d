public import Coinslot

extension SQLiteLedger {
  /// Adds a device or changes its title; a revoked one is trusted again.
  public func keep(_ device: DeviceID, title: String, nowMS: Int64) async throws -> Device {
    try await change(at: nowMS) { change in
      guard let old = try change.tables.device(device) else {
        let new = Device(id: device, title: title)
        try change.tables.keep(new)
        try change.commit(telling: [.added(new)])
        return new
      }
      var new = old
      new.title = title
      if old.standing == .revoked { new.standing = .trusted }
      try change.keep(new, over: old)
      return new
    }
  }

  /// Changes a stored device; gives it as committed, nil where there is none.
  ///
  /// The audit line commits with it.
  public func change(
    _ device: DeviceID,
    nowMS: Int64,
    audit: AuditLine?,
    _ change: @escaping @Sendable (inout Device) -> Void
  ) async throws -> Device? {
    try await self.change(at: nowMS) { books in
      guard let old = try books.tables.device(device) else { return nil }
      var new = old
      change(&new)
      try books.keep(new, over: old)
      try books.note(audit)
      return new
    }
  }

  /// Judges a greeting and commits what follows from it.
  ///
  /// That is the session's number, what the device shows of its outputs, and `device.alarm` for each thing a person
  /// must hear of. A device that is not stored is refused and stays so.
  public func receive(
    _ greeting: Greeting,
    resumeWithinMS: [SlotID: Int64],
    nowMS: Int64
  ) async throws -> Greeter.Verdict {
    try await change(at: nowMS) { try $0.receive(greeting, resumeWithinMS: resumeWithinMS) }
  }

  /// Notes that an output is held for the operator, or free again (nil); the audit line commits with it, changed or not.
  public func hold(_ channel: ChannelID, because words: String?, nowMS: Int64, audit: AuditLine?) async throws {
    try await change(at: nowMS) { change in
      var kept = try change.tables.channel(channel)
      guard kept.heldBecause != words else { return try change.note(audit) }
      kept.heldBecause = words
      try change.tables.keep(kept)
      try change.commit(telling: [.channel(channel, heldBecause: words)], noting: audit)
    }
  }
}

extension Change {
  fileprivate func keep(_ new: Device, over old: Device) throws {
    guard new != old else { return }
    try tables.keep(new)
    try commit(telling: EventDraft.changes(from: old, to: new))
  }

  fileprivate func receive(_ greeting: Greeting, resumeWithinMS: [SlotID: Int64]) throws -> Greeter.Verdict {
    guard let device = try tables.device(greeting.device) else { return Greeter.refuseStranger(greeting) }
    let channels = try tables.channels(of: device.id)
    let work = try work(of: greeting, on: channels)
    let books = Greeter.Books(device: device, channels: channels, dispatches: work, resumeWithinMS: resumeWithinMS)
    let verdict = Greeter.receive(greeting, books: books, nowMS: nowMS)
    if verdict.device != device { try tables.keep(verdict.device) }
    var told = EventDraft.changes(from: device, to: verdict.device)
    for channel in verdict.channels {
      try tables.keep(channel)
      let old = channels.first { $0.id == channel.id }
      if channel.heldBecause != old?.heldBecause { told.append(.channel(channel.id, heldBecause: channel.heldBecause)) }
    }
    let (committed, ends) = try commit(verdict.dispatches, over: work)
    told += ends + verdict.alarms.map { .alarm(device.id, $0) }
    if verdict.device != device || !verdict.channels.isEmpty || !committed.isEmpty || !told.isEmpty {
      try commit(telling: told)
    }
    return verdict
  }

  /// The device's open work, and what its outputs name even where it has ended.
  private func work(of greeting: Greeting, on channels: [Channel]) throws -> [Dispatch] {
    var named: [UInt8: UInt64] = [:]
    for output in greeting.outputs { named[output.number] = output.command }
    let numbers = Set(channels.map(\.id.number)).union(named.keys)
    return try numbers.sorted().flatMap { number in
      try tables.work(on: ChannelID(device: greeting.device, number: number), naming: named[number])
    }
  }
}
