public import Coinslot

extension SQLiteLedger {
  /// Records a payment, its sale and its work in one transaction, once.
  ///
  /// The same payment heard again is `.duplicate`; with other facts it is `.contradicts`: the first record stays, the
  /// other is kept beside it and told once as `payment.contradiction`.
  ///
  /// - Throws: What `decide` throws, and storage errors; nothing was recorded then.
  public func admit(_ request: AdmissionRequest) async throws -> Admission {
    try await change(at: request.nowMS) { try $0.admit(request) }
  }
}

extension Change {
  fileprivate func admit(_ request: AdmissionRequest) throws -> Admission {
    let payment = request.verified.payment
    // One writer: nobody records it between this look and the insert, and the unique key would stop them.
    if let kept = try tables.digest(of: payment.id) {
      if kept == payment.digest { return .duplicate }
      try contradict(payment)
      return .contradicts
    }
    switch try request.decide(request.verified, view) {
    case .sell(let draft): return try sell(draft, for: payment, session: request.session)
    case .part(let quote, let received): return try addUp(payment, in: quote, received: received)
    case .hold(let reason, let slot): return try hold(payment, because: reason, slot: slot)
    case .beforeStart:
      let record = record(payment, .beforeStart)
      try tables.insert(record, quote: nil)
      try commit(telling: [.payment(.beforeStart, record)])
      return .recorded(.beforeStart, sale: nil, dispatch: nil)
    }
  }

  private func contradict(_ payment: Payment) throws {
    guard try tables.keep(contradiction: payment, heardAtMS: nowMS), let record = try tables.payment(payment.id) else {
      return
    }
    try commit(telling: [.contradiction(record, told: payment)])
  }

  private func sell(
    _ draft: SaleDraft,
    for payment: Payment,
    session: (DeviceID) -> SessionEpoch?
  ) throws -> Admission {
    let sale = Sale(
      id: SaleID(rawValue: name("sal")),
      slot: draft.slot,
      payment: payment.id,
      quote: draft.quote,
      purchase: draft.purchase,
      price: draft.price,
      remainder: draft.remainder,
      createdAtMS: nowMS
    )
    let record = record(payment, .sold, sale: sale.id)
    var quote: Quote?
    if let id = draft.quote {
      quote = try pay(id, with: payment.amount)
      try tables.joinParts(of: id, to: sale.id)
    }
    try tables.insert(record, quote: draft.quote)
    try tables.insert(sale)
    var dispatch = try tables.insert(
      draft.work,
      id: DispatchID(rawValue: name("dsp")),
      sale: sale.id,
      slot: draft.slot,
      createdAtMS: nowMS
    )
    var told: [EventDraft] = [.payment(.confirmed, record, quote: quote), .created(sale), .queued(dispatch)]
    if let epoch = session(dispatch.channel.device), let offered = try offer(dispatch, epoch: epoch) {
      dispatch = offered
      told.append(.dispatch(dispatch))
    }
    try commit(telling: told)
    return .recorded(.sold, sale: sale, dispatch: dispatch)
  }

  private func pay(_ id: String, with amount: Amount) throws -> Quote {
    guard var quote = try tables.quote(id) else { throw NoSuchQuote(id: id) }
    quote.received = quote.received.adding(amount) ?? Amount(.max)
    quote.state = .paid
    try tables.update(quote)
    return quote
  }

  private func addUp(_ payment: Payment, in id: String, received: Amount) throws -> Admission {
    guard var quote = try tables.quote(id) else { throw NoSuchQuote(id: id) }
    quote.received = received
    try tables.update(quote)
    let record = record(payment, .part)
    try tables.insert(record, quote: id)
    try commit(telling: [.payment(.partial, record, quote: quote)])
    return .recorded(.part, sale: nil, dispatch: nil)
  }

  private func hold(_ payment: Payment, because reason: HoldReason, slot: SlotID?) throws -> Admission {
    let sale = slot.map {
      Sale(
        id: SaleID(rawValue: name("sal")),
        slot: $0,
        payment: payment.id,
        quote: nil,
        purchase: nil,
        price: .zero,
        remainder: payment.amount,
        createdAtMS: nowMS,
        outcome: .held,
        reason: reason.rawValue,
        endedAtMS: nowMS
      )
    }
    let record = record(payment, .held, because: reason.rawValue, sale: sale?.id)
    try tables.insert(record, quote: nil)
    if let sale { try tables.insert(sale) }
    try commit(telling: [.payment(.confirmed, record), sale.map { .sale($0) } ?? .payment(.held, record)])
    return .recorded(.held, sale: sale, dispatch: nil)
  }

  private func record(
    _ payment: Payment,
    _ standing: Standing,
    because reason: String? = nil,
    sale: SaleID? = nil
  ) -> PaymentRecord {
    PaymentRecord(
      name: name("pay"),
      payment: payment,
      standing: standing,
      reason: reason,
      recordedAtMS: nowMS,
      sale: sale
    )
  }
}

/// A decision named a quote that the ledger does not have.
struct NoSuchQuote: Error {
  /// The name.
  let id: String
}
