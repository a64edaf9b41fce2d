public import Coinslot

extension SQLiteLedger {
  /// Adds work that no payment asked for; the audit line commits with it.
  ///
  /// - Throws: `WorkshopRefusal.queueFull` where the output has `ChannelBounds.openWork` open pieces; a stop has
  ///   `ChannelBounds.stops` places more.
  public func add(_ draft: DispatchDraft, nowMS: Int64, audit: AuditLine?) async throws -> Dispatch {
    try await change(at: nowMS) { change in
      let bound = ChannelBounds.openWork + (draft.command.mode == .stop ? ChannelBounds.stops : 0)
      guard try change.tables.openWork(on: draft.channel).count < bound else { throw WorkshopRefusal.queueFull }
      let dispatch = try change.tables.insert(
        draft,
        id: DispatchID(rawValue: change.name("dsp")),
        sale: nil,
        slot: nil,
        createdAtMS: nowMS
      )
      try change.commit(telling: [.queued(dispatch)], noting: audit)
      return dispatch
    }
  }

  /// Gives a waiting dispatch its number and marks it as perhaps sent; nil where it may not be offered.
  public func offer(_ id: DispatchID, epoch: SessionEpoch, nowMS: Int64) async throws -> Dispatch? {
    try await change(at: nowMS) { change in
      guard let dispatch = try change.tables.dispatch(id), let offered = try change.offer(dispatch, epoch: epoch) else {
        return nil
      }
      try change.commit(telling: [.dispatch(offered)])
      return offered
    }
  }

  /// Commits what `revise` makes of an output's open work, with the outcomes of its sales.
  ///
  /// Of what it returns only state, attempts, times, what is left and the end are taken; a dispatch that was not among
  /// those given is ignored, and so is one that did not change.
  public func revise(
    _ channel: ChannelID,
    naming number: UInt64?,
    nowMS: Int64,
    _ revise: @escaping @Sendable ([Dispatch]) -> [Dispatch]
  ) async throws -> [Dispatch] {
    try await change(at: nowMS) { change in
      let work = try change.tables.work(on: channel, naming: number)
      let (committed, told) = try change.commit(revise(work), over: work)
      if !committed.isEmpty { try change.commit(telling: told) }
      return committed
    }
  }
}

extension Change {
  /// Gives waiting work its number where `ChannelWork.offer` lets it.
  func offer(_ dispatch: Dispatch, epoch: SessionEpoch) throws -> Dispatch? {
    let next = ChannelWork.offer(
      dispatch,
      to: try tables.device(dispatch.channel.device),
      epoch: epoch,
      on: try tables.channel(dispatch.channel),
      among: try tables.openWork(on: dispatch.channel),
      nowMS: nowMS
    )
    guard let next else { return nil }
    try tables.keep(next.channel)
    try tables.update(next.offered)
    return next.offered
  }

  /// Commits revised dispatches, what the device thereby acknowledged, and how their sales end.
  func commit(_ revised: [Dispatch], over work: [Dispatch]) throws -> (committed: [Dispatch], told: [EventDraft]) {
    var committed: [Dispatch] = []
    var told: [EventDraft] = []
    for (old, new) in ChannelWork.steps(to: revised, from: work) {
      try tables.update(new)
      try acknowledge(new)
      committed.append(new)
      if new.state != old.state || new.outcome != old.outcome { told.append(.dispatch(new)) }
      if let draft = try follow(new) { told.append(draft) }
    }
    return (committed, told)
  }

  private func acknowledge(_ dispatch: Dispatch) throws {
    guard dispatch.isAcknowledged, let number = dispatch.number else { return }
    var channel = try tables.channel(dispatch.channel)
    guard number > channel.acknowledged else { return }
    channel.acknowledged = number
    try tables.keep(channel)
  }

  /// Ends the sale as its work ends, and moves its money; gives what there is to tell.
  private func follow(_ dispatch: Dispatch) throws -> EventDraft? {
    guard let id = dispatch.sale, let old = try tables.sale(id) else { return nil }
    let new = old.following(dispatch)
    guard new != old else { return nil }
    try tables.update(new)
    let standing = Standing(saleOutcome: new.outcome)
    try tables.move(moneyOf: id, to: standing, because: standing == .sold ? nil : new.reason)
    return new.outcome == old.outcome ? nil : .sale(new)
  }
}
