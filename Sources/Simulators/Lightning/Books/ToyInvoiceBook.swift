package import Primitives

/// The books of a toy Lightning node: invoices and offers, and what becomes of them.
///
/// Pure: the time is told, chance is a seed. A copy is a snapshot.
///
/// ```
/// add ─▶ unpaid ─▶ paid            createdIndex counts every one made,
///          │  └──▶ expired         updatedIndex every change of one,
///          └─────▶ accepted ─▶ paid, cancelled    payIndex every payment, deletedIndex every one removed
/// ```
package struct ToyInvoiceBook: Sendable, Equatable {
  /// How many of each there have been, ever.
  package struct Counters: Hashable, Sendable {
    package var created: UInt64 = 0
    package var updated: UInt64 = 0
    package var deleted: UInt64 = 0
    package var paid: UInt64 = 0
  }

  /// Whence preimages, secrets and the node's key come.
  package let seed: Bytes32
  package internal(set) var counters = Counters()
  /// The height of its chain.
  package var height: UInt32
  /// Invoices by their created index.
  package internal(set) var rows: [UInt64: ToyInvoice] = [:]
  package internal(set) var offers: [Bytes32: ToyOffer] = [:]
  /// What has changed since `takeEvents`.
  var events: [BookEvent] = []
  /// How many secrets were made; never goes back, also where the rest does.
  var minted: UInt64 = 0
  /// Paid rows in the order of their payment.
  var payments: [Paid] = []
  /// Parts that have come for an invoice and are not its whole amount yet.
  var parts: [Bytes32: UInt64] = [:]
  /// No invoice expires before this moment, seconds since 1970.
  var nextExpiryS = Int64.max

  private var labels: [[UInt8]: UInt64] = [:]
  private var hashes: [Bytes32: UInt64] = [:]

  struct Paid: Hashable, Sendable {
    let index: UInt64
    let row: UInt64
  }

  /// The most invoices, and the most offers.
  package static let maxRows = 1_000_000

  /// Empty books.
  package init(seed: Bytes32, height: UInt32 = 118) {
    self.seed = seed
    self.height = height
  }

  package static func == (a: ToyInvoiceBook, b: ToyInvoiceBook) -> Bool {
    (a.seed, a.counters, a.height, a.minted) == (b.seed, b.counters, b.height, b.minted) && a.rows == b.rows
      && a.offers == b.offers && a.parts == b.parts
  }

  /// 32 bytes that these books have not given before and no other books give.
  package mutating func mint() -> Bytes32 {
    minted += 1
    return secret("mint \(minted)")
  }

  /// 32 bytes that are always the same for this name.
  package func secret(_ name: String) -> Bytes32 {
    var hash = SHA256()
    hash.update(seed)
    hash.update(Array(name.utf8))
    return hash.finish()
  }

  /// What has changed since the last time; forgets it.
  package mutating func takeEvents() -> [BookEvent] {
    defer { events = [] }
    return events
  }

  /// The books as they were, as if an old copy of the node's database were put back.
  ///
  /// The next secrets are new ones all the same: the next payment is another one under an index that was there before.
  package mutating func rollBack(to old: ToyInvoiceBook) {
    let minted = minted
    self = old
    self.minted = max(minted, old.minted)
    events = []
  }
}

// MARK: Making and finding

extension ToyInvoiceBook {
  /// Enters an invoice; its created index is the next one.
  ///
  /// - Throws: `BookRefusal.labelTaken`, `.hashTaken`, `.full`.
  @discardableResult
  package mutating func add(_ invoice: ToyInvoice) throws(BookRefusal) -> ToyInvoice {
    guard rows.count < Self.maxRows else { throw .full }
    guard labels[invoice.label] == nil else { throw .labelTaken }
    guard hashes[invoice.paymentHash] == nil else { throw .hashTaken }
    counters.created += 1
    var invoice = invoice
    invoice.createdIndex = counters.created
    place(invoice)
    events.append(BookEvent(kind: .created, index: counters.created, invoice: invoice))
    return invoice
  }

  /// Puts a row where it belongs, new or read from a file.
  mutating func place(_ invoice: ToyInvoice) {
    rows[invoice.createdIndex] = invoice
    labels[invoice.label] = invoice.createdIndex
    hashes[invoice.paymentHash] = invoice.createdIndex
    if invoice.isOpen { nextExpiryS = min(nextExpiryS, invoice.expiresAtS) }
  }

  package func invoice(label: [UInt8]) -> ToyInvoice? { labels[label].flatMap { rows[$0] } }
  package func invoice(hash: Bytes32) -> ToyInvoice? { hashes[hash].flatMap { rows[$0] } }

