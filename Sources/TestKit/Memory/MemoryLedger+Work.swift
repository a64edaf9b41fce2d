package import Coinslot

extension MemoryLedger {
  package func add(_ draft: DispatchDraft, nowMS: Int64, audit: AuditLine?) async throws -> Dispatch {
    let id = ID.make("dsp", nowMS: nowMS, entropy: entropy)
    return try await change("add") { books in
      let bound = ChannelBounds.openWork + (draft.command.mode == .stop ? ChannelBounds.stops : 0)
      guard books.openWork(on: draft.channel).count < bound else { throw WorkshopRefusal.queueFull }
      let dispatch = books.insert(draft, id: id, sale: nil, slot: nil, nowMS: nowMS)
      books.commit(telling: [.queued(dispatch)], atMS: nowMS)
      books.note(audit)
      return dispatch
    }
  }

  package func offer(_ id: DispatchID, epoch: SessionEpoch, nowMS: Int64) async throws -> Dispatch? {
    try await change("offer") { books in
      guard let dispatch = books.dispatches[id], let offered = books.offer(dispatch, epoch: epoch, nowMS: nowMS) else {
        return nil
      }
      books.commit(telling: [.dispatch(offered)], atMS: nowMS)
      return offered
    }
  }

  package func revise(
    _ channel: ChannelID,
    naming number: UInt64?,
    nowMS: Int64,
    _ revise: @escaping @Sendable ([Dispatch]) -> [Dispatch]
  ) async throws -> [Dispatch] {
    try await change("revise") { books in
      let work = books.work(on: channel, naming: number)
      let (committed, told) = books.take(revise(work), over: work)
      if !committed.isEmpty { books.commit(telling: told, atMS: nowMS) }
      return committed
    }
  }
}

extension MemoryBooks {
  /// Gives waiting work its number where that may be; nil where it may not.
  mutating func offer(_ dispatch: Dispatch, epoch: SessionEpoch, nowMS: Int64) -> Dispatch? {
    let next = ChannelWork.offer(
      dispatch,
      to: devices[dispatch.channel.device],
      epoch: epoch,
      on: channels[dispatch.channel] ?? Channel(id: dispatch.channel),
      among: openWork(on: dispatch.channel),
      nowMS: nowMS
    )
    guard let next else { return nil }
    channels[next.channel.id] = next.channel
    keep(next.offered)
    return next.offered
  }

  /// Takes revised work, what the device thereby acknowledged, and how its sales end.
  mutating func take(_ revised: [Dispatch], over work: [Dispatch]) -> (committed: [Dispatch], told: [EventDraft]) {
    var committed: [Dispatch] = []
    var told: [EventDraft] = []
    for (old, new) in ChannelWork.steps(to: revised, from: work) {
      keep(new)
      acknowledge(new)
      committed.append(new)
      if new.state != old.state || new.outcome != old.outcome { told.append(.dispatch(new)) }
      if let draft = follow(new) { told.append(draft) }
    }
    return (committed, told)
  }

  private mutating func acknowledge(_ dispatch: Dispatch) {
    guard dispatch.isAcknowledged, let number = dispatch.number else { return }
    var channel = channels[dispatch.channel] ?? Channel(id: dispatch.channel)
    guard number > channel.acknowledged else { return }
    channel.acknowledged = number
    channels[channel.id] = channel
  }

  /// Ends the sale as its work ends, and moves its money; gives what there is to tell.
  private mutating func follow(_ dispatch: Dispatch) -> EventDraft? {
    guard let id = dispatch.sale, let old = sales[id] else { return nil }
    let new = old.following(dispatch)
    guard new != old else { return nil }
    sales[id] = new
    let standing = Standing(saleOutcome: new.outcome)
    for (payment, kept) in money where kept.record.sale == id {
      money[payment]?.record =
        kept.record.moved(to: standing, because: standing == .sold ? nil : new.reason, sale: id)
    }
    return new.outcome == old.outcome ? nil : .sale(new)
  }
}
