import Coinslot

/// A price rule as people read it: lines to choose from.
struct PriceTable {
  /// The lines, the cheapest first.
  let lines: [Line]
  /// The minute's price where time is sold by the minute, with the least amount and the longest time.
  let rate: (perMinute: Amount, least: Amount, longestMS: UInt64)?

  /// An amount and what it buys.
  struct Line: Equatable {
    let amount: Amount
    let gives: Purchase
  }

  init(_ rule: PriceRule) {
    switch rule {
    case .exact(let step):
      lines = [Line(amount: step.at, gives: step.gives)]
      rate = nil
    case .steps(let steps), .functions(let steps):
      lines = steps.map { Line(amount: $0.at, gives: $0.gives) }
      rate = nil
    case .rate(let perMinute, let minimum, let capMS):
      // The least amount, and round times within the cap as a help to choose.
      let minutes = [10, 30, 60, 120, 240].map { UInt64($0) }.filter { $0 * 60_000 <= capMS }
      let amounts = minutes.compactMap { PriceTable.times($0, perMinute) }.filter { $0 > minimum }
      lines = ([minimum] + amounts).prefix(5).compactMap { amount in
        guard case .buys(let purchase, _, _) = rule.answer(amount) else { return nil }
        return Line(amount: amount, gives: purchase)
      }
      rate = (perMinute, minimum, capMS)
    }
  }

  /// Whether an amount between two lines buys the lower one.
  var hasSteps: Bool { rate == nil && lines.count > 1 }

  private static func times(_ count: UInt64, _ amount: Amount) -> Amount? {
    let (units, overflow) = amount.units.multipliedReportingOverflow(by: UInt128(count))
    return overflow ? nil : Amount(units)
  }
}
