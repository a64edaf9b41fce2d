public import Coinslot

extension SQLiteLedger {
  /// Makes a quote with a unique amount or account, or says why not.
  ///
  /// An own account goes first to one that no quote ever had, then to the one that has been free the longest.
  public func quote(_ request: QuoteRequest) async throws -> QuoteAnswer {
    try await change(at: request.nowMS) { try $0.quote(request) }
  }

  /// Ends quotes whose time is over, at most `Quote.sweep` a call; gives how many.
  ///
  /// Once their reserve is over too, those that nobody paid are forgotten and what was paid in part is held; each at most
  /// `Quote.sweep` a call too.
  public func expireQuotes(nowMS: Int64) async throws -> Int {
    try await change(at: nowMS) { change in
      let ended = try change.tables.expireQuotes(nowMS: nowMS)
      let told = try change.holdUnfinished()
      let dropped = try change.tables.dropSpentQuotes(nowMS: nowMS)
      if ended + told.count + dropped > 0 { try change.commit(telling: told) }
      return ended
    }
  }
}

extension Change {
  fileprivate func quote(_ request: QuoteRequest) throws -> QuoteAnswer {
    guard try tables.openQuotes(of: request.client, nowMS: nowMS) < Quote.perClient else { return .tooManyForClient }
    if let share = request.share,
      try tables.reservations(of: request.slot, from: share.network, nowMS: nowMS) >= share.most
    {
      return .tooManyForNetwork
    }
    let place: (account: Account, isOwn: Bool, due: Amount)?
    switch request.place {
    case .own(let accounts): place = try freest(of: accounts).map { ($0, true, request.due ?? request.price) }
    case .shared(let account, let choose):
      let taken = try tables.taken(on: account, nowMS: nowMS)
      place = choose(taken).flatMap { taken.contains($0) ? nil : (account, false, $0) }
    }
    guard let place else { return .tableFull }
    let quote = Quote(request, account: place.account, ownsAccount: place.isOwn, due: place.due)
    try tables.insert(quote, personsKeptMS: request.personsKeptMS)
    try commit()
    return .opened(quote)
  }

  /// Makes what was paid in part, and will not be paid in full any more, visible; gives what there is to tell.
  ///
  /// One held sale a quote, whatever came in how many pieces: the customer wanted one thing, and the operator decides
  /// once.
  fileprivate func holdUnfinished() throws -> [EventDraft] {
    try tables.unfinishedQuotes(nowMS: nowMS).compactMap { unfinished in
      var quote = unfinished
      quote.state = .held
      try tables.update(quote)
      guard let part = try tables.newestPart(of: quote.id) else { return nil }
      let sale = Sale.held(
        SaleID(rawValue: name("sal")),
        slot: quote.slot,
        payment: part,
        quote: quote,
        amount: quote.received,
        because: .late,
        atMS: nowMS
      )
      try tables.insert(sale)
      try tables.holdParts(of: quote.id, in: sale.id, because: .late)
      return .sale(sale)
    }
  }

  /// The first account that was never given away, else the one that has been free the longest.
  private func freest(of accounts: [Account]) throws -> Account? {
    var freest: (account: Account, sinceMS: Int64)?
    for account in accounts {
      guard let untilMS = try tables.reservation(of: account) else { return account }
      if untilMS <= nowMS, untilMS < freest?.sinceMS ?? .max { freest = (account, untilMS) }
    }
    return freest?.account
  }
}