  /// Invoices in the order of their making.
  package var all: [ToyInvoice] { rows.keys.sorted().compactMap { rows[$0] } }

  /// Invoices that answer an offer, in the order of their making.
  package func invoices(for offer: Bytes32) -> [ToyInvoice] { all.filter { $0.offerID == offer } }

  /// A page in the order of their making.
  package func page(created start: UInt64, most: Int) -> [ToyInvoice] {
    Array(all.drop { $0.createdIndex < start }.prefix(most))
  }

  /// A page of the changed ones in the order of their last change.
  package func page(updated start: UInt64, most: Int) -> [ToyInvoice] {
    let changed = rows.values.filter { ($0.updatedIndex ?? 0) >= max(1, start) }
    return Array(changed.sorted { ($0.updatedIndex ?? 0) < ($1.updatedIndex ?? 0) }.prefix(most))
  }

  /// The paid invoice with the smallest pay index above `cursor`; a negative cursor is below them all.
  package func firstPaid(after cursor: Int64) -> ToyInvoice? {
    var low = 0
    var high = payments.count
    while low < high {
      let middle = (low + high) / 2
      if Int64(clamping: payments[middle].index) > cursor { high = middle } else { low = middle + 1 }
    }
    return payments.indices.contains(low) ? rows[payments[low].row] : nil
  }

  /// Paid invoices whose pay index is above `cursor`, in that order.
  package func paid(after cursor: UInt64) -> [ToyInvoice] {
    payments.filter { $0.index > cursor }.compactMap { rows[$0.row] }
  }
}

// MARK: Changing and removing

extension ToyInvoiceBook {
  /// Changes a row and says so; every change but that of a hold invoice's money counts.
  @discardableResult
  mutating func change(
    _ invoice: ToyInvoice,
    _ kind: BookEvent.Kind,
    counts: Bool = true,
    _ body: (inout ToyInvoice) -> Void
  ) -> ToyInvoice {
    var changed = invoice
    body(&changed)
    if counts {
      counters.updated += 1
      changed.updatedIndex = counters.updated
    }
    rows[changed.createdIndex] = changed
    events.append(BookEvent(kind: kind, index: counts ? counters.updated : nil, invoice: changed))
    return changed
  }

  /// Marks as expired what is past its time, the earliest first.
  package mutating func expire(nowMS: Int64) {
    let nowS = nowMS / 1000
    guard nextExpiryS <= nowS else { return }
    let open = rows.values.filter(\.isOpen)
    let over = open.filter { $0.expiresAtS <= nowS }
      .sorted { ($0.expiresAtS, $0.createdIndex) < ($1.expiresAtS, $1.createdIndex) }
    for invoice in over {
      parts[invoice.paymentHash] = nil
      change(invoice, .expired) { $0.state = .expired }
    }
    nextExpiryS = open.lazy.filter { $0.expiresAtS > nowS }.map(\.expiresAtS).min() ?? .max
  }

  /// Removes an invoice that is in this state.
  ///
  /// - Returns: The row as it was.
  /// - Throws: `BookRefusal.unknown`, `.isInState`.
  @discardableResult
  package mutating func delete(label: [UInt8], in state: ToyInvoice.State) throws(BookRefusal) -> ToyInvoice {
    guard let invoice = invoice(label: label) else { throw .unknown }
    guard invoice.state == state else { throw .isInState(invoice.state) }
    rows[invoice.createdIndex] = nil
    labels[invoice.label] = nil
    hashes[invoice.paymentHash] = nil
    payments.removeAll { $0.row == invoice.createdIndex }
    counters.deleted += 1
    events.append(BookEvent(kind: .deleted, index: counters.deleted, invoice: invoice))
    return invoice
  }

  /// Removes the description of an invoice that is in this state, and keeps the rest.
  ///
  /// - Returns: The row without it, its updated index still the one before.
  /// - Throws: `BookRefusal.unknown`, `.isInState`, `.noDescription`.
  @discardableResult
  package mutating func forgetDescription(
    label: [UInt8],
    in state: ToyInvoice.State
  ) throws(BookRefusal) -> ToyInvoice {
    guard let invoice = invoice(label: label) else { throw .unknown }
    guard invoice.state == state else { throw .isInState(invoice.state) }
    guard invoice.description != nil else { throw .noDescription }
    var bare = change(invoice, .described) { $0.description = nil }
    bare.updatedIndex = invoice.updatedIndex
    return bare
  }
}
