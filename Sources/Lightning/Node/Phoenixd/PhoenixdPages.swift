import Primitives

/// Payments that phoenixd received, by the moment it received them, in milliseconds: the only order there is.
struct PhoenixdPages: Sendable {
  static let rowsAPage = 100
  static let maxPages = 5_000

  let door: PhoenixdDoor

  /// Payments after `cursor`, the oldest first, at most `most` and those of the same millisecond as the last.
  func paid(after cursor: UInt64, most: Int) async throws(NodeFailure) -> [NodeInvoice] {
    guard most > 0 else { return [] }
    var found: [NodeInvoice] = []
    var seen: Set<Bytes32> = []
    for number in 0..<Self.maxPages {
      let (rows, payments) = try await page(from: Int64(clamping: cursor), number)
      // A payment that comes between two pages moves the others on: some are seen twice, and none is missed.
      for payment in payments where payment.isPaid && seen.insert(payment.hash).inserted {
        let invoice = payment.nodeInvoice
        if let at = invoice.cursor, at > cursor { found.append(invoice) }
      }
      // The newest come first, so what is found last is kept.
      found.sort { ($0.cursor ?? 0) < ($1.cursor ?? 0) }
      if found.count > most {
        let last = found[most - 1].cursor
        found.removeAll { ($0.cursor ?? 0) > (last ?? 0) }
      }
      if rows < Self.rowsAPage { return found }
    }
    throw .unsupported("phoenixd holds more than \(Self.maxPages * Self.rowsAPage) payments, more than we read")
  }

  /// The moment of the newest payment; 0 where there was none.
  func newest() async throws(NodeFailure) -> UInt64 {
    for number in 0..<Self.maxPages {
      let (rows, payments) = try await page(from: 0, number)
      if let newest = payments.compactMap(\.nodeInvoice.cursor).max() { return newest }
      if rows < Self.rowsAPage { return 0 }
    }
    throw .unsupported("phoenixd holds no payment over Lightning among the last \(Self.maxPages * Self.rowsAPage)")
  }

  private func page(from: Int64, _ number: Int) async throws(NodeFailure) -> (rows: Int, payments: [PhoenixdPayment]) {
    do throws(PhoenixdDoor.Trouble) {
      let path = PhoenixdPath.received(fromMS: from, skip: number * Self.rowsAPage, most: Self.rowsAPage)
      return try await door.ask(path) { bytes throws(PhoenixdRefusal) in try PhoenixdPayment.list(decoding: bytes) }
    } catch {
      throw error.failure
    }
  }
}
