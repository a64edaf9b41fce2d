import Coinslot

extension LedgerConformance {
  static let pages: [Case] = [
    Case("lists are read page by page, newest first, while new ones come in") { suite in
      let ledger = try await suite.make()
      // Several at the same moment, so that time alone does not order them.
      for number in 0..<23 { _ = try await ledger.sell("T\(number)", nowMS: Sample.startMS + Int64(number / 5)) }
      let wanted = Set((0..<23).map { Sample.payment("T\($0)").id })
      var payments: [PaymentRecord] = [], sales: [Sale] = [], dispatches: [Dispatch] = []
      var cursors: (String?, String?, String?) = (nil, nil, nil)
      var later = 100
      repeat {
        let page = try await ledger.payments(Page(cursor: cursors.0, limit: 4), account: nil)
        try expect(page.data.count == 4 || page.next == nil, "a page is full unless it is the last")
        payments += page.data
        cursors.0 = page.next
        let more = try await ledger.sales(Page(cursor: cursors.1, limit: 4), slot: nil)
        sales += more.data
        cursors.1 = more.next
        let last = try await ledger.dispatches(Page(cursor: cursors.2, limit: 4), device: nil)
        dispatches += last.data
        cursors.2 = last.next
        later += 1
        _ = try await ledger.sell("T\(later)", nowMS: Sample.startMS + Int64(later))
      } while cursors.0 != nil
      try expect(payments.map(\.payment.id).count, is: 23)
      try expect(Set(payments.map(\.payment.id)), is: wanted)
      try expect(payments.map(\.recordedAtMS), is: payments.map(\.recordedAtMS).sorted(by: >))
      try expect(sales.count, is: 23)
      try expect(Set(sales.map(\.id)).count, is: sales.count)
      try expect(dispatches.count, is: 23)
      try expect(Set(dispatches.map(\.id)).count, is: 23)
      try expect(cursors.1 == nil && cursors.2 == nil, "all lists ended")
    },
    Case("lists can be narrowed") { suite in
      let ledger = try await suite.make()
      let lamp = ChannelID(device: Sample.name("lamp-1"), number: 3)
      for number in 0..<6 {
        let isLamp = number % 2 == 0
        _ = try await ledger.admit(
          Sample.payment("T\(number)", to: Sample.account(number % 3)),
          Sample.sell(
            Sample.work(on: isLamp ? lamp : Sample.channel),
            slot: isLamp ? Sample.name("lamp") : Sample.slot
          ),
          nowMS: Sample.startMS + Int64(number)
        )
      }
      let payments = try await ledger.payments(Page(limit: 1), account: Sample.account(1))
      try expect(payments.data.map(\.payment.id.transaction), is: ["T4"])
      let rest = try await ledger.payments(Page(cursor: payments.next, limit: 5), account: Sample.account(1))
      try expect(rest.data.map(\.payment.id.transaction), is: ["T1"])
      try expect(rest.next, is: nil)
      try expect(try await ledger.payments(Page(), account: Sample.account(9)).data, is: [])
      let sales = try await ledger.sales(Page(limit: 2), slot: Sample.name("lamp"))
      try expect(sales.data.map(\.payment.transaction), is: ["T4", "T2"])
      try expect(
        try await ledger.sales(Page(cursor: sales.next), slot: Sample.name("lamp")).data.map(\.payment.transaction),
        is: ["T0"]
      )
      let dispatches = try await ledger.dispatches(Page(limit: 2), device: lamp.device)
      try expect(dispatches.data.count, is: 2)
      let last = try await ledger.dispatches(Page(cursor: dispatches.next), device: lamp.device)
      try expect(last.data.map(\.channel), is: [lamp])
    },
    Case("a cursor that this ledger never gave is refused") { suite in
      let ledger = try await suite.make()
      for number in 0..<3 { _ = try await ledger.sell("T\(number)") }
      let genuine = try need(try await ledger.payments(Page(limit: 1), account: nil).next)
      for text in [
        "", ".", "0", "x", "1.", ".pay_1", "1.sal_1", "01.pay_1", "+1.pay_1", "1.pay_1.", "1.pay_' OR 1=1",
        "99999999999999999999.pay_1", genuine + "x.", " " + genuine, "1.pay_" + String(repeating: "a", count: 99),
      ] {
        try await expectThrows(LedgerError.badCursor) {
          _ = try await ledger.payments(Page(cursor: text), account: nil)
        }
      }
      try await expectThrows(LedgerError.badCursor) { _ = try await ledger.sales(Page(cursor: genuine), slot: nil) }
      try await expectThrows(LedgerError.badCursor) {
        _ = try await ledger.dispatches(Page(cursor: genuine), device: nil)
      }
      try expect(try await ledger.payments(Page(cursor: genuine), account: nil).data.count, is: 2)
    },
    Case("a long list of payments is told apart from the known ones") { suite in
      let ledger = try await suite.make()
      for number in 0..<20 { _ = try await ledger.sell("T\(number * 100)") }
      let asked = (0..<2_500).map { Sample.payment("T\($0)").id }
      try expect(try await ledger.known(among: asked), is: Set((0..<20).map { Sample.payment("T\($0 * 100)").id }))
      try expect(try await ledger.known(among: []), is: [])
    },
  ]
}
