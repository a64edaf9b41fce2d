package import Coinslot
import Primitives

extension LightningNetwork {
  /// Paid invoices read in one re-read; the rest comes with the next one, which follows at once.
  private static let page = 100
  private static let most = 10_000

  package func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    let genesis = try await genesis()
    let newest: UInt64
    do { newest = try await node.newestCursor() } catch { throw condition.note(error) }
    let mark = StartMark(
      account: account,
      genesis: genesis,
      takenAtMS: clock.nowMS,
      cursor: LightningCursor(index: newest, hash: nil).cursor
    )
    // What lies there already is other programs' money: before its mark nothing of ours was offered.
    return NewMark(mark: mark, before: [])
  }

  package func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure)
    -> Reread
  {
    var sightings: [Sighting] = []
    let now = clock.nowMS
    let next = try await walk(from: cursor) { invoice throws(VerificationFailure) in
      guard try await self.isOurs(invoice) else { return }
      sightings.append(Sighting(id: self.id(of: invoice), account: account, heardAtMS: now))
    }
    return Reread(sightings: sightings, next: next.cursor)
  }

  package func statement(
    of account: Account,
    from cursor: Cursor,
    _ page: ([StatementLine]) async throws -> Void
  ) async throws -> [String] {
    var place = cursor
    while true {
      var lines: [StatementLine] = []
      let next = try await walk(from: place) { invoice throws(VerificationFailure) in
        guard try await self.isOurs(invoice), let received = invoice.receivedMsat else { return }
        lines.append(StatementLine(id: self.id(of: invoice), amount: Amount(UInt128(received))))
      }
      while !lines.isEmpty {
        try await page(Array(lines.prefix(StatementLine.most)))
        lines.removeFirst(min(lines.count, StatementLine.most))
      }
      guard next.cursor != place else { return [] }
      place = next.cursor
    }
  }

  func id(of invoice: NodeInvoice) -> PaymentID { PaymentID(chain: chain, transaction: invoice.paymentHash.hex) }

  /// Goes through the paid invoices after a place, oldest first, at most `most`; gives the place it came to.
  private func walk(
    from cursor: Cursor,
    _ visit: (NodeInvoice) async throws(VerificationFailure) -> Void
  ) async throws(VerificationFailure) -> LightningCursor {
    guard var place = LightningCursor(cursor) else { throw .contradiction("the place \(cursor.position) is not ours") }
    try await check(place)
    var count = 0
    while count < Self.most {
      let paid: [NodeInvoice]
      do { paid = try await node.paid(after: place.index, most: Self.page) } catch { throw condition.note(error) }
      for invoice in paid {
        try await visit(invoice)
        // What has no number is found again from the place before it.
        place = invoice.cursor.map { LightningCursor(index: $0, hash: invoice.paymentHash) } ?? place
      }
      count += paid.count
      if paid.count < Self.page { break }
    }
    return place
  }

  /// A node that no longer knows the payment at our place went back behind it: what it counts now is something else.
  private func check(_ place: LightningCursor) async throws(VerificationFailure) {
    guard let hash = place.hash else { return }
    let known: NodeInvoice?
    do { known = try await node.invoice(paying: hash) } catch { throw condition.note(error) }
    guard let known else { return try await checkThatNothingIsBefore(place) }
    if let index = known.cursor, index != place.index {
      throw condition.note(
        .rewound("the node counts payment \(hash.hex.prefix(12))… as \(index), and we had it as \(place.index)")
      )
    }
  }

  /// The invoice was deleted by the operator, or the node went back: in the second case its newest payment lies before
  /// ours.
  private func checkThatNothingIsBefore(_ place: LightningCursor) async throws(VerificationFailure) {
    let newest: UInt64
    do { newest = try await node.newestCursor() } catch { throw condition.note(error) }
    guard newest < place.index else { return }
    throw condition.note(
      .rewound(
        "the node's newest payment is number \(newest), and we recorded number \(place.index): its data went back; "
          + "compare its payments with the recorded ones, then: coinslot source accept \(chain)"
      )
    )
  }
}
