import Coinslot

/// Which payments of one destination were told, and to whom: everybody who had registered by then.
///
/// Those who wait are numbered in the order they came, so one number a payment says who has had it. It forgets the
/// oldest beyond `limit`; a payment that a node repeats after that many others is told once more.
struct RecentTellings {
  /// Payments remembered.
  let limit: Int
  private var toldUpTo: [PaymentID: UInt64] = [:]
  private var order: [PaymentID] = []
  private var oldest = 0

  init(limit: Int = 4_096) {
    precondition(limit > 0)
    self.limit = limit
  }

  /// Notes that everybody up to `newest` is told now; gives up to whom it was told before, 0 for nobody.
  mutating func tell(_ payment: PaymentID, upTo newest: UInt64) -> UInt64 {
    if let before = toldUpTo.updateValue(newest, forKey: payment) { return before }
    if order.count < limit {
      order.append(payment)
    } else {
      toldUpTo[order[oldest]] = nil
      order[oldest] = payment
      oldest = (oldest + 1) % limit
    }
    return 0
  }
}
