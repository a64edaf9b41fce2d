/// Decides what a payment buys: pure, given what the ledger shows.
///
/// The order of questions: is it older than our watching? which quote does it answer? which slot owns the account? is it
/// older than the last restore, so that it may have been served already?
/// what does it buy at the price the payer may have seen? is it still in its life? may the machine run now?
public struct SlotBook: Sendable {
  /// The slots, by name.
  public let slots: [SlotID: Slot]
  private let byAccount: [Account: [SlotID]]

  /// A book of slots; a later one with the same name replaces an earlier.
  public init(_ slots: [Slot]) {
    self.slots = Dictionary(slots.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    var byAccount: [Account: [SlotID]] = [:]
    for slot in self.slots.values.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
      for option in slot.pay {
        for account in [option.account] + option.quoteAccounts { byAccount[account, default: []].append(slot.id) }
      }
    }
    self.byAccount = byAccount
  }

  /// Every account that a slot can be paid at, with the least amount worth hearing of there.
  ///
  /// An account of its own for each quote hears every amount, since part payments add up there.
  public var watched: [Account: Amount] {
    var least: [Account: Amount] = [:]
    for slot in slots.values {
      for option in slot.pay {
        least[option.account] = min(least[option.account] ?? Amount(.max), option.price.least)
        for account in option.quoteAccounts { least[account] = Amount(1) }
      }
    }
    return least
  }

  /// The accounts that signs show, shared by all customers of a slot.
  public var sharedAccounts: Set<Account> { Set(slots.values.flatMap { $0.pay.map(\.account) }) }

  /// What to do with a verified payment.
  ///
  /// - Throws: Only what reading the view throws.
  public func decide(on verified: Verified, nowMS: Int64, view: any LedgerView) throws -> Decision {
    let payment = verified.payment
    if verified.isBeforeStart { return .beforeStart }
    // The ledger asks only about payments it does not know.
    let isFromLostTime = try view.restoredAtMS.map { payment.earliestAtMS < $0 } ?? false
    if let quote = try quotes(for: payment, view: view).first(where: \.state.takesMoney) {
      guard !isFromLostTime else { return .hold(.foundAfterRestore, slot: quote.slot, quote: quote.id) }
      return try settle(quote, with: payment, nowMS: nowMS, view: view)
    }
    guard !isFromLostTime else { return .hold(.foundAfterRestore, slot: defaultSlot(for: payment.account)?.id) }
    guard let slot = defaultSlot(for: payment.account), let option = slot.option(for: payment.account) else {
      return .hold(.noSlot, slot: nil)
    }
    switch option.tellApart {
    case .ownAccount, .invoice: return .hold(.noSlot, slot: slot.id)
    case .nothing, .lowDigits: break
    }
    return try sell(payment, at: slot, nowMS: nowMS, view: view)
  }

  /// The quotes that a payment may answer, the surest first.
  ///
  /// An invoice's hash is the identity of its payment, and the account that the quote owns.
  private func quotes(for payment: Payment, view: any LedgerView) throws -> [Quote] {
    if byAccount[payment.account]?.contains(where: { isInvoiced($0, at: payment.account) }) == true {
      let invoice = Account(chain: payment.account.chain, canonical: payment.id.transaction)
      return [try view.quote(owning: invoice)].compactMap(\.self)
    }
    return [
      try view.quote(owning: payment.account), try view.quote(on: payment.account, due: payment.amount),
    ].compactMap(\.self)
  }

  private func isInvoiced(_ slot: SlotID, at account: Account) -> Bool {
    slots[slot]?.option(for: account)?.tellApart == .invoice
  }

  /// The one slot that money without a quote means: the only one there, or the only one that does not insist on quotes.
  private func defaultSlot(for account: Account) -> Slot? {
    let candidates = (byAccount[account] ?? []).compactMap { slots[$0] }
    if candidates.count == 1 { return candidates[0] }
    let open = candidates.filter { $0.option(for: account)?.tellApart == .nothing }
    return open.count == 1 ? open[0] : nil
  }

