package import Primitives

// Money that comes in.

extension ToyInvoiceBook {
  /// A payment arrives for an invoice; of a hold invoice the money is locked, not received.
  ///
  /// - Parameters:
  ///   - hash: Which invoice.
  ///   - msat: What arrives now.
  ///   - totalMsat: What all parts of the payment are together; nil: this is all. Until the sum has come the invoice
  ///     stays as it is.
  ///   - nowMS: The time.
  /// - Returns: The invoice after it.
  /// - Throws: `BookRefusal.unknown`, `.isInState`, `.wrongAmount`; nothing has changed then.
  @discardableResult
  package mutating func pay(
    _ hash: Bytes32,
    msat: UInt64,
    totalMsat: UInt64? = nil,
    nowMS: Int64
  ) throws(BookRefusal) -> ToyInvoice {
    expire(nowMS: nowMS)
    guard let invoice = invoice(hash: hash) else { throw .unknown }
    guard invoice.isOpen else { throw .isInState(invoice.state) }
    let total = totalMsat ?? msat
    guard msat > 0, invoice.accepts(total) else { throw .wrongAmount }
    let (sum, isOver) = (parts[hash] ?? 0).addingReportingOverflow(msat)
    guard !isOver else { throw .wrongAmount }
    guard sum >= total else {
      parts[hash] = sum
      return invoice
    }
    guard invoice.accepts(sum) else { throw .wrongAmount }
    parts[hash] = nil
    return invoice.isHold ? lock(invoice, sum, nowMS) : settle(invoice, sum, nowMS)
  }

  private mutating func lock(_ invoice: ToyInvoice, _ msat: UInt64, _ nowMS: Int64) -> ToyInvoice {
    let held = ToyInvoice.Held(
      msat: msat,
      acceptedAtS: nowMS / 1000,
      acceptedAtHeight: height,
      expiresAtHeight: height + invoice.cltvDelta
    )
    return change(invoice, .accepted, counts: false) {
      $0.state = .accepted
      $0.held = held
    }
  }

  private mutating func settle(_ invoice: ToyInvoice, _ msat: UInt64, _ nowMS: Int64) -> ToyInvoice {
    counters.paid += 1
    let index = counters.paid
    payments.append(Paid(index: index, row: invoice.createdIndex))
    let paid = change(invoice, .paid) {
      $0.state = .paid
      $0.payIndex = index
      $0.receivedMsat = msat
      $0.paidAtS = nowMS / 1000
    }
    if let id = invoice.offerID { use(id) }
    return paid
  }

  private mutating func use(_ id: Bytes32) {
    guard let offer = offers[id] else { return }
    offers[id]?.isUsed = true
    guard offer.isSingleUse else { return }
    offers[id]?.isActive = false
    expireInvoices(of: id)
  }
}

// MARK: Hold invoices

extension ToyInvoiceBook {
  /// Takes the locked money of the hold invoice that this is the preimage of.
  ///
  /// - Throws: `BookRefusal.unknown`; `.isInState` where no money is locked, or it was taken before.
  @discardableResult
  package mutating func settle(_ preimage: Bytes32, nowMS: Int64) throws(BookRefusal) -> ToyInvoice {
    expire(nowMS: nowMS)
    guard var invoice = invoice(hash: SHA256.hash(preimage.bytes)) else { throw .unknown }
    guard invoice.state == .accepted, let held = invoice.held else { throw .isInState(invoice.state) }
    invoice.preimage = preimage
    return settle(invoice, held.msat, nowMS)
  }

  /// Gives locked money back, or calls an unpaid invoice off; a second time nothing more happens.
  ///
  /// - Throws: `BookRefusal.unknown`; `.isInState` where it is paid.
  @discardableResult
  package mutating func cancel(_ hash: Bytes32, nowMS: Int64) throws(BookRefusal) -> ToyInvoice {
    expire(nowMS: nowMS)
    guard let invoice = invoice(hash: hash) else { throw .unknown }
    switch invoice.state {
    case .paid: throw .isInState(.paid)
    case .cancelled, .expired: return invoice
    case .unpaid, .accepted:
      return change(invoice, .cancelled, counts: false) { $0.state = .cancelled }
    }
  }

  /// The chain grows: money that nobody took in time goes back to its payer.
  package mutating func mine(_ blocks: UInt32) {
    height += min(blocks, UInt32.max - height)
    for invoice in all {
      guard invoice.state == .accepted, let held = invoice.held, held.expiresAtHeight <= height else { continue }
      change(invoice, .cancelled, counts: false) { $0.state = .cancelled }
    }
  }
}

// MARK: Offers

extension ToyInvoiceBook {
  /// Enters an offer.
  ///
  /// - Throws: `BookRefusal.full`.
  package mutating func add(_ offer: ToyOffer) throws(BookRefusal) {
    guard offers.count < Self.maxRows else { throw .full }
    offers[offer.id] = offer
  }

  /// As on a real node: what was fetched for it can be paid no more, and no index tells of it.
  private mutating func expireInvoices(of id: Bytes32) {
    for invoice in invoices(for: id) where invoice.isOpen { rows[invoice.createdIndex]?.state = .expired }
  }

  /// An offer takes no more payments, and what was fetched for it expires.
  ///
  /// - Throws: `BookRefusal.unknown`, `.inactive` where it did not before.
  package mutating func disable(_ id: Bytes32) throws(BookRefusal) -> ToyOffer {
    guard var offer = offers[id] else { throw .unknown }
    guard offer.isActive else { throw .inactive }
    offer.isActive = false
    offers[id] = offer
    expireInvoices(of: id)
    return offer
  }
}
