import Coinslot
import Primitives

/// Finds out how far a customer's payment has got.
struct ProgressFinder {
  let context: WebContext
  let slot: Slot
  let option: Slot.PayOption

  /// Whose payment is meant.
  enum Focus {
    /// The one that answers an offer.
    case quote(String)
    /// The newest at this slot since a moment, wall-clock milliseconds: at a machine without offers the one who stands
    /// there.
    case since(Int64)
  }

  /// Pages of sales looked through for the one of an offer.
  private static let greatestPages = 10

  /// The progress now.
  func progress(_ focus: Focus) async throws -> Progress {
    switch focus {
    case .since(let sinceMS):
      let recent = try await context.ledger.sales(Page(limit: 20), slot: slot.id).data.filter { sale in
        sale.createdAtMS >= sinceMS && sale.payment.chain == option.account.chain
      }
      // A stranger's crumbs must not stand in front of the customer's own payment.
      let own = recent.first { $0.reason != HoldReason.underpaid.rawValue } ?? recent.first
      if let own { return try await progress(of: own) }
      // Money that fits no slot at all becomes no sale.
      let record = try await arrival(at: option.account, sinceMS: sinceMS) { $0.sale == nil && $0.standing == .held }
      return record.map { .held(reason: $0.reason) } ?? .waiting
    case .quote(let id):
      guard let quote = try await context.ledger.quote(id) else { return .waiting }
      if !quote.state.takesMoney, let sale = try await sale(of: quote) { return try await progress(of: sale) }
      let record = try await arrival(at: quote.account, sinceMS: quote.createdAtMS) { record in
        (quote.ownsAccount || record.payment.amount == quote.due) && record.standing != .part
      }
      if let record { return try await progress(of: record) }
      if quote.received > .zero && quote.received < quote.due {
        return .part(received: quote.received, due: quote.due)
      }
      return quote.state == .expired || context.clock.nowMS >= quote.expiresAtMS ? .over : .waiting
    }
  }

  /// What was paid for a sale: what its offer received, unique digits included, else its payment.
  static func paid(for sale: Sale, _ ledger: any Ledger) async throws -> Amount {
    if let id = sale.quote, let quote = try await ledger.quote(id), quote.received > .zero { return quote.received }
    if let record = try await ledger.payment(sale.payment) { return record.payment.amount }
    return sale.price.adding(sale.remainder) ?? sale.price
  }

  private func progress(of sale: Sale) async throws -> Progress {
    Progress(of: sale, dispatch: try await context.ledger.dispatch(of: sale.id))
  }

  /// What became of money that did not answer its offer: too late, or held.
  private func progress(of record: PaymentRecord) async throws -> Progress {
    if let id = record.sale, let sale = try await context.ledger.sale(id) { return try await progress(of: sale) }
    return .held(reason: record.reason)
  }

  /// The sale that answered an offer; no sale is older than its offer.
  private func sale(of quote: Quote) async throws -> Sale? {
    var page = Page(limit: 200)
    for _ in 0..<ProgressFinder.greatestPages {
      let sales = try await context.ledger.sales(page, slot: slot.id)
      if let sale = sales.data.first(where: { $0.quote == quote.id }) { return sale }
      guard let next = sales.next, (sales.data.last?.createdAtMS ?? 0) >= quote.createdAtMS else { return nil }
      page = Page(cursor: next, limit: 200)
    }
    return nil
  }

  /// A payment among the newest at an account.
  private func arrival(
    at account: Account,
    sinceMS: Int64,
    where fits: (PaymentRecord) -> Bool
  ) async throws -> PaymentRecord? {
    let records = try await context.ledger.payments(Page(limit: 5), account: account).data
    return records.first { $0.recordedAtMS >= sinceMS && fits($0) }
  }
}
