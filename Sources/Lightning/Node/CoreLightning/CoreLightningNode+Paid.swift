import Primitives

/// Paid invoices, by the index of their payment.
extension CoreLightningNode {
  /// Paid invoices after `cursor`.
  ///
  /// One question each. What was read before a failure is given; the next call meets the failure again.
  ///
  /// - Throws: `.rewound` where the node answers with a payment that is not after the cursor.
  package func paid(after cursor: UInt64, most: Int) async throws(NodeFailure) -> [NodeInvoice] {
    var paid: [NodeInvoice] = []
    var cursor = cursor
    while paid.count < most {
      do throws(NodeFailure) {
        guard let next = try await next(after: cursor, seconds: 0) else { return paid }
        cursor = next.index
        paid.append(next.invoice.node)
      } catch {
        guard !paid.isEmpty else { throw error }
        return paid
      }
    }
    return paid
  }

  /// Waits for the first paid invoice after `cursor`.
  ///
  /// - Throws: `.rewound` where the node answers with a payment that is not after the cursor: it was replaced, or an
  ///   older state of its data was restored, and then the index is used a second time for another payment.
  package func nextPaid(after cursor: UInt64, seconds: Int) async throws(NodeFailure) -> NodeInvoice? {
    try await next(after: cursor, seconds: min(max(seconds, 0), Self.longestWait))?.invoice.node
  }

  /// The index of the newest payment.
  ///
  /// No method tells it, and the last invoice made need not be the last one paid, so it is searched for by halves: about
  /// two questions for each binary digit of it. A payment that comes meanwhile may count as before or after.
  package func newestCursor() async throws(NodeFailure) -> UInt64 {
    guard var low = try await index(after: 0) else { return 0 }
    var step: UInt64 = 1
    var high = low
    while true {
      high = step < WaitAnyInvoice.cursorLimit - low ? low + step : WaitAnyInvoice.cursorLimit
      guard high < WaitAnyInvoice.cursorLimit, let found = try await index(after: high) else { break }
      low = found
      step <<= 1
    }
    // There is a payment with the index `low`, and there was none above `high` when we asked.
    while low < high {
      let middle = low + (high - low) / 2
      guard let found = try await index(after: middle), found <= high else {
        high = middle
        continue
      }
      low = found
    }
    return low
  }

  private func index(after cursor: UInt64) async throws(NodeFailure) -> UInt64? {
    try await next(after: cursor, seconds: 0)?.index
  }

  private func next(
    after cursor: UInt64,
    seconds: Int
  ) async throws(NodeFailure) -> (index: UInt64, invoice: CoreLightningInvoice)? {
    guard cursor <= WaitAnyInvoice.cursorLimit else {
      throw .unsupported("the cursor \(cursor) is above 2^63 - 1, where a node begins with its first payment again")
    }
    let invoice: CoreLightningInvoice
    do throws(CoreLightningFailure) {
      invoice = try await transport.ask(
        WaitAnyInvoice(cursor: cursor, seconds: UInt64(seconds)),
        within: seconds + Self.waitSlackSeconds,
        isWait: seconds > 0
      )
    } catch {
      // The same over both transports: clnrest says it with the status 500.
      guard error.code != CoreLightningError.timedOut else { return nil }
      throw error.asNodeFailure
    }
    guard let index = invoice.payment?.index else {
      throw .garbled("the node tells of a payment without an index")
    }
    // Not after the cursor includes at it: a restored node uses the same index for another payment.
    guard index > cursor else {
      throw .rewound(
        "the node tells of payment \(index) as the next after \(cursor): it was replaced, or its data went back; "
          + "compare its payments with the recorded ones before anything is sold"
      )
    }
    return (index, invoice)
  }
}
