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
      try contradict(payment, forgetAtMS: nowMS.addingHeld(request.personsKeptMS))
      return .contradicts
    }
    switch try request.decide(request.verified, view) {
    case .sell(let draft): return try sell(draft, for: request)
    case .part(let quote, let received): return try addUp(request, in: quote, received: received)
    case .hold(let reason, let slot, let quote): return try hold(request, because: reason, slot: slot, quote: quote)
    case .beforeStart:
      let record = record(payment, .beforeStart)
      try insert(record, quote: nil, for: request)
      try commit(telling: [.payment(.beforeStart, record)])
      return .recorded(.beforeStart, sale: nil, dispatch: nil)
    }
  }

  private func insert(_ record: PaymentRecord, quote: String?, for request: AdmissionRequest) throws {
    try tables.insert(record, quote: quote, forgetAtMS: nowMS.addingHeld(request.personsKeptMS))
  }

  private func contradict(_ payment: Payment, forgetAtMS: Int64) throws {
    guard try tables.keep(contradiction: payment, heardAtMS: nowMS, forgetAtMS: forgetAtMS),
      let record = try tables.payment(payment.id)
    else { return }
    try commit(telling: [.contradiction(record, told: payment)])
  }

  private func sell(_ draft: SaleDraft, for request: AdmissionRequest) throws -> Admission {
    let payment = request.verified.payment
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
      quote = try take(payment.amount, into: id, leaving: .paid)
      try tables.joinParts(of: id, to: sale.id)
    }
    try insert(record, quote: draft.quote, for: request)
    try tables.insert(sale)
    var dispatch = try tables.insert(
      draft.work,
      id: DispatchID(rawValue: name("dsp")),
      sale: sale.id,
      slot: draft.slot,
      createdAtMS: nowMS
    )
    var told: [EventDraft] = [.payment(.confirmed, record, quote: quote), .created(sale), .queued(dispatch)]
    if let epoch = request.session(dispatch.channel.device), let offered = try offer(dispatch, epoch: epoch) {
      dispatch = offered
      told.append(.dispatch(dispatch))
    }
    try commit(telling: told)
    return .recorded(.sold, sale: sale, dispatch: dispatch)
  }

  private func take(_ amount: Amount, into id: String, leaving state: Quote.State) throws -> Quote {
    guard var quote = try tables.quote(id) else { throw NoSuchQuote(id: id) }
    quote.received = quote.received.adding(amount) ?? Amount(.max)
    quote.state = state
    try tables.update(quote)
    return quote
  }

  private func addUp(_ request: AdmissionRequest, in id: String, received: Amount) throws -> Admission {
    guard var quote = try tables.quote(id) else { throw NoSuchQuote(id: id) }
    quote.received = received
    try tables.update(quote)
    let record = record(request.verified.payment, .part)
    try insert(record, quote: id, for: request)
    try commit(telling: [.payment(.partial, record, quote: quote)])
    return .recorded(.part, sale: nil, dispatch: nil)
  }

  private func hold(
    _ request: AdmissionRequest,
    because reason: HoldReason,
    slot: SlotID?,
    quote id: String?
  ) throws -> Admission {
    let payment = request.verified.payment
    let quote = try id.map { try take(payment.amount, into: $0, leaving: .held) }
    let sale = slot.map {
      Sale.held(
        SaleID(rawValue: name("sal")),
        slot: $0,
        payment: payment.id,
        quote: quote,
        amount: quote?.received ?? payment.amount,
        because: reason,
        atMS: nowMS
      )
    }
    let record = record(payment, .held, because: reason.rawValue, sale: sale?.id)
    try insert(record, quote: id, for: request)
    if let sale { try tables.insert(sale) }
    if let id { try tables.holdParts(of: id, in: sale?.id, because: reason) }
    try commit(telling: [.payment(.confirmed, record, quote: quote), sale.map { .sale($0) } ?? .payment(.held, record)])
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
