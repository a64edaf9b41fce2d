package import Coinslot

extension MemoryLedger {
  package func admit(_ request: AdmissionRequest) async throws -> Admission {
    let entropy = entropy
    await hooks.admitting(request)
    return try await change("admit") { try $0.admit(request, entropy: entropy) }
  }

  package func quote(_ request: QuoteRequest) async throws -> QuoteAnswer {
    try await change("quote") { $0.quote(request) }
  }

  package func expireQuotes(nowMS: Int64) async throws -> Int {
    let entropy = entropy
    return try await change("expireQuotes") { $0.expireQuotes(nowMS: nowMS, entropy: entropy) }
  }
}

extension MemoryBooks {
  mutating func admit(_ request: AdmissionRequest, entropy: any Entropy) throws -> Admission {
    let payment = request.verified.payment
    let nowMS = request.nowMS
    if let kept = money[payment.id] {
      if kept.digest == payment.digest { return .duplicate }
      if contradictions.insert(Array(payment.id.description.utf8) + payment.digest).inserted {
        remember(.told, payment, request)
        commit(telling: [.contradiction(kept.record, told: payment)], atMS: nowMS)
      }
      return .contradicts
    }
    switch try request.decide(request.verified, MemoryView(books: self, nowMS: nowMS)) {
    case .sell(let draft): return try sell(draft, for: payment, request: request, entropy: entropy)
    case .part(let id, let received):
      let place = try index(of: id)
      quotes[place].received = received
      let record = record(payment, .part, nowMS: nowMS, entropy: entropy)
      insert(record, quote: id, request)
      commit(telling: [.payment(.partial, record, quote: quotes[place])], atMS: nowMS)
      return .recorded(.part, sale: nil, dispatch: nil)
    case .hold(let reason, let slot, let quote):
      return try hold(request, because: reason, slot: slot, quote: quote, entropy: entropy)
    case .beforeStart:
      let record = record(payment, .beforeStart, nowMS: nowMS, entropy: entropy)
      insert(record, quote: nil, request)
      commit(telling: [.payment(.beforeStart, record)], atMS: nowMS)
      return .recorded(.beforeStart, sale: nil, dispatch: nil)
    }
  }

  private mutating func sell(
    _ draft: SaleDraft,
    for payment: Payment,
    request: AdmissionRequest,
    entropy: any Entropy
  ) throws -> Admission {
    let nowMS = request.nowMS
    let place = try draft.quote.map { try index(of: $0) }
    let sale = Sale(
      id: SaleID(rawValue: ID.make("sal", nowMS: nowMS, entropy: entropy)),
      slot: draft.slot,
      payment: payment.id,
      quote: draft.quote,
      purchase: draft.purchase,
      price: draft.price,
      remainder: draft.remainder,
      createdAtMS: nowMS
    )
    let record = record(payment, .sold, sale: sale.id, nowMS: nowMS, entropy: entropy)
    if let place {
      quotes[place].received = quotes[place].received.adding(payment.amount) ?? Amount(.max)
      quotes[place].state = .paid
      for (id, part) in money where part.quote == draft.quote && part.record.standing == .part {
        money[id]?.record = part.record.moved(to: .sold, because: nil, sale: sale.id)
      }
    }
    insert(record, quote: draft.quote, request)
    sales[sale.id] = sale
    var dispatch = insert(
      draft.work,
      id: ID.make("dsp", nowMS: nowMS, entropy: entropy),
      sale: sale.id,
      slot: draft.slot,
      nowMS: nowMS
    )
    var told: [EventDraft] = [
      .payment(.confirmed, record, quote: place.map { quotes[$0] }), .created(sale), .queued(dispatch),
    ]
    if let epoch = request.session(dispatch.channel.device),
      let offered = offer(dispatch, epoch: epoch, nowMS: nowMS)
    {
      dispatch = offered
      told.append(.dispatch(dispatch))
    }
    commit(telling: told, atMS: nowMS)
    return .recorded(.sold, sale: sale, dispatch: dispatch)
  }

  private mutating func hold(
    _ request: AdmissionRequest,
    because reason: HoldReason,
    slot: SlotID?,
    quote id: String?,
    entropy: any Entropy
  ) throws -> Admission {
    let payment = request.verified.payment, nowMS = request.nowMS
    let place = try id.map { try index(of: $0) }
    if let place {
      quotes[place].received = quotes[place].received.adding(payment.amount) ?? Amount(.max)
      quotes[place].state = .held
    }
    let quote = place.map { quotes[$0] }
    let sale = slot.map {
      Sale.held(
        SaleID(rawValue: ID.make("sal", nowMS: nowMS, entropy: entropy)),
        slot: $0,
        payment: payment.id,
        quote: quote,
        amount: quote?.received ?? payment.amount,
        because: reason,
        atMS: nowMS
      )
    }
    let record = record(
      payment,
      .held,
      because: reason.rawValue,
      sale: sale?.id,
      nowMS: nowMS,
      entropy: entropy
    )
    insert(record, quote: id, request)
    if let sale { sales[sale.id] = sale }
    if let id { holdParts(of: id, in: sale?.id, because: reason) }
    commit(
      telling: [
        .payment(.confirmed, record, quote: quote), sale.map { .sale($0) } ?? .payment(.held, record),
      ],
      atMS: nowMS
    )
    return .recorded(.held, sale: sale, dispatch: nil)
  }

