import Coinslot

extension LedgerConformance {
  static let storage: [Case] = [
    Case("everything is there again after the server stopped") { suite in
      var ledger = try await suite.make()
      try await fill(ledger)
      let before = try await Dump(ledger)
      ledger = try await suite.reopen(ledger)
      try expect(try await Dump(ledger), is: before)
      _ = try await ledger.sell("after", nowMS: Sample.startMS)
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.standing(of: "after"), is: .sold)
    },
    Case("a backup is whole, though work goes on meanwhile") { suite in
      let ledger = try await suite.make()
      try await fill(ledger)
      let before = try await ledger.payments(Page(limit: 200), account: nil).data
      let copy = try await withThrowingTaskGroup(of: (any Ledger)?.self) { group in
        for number in 0..<60 {
          group.addTask {
            _ = try await ledger.sell("M\(number)", 7, to: Sample.account(3))
            return nil
          }
        }
        group.addTask { try await suite.restore(ledger) }
        return try await group.reduce(nil) { $0 ?? $1 }
      }
      let restored = try need(copy)
      let known = try await restored.known(among: before.map(\.payment.id))
      try expect(known.count, is: before.count, "what was there before is in the copy")
      // No sale is there by half.
      let sold = try await restored.payments(Page(limit: 200), account: Sample.account(3)).data
      for record in sold {
        let sale = try need(try await restored.sale(try need(record.sale)))
        _ = try need(try await restored.dispatch(of: sale.id))
      }
      let sum = UInt128(sold.count) * 7
      let pots = try await restored.sums(of: Sample.account(3)).values
      try expect(pots.reduce(0) { $0 + $1.units }, is: sum)
      _ = try await restored.sell("own life")
      try expect(try await ledger.payment(Sample.payment("own life").id), is: nil)
    },
  ]

  private static func fill(_ ledger: any Ledger) async throws {
    let epoch = try await ledger.install()
    for number in 0..<30 { _ = try await ledger.sell("F\(number)", epoch: epoch) }
    _ = try await ledger.hear(.accepted, 1, leftMS: 9)
    _ = try await ledger.admit(Sample.payment("held"), .hold(.late, slot: Sample.slot))
    _ = try await ledger.admit(Sample.payment("old"), .beforeStart)
    try await ledger.close(Sample.slot, because: "painting", nowMS: Sample.startMS)
    try await ledger.keep(setting: "name", "value")
  }

  private struct Dump: Equatable {
    let payments: [PaymentRecord], sales: [Sale], dispatches: [Dispatch], events: [Event], devices: [Device]
    let channels: [Channel], closure: String?, setting: String?, moment: Int64?

    init(_ ledger: any Ledger) async throws {
      payments = try await ledger.payments(Page(limit: 200), account: nil).data
      sales = try await ledger.sales(Page(limit: 200), slot: nil).data
      dispatches = try await ledger.dispatches(Page(limit: 200), device: nil).data
      events = try await ledger.allEvents()
      devices = try await ledger.devices()
      channels = try await ledger.channels(of: Sample.device)
      closure = try await ledger.closure(of: Sample.slot)
      setting = try await ledger.setting("name")
      moment = try await ledger.newestMoment()
    }
  }
}