  private func settle(_ quote: Quote, with payment: Payment, nowMS: Int64, view: any LedgerView) throws -> Decision {
    guard let slot = slots[quote.slot] else { return .hold(.noSlot, slot: nil) }
    // The node itself takes nothing for an invoice after its end, and tells when by its own clock.
    let isInTime = payment.earliestAtMS <= quote.expiresAtMS || isInvoiced(slot.id, at: payment.account)
    guard isInTime || quote.received > .zero else {
      // Paid after its end: at a machine the payer stands there, so today's price counts; else the operator decides.
      guard !quote.ownsAccount else { return .hold(.late, slot: slot.id, quote: quote.id) }
      return try sell(payment, at: slot, nowMS: nowMS, view: view)
    }
    let received = quote.received.adding(payment.amount) ?? Amount(.max)
    guard received >= quote.due else { return .part(quote: quote.id, received: received) }
    guard received <= quote.due.doubled else { return .hold(.overpaid, slot: slot.id, quote: quote.id) }
    let bought = PriceAnswer.buys(
      quote.purchase,
      price: quote.price,
      remainder: received.subtracting(isInvoiced(slot.id, at: payment.account) ? quote.price : quote.due) ?? .zero
    )
    return try work(bought, quote: quote.id, payment: payment, slot: slot, nowMS: nowMS, view: view)
  }

  private func sell(_ payment: Payment, at slot: Slot, nowMS: Int64, view: any LedgerView) throws -> Decision {
    let from = payment.earliestAtMS.addingClamped(-PriceVersion.graceMS)
    var versions = try view.prices(
      of: slot.id,
      on: payment.account.chain,
      during: from...max(from, payment.earliestAtMS)
    )
    if versions.isEmpty, let option = slot.option(for: payment.account) {
      versions = [PriceVersion(number: 0, rule: option.price, fromMS: from)]
    }
    guard let (answer, _) = PriceVersion.kindest(versions, for: payment.amount) else {
      return .hold(.noSlot, slot: slot.id)
    }
    return try work(answer, quote: nil, payment: payment, slot: slot, nowMS: nowMS, view: view)
  }

  private func work(
    _ answer: PriceAnswer,
    quote: String?,
    payment: Payment,
    slot: Slot,
    nowMS: Int64,
    view: any LedgerView
  ) throws -> Decision {
    let purchase: Purchase, price: Amount, remainder: Amount
    switch answer {
    case .tooLittle: return .hold(.underpaid, slot: slot.id, quote: quote)
    case .tooMuch: return .hold(.overpaid, slot: slot.id, quote: quote)
    case .buys(let bought, let cost, let rest): (purchase, price, remainder) = (bought, cost, rest)
    }
    let output = slot.does.output(for: purchase)
    if try view.closure(of: slot.id) != nil { return .hold(.closed, slot: slot.id, quote: quote) }
    guard try view.device(output.device)?.standing == .trusted, try view.channel(output).heldBecause == nil else {
      return .hold(.deviceHeld, slot: slot.id, quote: quote)
    }
    let open = try view.openWork(on: output)
    guard open.count < ChannelBounds.openWork else { return .hold(.queueFull, slot: slot.id, quote: quote) }
    let freeAtMS = ChannelWork.freeAtMS(open, nowMS: nowMS)
    if slot.whileRunning == .hold, freeAtMS != nil { return .hold(.busy, slot: slot.id, quote: quote) }
    // Who queues knows that the machine is busy: their time to start counts from when it will be free.
    let startMS = slot.whileRunning == .queue ? max(payment.earliestAtMS, freeAtMS ?? .min) : payment.earliestAtMS
    let deadlineMS = startMS.addingClamped(slot.ifAway.holdMS)
    guard nowMS < payment.earliestAtMS.addingClamped(slot.ifAway.holdMS) else {
      return .hold(.tooOld, slot: slot.id, quote: quote)
    }
    let command = Dispatch.Command(
      mode: slot.whileRunning == .extend && purchase.ms > 0 ? .extend : .new,
      ms: purchase.ms > 0 ? purchase.ms : slot.does.pulseMS,
      once: slot.does.once
    )
    let draft = DispatchDraft(
      channel: output,
      command: command,
      deadlineMS: deadlineMS,
      doubtMS: slot.ifAway.holdMS
    )
    return .sell(
      SaleDraft(slot: slot.id, quote: quote, purchase: purchase, price: price, remainder: remainder, work: draft)
    )
  }
}