  private mutating func holdParts(of quote: String, in sale: SaleID?, because reason: HoldReason) {
    for (id, part) in money where part.quote == quote && part.record.standing == .part {
      money[id]?.record = part.record.moved(to: .held, because: reason.rawValue, sale: sale)
    }
  }

  private mutating func insert(_ record: PaymentRecord, quote: String?, _ request: AdmissionRequest) {
    money[record.payment.id] = Money(record: record, quote: quote, digest: record.payment.digest)
    remember(.payer, record.payment, request)
    names[record.name] = record.payment.id
    lastRecorded.append(record.payment.id)
  }

  private func index(of quote: String) throws -> Int {
    guard let place = quotes.firstIndex(where: { $0.id == quote }) else { throw NoSuchQuote(id: quote) }
    return place
  }

  private func record(
    _ payment: Payment,
    _ standing: Standing,
    because reason: String? = nil,
    sale: SaleID? = nil,
    nowMS: Int64,
    entropy: any Entropy
  ) -> PaymentRecord {
    PaymentRecord(
      name: ID.make("pay", nowMS: nowMS, entropy: entropy),
      payment: payment,
      standing: standing,
      reason: reason,
      recordedAtMS: nowMS,
      sale: sale
    )
  }

  /// A decision named a quote that the books do not have.
  struct NoSuchQuote: Error { let id: String }
}

// MARK: Quotes

extension MemoryBooks {
  mutating func quote(_ request: QuoteRequest) -> QuoteAnswer {
    let nowMS = request.nowMS
    let open = quotes.count { $0.state == .open && $0.client == request.client && $0.expiresAtMS > nowMS }
    guard open < Quote.perClient else { return .tooManyForClient }
    if let share = request.share {
      let reserved = quotes.count {
        $0.slot == request.slot && $0.state.takesMoney && $0.reservedUntilMS > nowMS
          && $0.client.hasSuffix("@\(share.network)")
      }
      guard reserved < share.most else { return .tooManyForNetwork }
    }
    let place: (account: Account, isOwn: Bool, due: Amount)?
    switch request.place {
    case .own(let accounts): place = freest(of: accounts, nowMS: nowMS).map { ($0, true, request.due ?? request.price) }
    case .shared(let account, let choose):
      let taken = Set(
        quotes.filter { !$0.ownsAccount && $0.account == account && $0.reservedUntilMS > nowMS }.map(\.due)
      )
      place = choose(taken).flatMap { taken.contains($0) ? nil : (account, false, $0) }
    }
    guard let place else { return .tableFull }
    let quote = Quote(request, account: place.account, ownsAccount: place.isOwn, due: place.due)
    quotes.append(quote)
    remember(quote, for: request.personsKeptMS)
    commit(atMS: nowMS)
    return .opened(quote)
  }

  /// The first account that was never given away, else the one that has been free the longest.
  private func freest(of accounts: [Account], nowMS: Int64) -> Account? {
    var freest: (account: Account, sinceMS: Int64)?
    for account in accounts {
      let reserved = quotes.filter { $0.ownsAccount && $0.account == account }.map(\.reservedUntilMS).max()
      guard let reserved else { return account }
      if reserved <= nowMS, reserved < freest?.sinceMS ?? .max { freest = (account, reserved) }
    }
    return freest?.account
  }

  mutating func expireQuotes(nowMS: Int64, entropy: any Entropy) -> Int {
    let over = quotes.indices.filter { quotes[$0].state == .open && quotes[$0].expiresAtMS <= nowMS }
      .sorted { quotes[$0].expiresAtMS < quotes[$1].expiresAtMS }.prefix(Quote.sweep)
    for i in over { quotes[i].state = .expired }
    let spent = quotes.indices.filter { quotes[$0].state == .expired && quotes[$0].reservedUntilMS <= nowMS }
      .sorted { quotes[$0].reservedUntilMS < quotes[$1].reservedUntilMS }
    var told: [EventDraft] = []
    for i in spent.filter({ quotes[$0].received != .zero }).prefix(Quote.sweep) {
      quotes[i].state = .held
      let quote = quotes[i]
      let parts = money.values.filter { $0.quote == quote.id && $0.record.standing == .part }.map(\.record)
      guard let newest = parts.max(by: { ($0.recordedAtMS, $0.name) < ($1.recordedAtMS, $1.name) }) else { continue }
      let sale = Sale.held(
        SaleID(rawValue: ID.make("sal", nowMS: nowMS, entropy: entropy)),
        slot: quote.slot,
        payment: newest.payment.id,
        quote: quote,
        amount: quote.received,
        because: .late,
        atMS: nowMS
      )
      sales[sale.id] = sale
      holdParts(of: quote.id, in: sale.id, because: .late)
      told.append(.sale(sale))
    }
    let dropped = Set(spent.filter { quotes[$0].received == .zero }.prefix(Quote.sweep).map { quotes[$0].id })
    quotes.removeAll { dropped.contains($0.id) }
    persons.removeAll { $0.quote.map(dropped.contains) ?? false }
    if over.count + told.count + dropped.count > 0 { commit(telling: told, atMS: nowMS) }
    return over.count
  }
}

extension PaymentRecord {
  /// The same payment in another pot.
  func moved(to standing: Standing, because reason: String?, sale: SaleID?) -> PaymentRecord {
    PaymentRecord(
      name: name,
      payment: payment,
      standing: standing,
      reason: reason,
      recordedAtMS: recordedAtMS,
      sale: sale
    )
  }
}
