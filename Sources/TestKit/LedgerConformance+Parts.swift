import Coinslot

extension LedgerConformance {
  static let parts: [Case] = [
    Case("part payments of one quote add up and end in one sale") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      let account = Sample.account(5)
      _ = try await ledger.openOwn("quo_1", [account])
      let start = try await ledger.newestEvent()
      for (transaction, units, sum) in [("A", 30, 30), ("B", 60, 90)] as [(String, UInt128, UInt128)] {
        try expect(
          try await ledger.admit(
            Sample.payment(transaction, units, to: account),
            .part(quote: "quo_1", received: Amount(sum))
          ),
          is: .recorded(.part, sale: nil, dispatch: nil)
        )
        try expect(try await ledger.standing(of: transaction), is: .part)
        let quote = try need(try await ledger.quote("quo_1"))
        try expect(quote.received, is: Amount(sum))
        try expect(quote.state, is: .open)
      }
      try expect(try await ledger.sums(of: account), is: [.part: Amount(90)])
      let (sale, dispatch) = try await ledger.sell("C", 15, to: account, quote: "quo_1")
      let quote = try need(try await ledger.quote("quo_1"))
      try expect(quote.received, is: Amount(105))
      try expect(quote.state, is: .paid)
      for transaction in ["A", "B", "C"] {
        let record = try need(try await ledger.payment(Sample.payment(transaction).id))
        try expect(record.standing, is: .sold)
        try expect(record.sale, is: sale.id)
      }
      try expect(try await ledger.sums(of: account), is: [.sold: Amount(105)])
      try expect(
        try await ledger.eventTypes(after: start),
        is: ["payment.partial", "payment.partial", "payment.confirmed", "sale.created", "dispatch.queued"]
      )
      // They share the sale's fate.
      _ = try await ledger.end(dispatch.id, .expired, "never_offered")
      try expect(try await ledger.sums(of: account), is: [.refundDue: Amount(105)])
      try expect(try await ledger.ownedAccounts(), is: [])
    },
    Case("quotes nobody paid are forgotten, those with money are not") { suite in
      let ledger = try await suite.make()
      let quote = try await ledger.open("quo_1", due: 101)
      _ = try await ledger.openOwn("quo_2", [Sample.account(5)])
      _ = try await ledger.admit(
        Sample.payment("A", 30, to: Sample.account(5)),
        .part(quote: "quo_2", received: Amount(30))
      )
      let freeMS = quote.expiresAtMS + Quote.reserveMS
      try expect(try await ledger.expireQuotes(nowMS: freeMS - 1), is: 2)
      try expect(try need(try await ledger.quote("quo_1")).state, is: .expired)
      try expect(try await ledger.expireQuotes(nowMS: freeMS), is: 0)
      try expect(try await ledger.quote("quo_1"), is: nil)
      try expect(try need(try await ledger.quote("quo_2")).received, is: Amount(30))
      try expect(try await ledger.person("alice").map(\.quote), is: ["quo_2"])
    },
    Case("what was paid in part and never in full is held as one sale") { suite in
      var ledger = try await suite.make()
      let account = Sample.account(5)
      let quote = try await ledger.openOwn("quo_1", [account])
      for (transaction, sum) in [("A", 30), ("B", 60)] as [(String, UInt128)] {
        _ = try await ledger.admit(
          Sample.payment(transaction, 30, to: account),
          .part(quote: "quo_1", received: Amount(sum)),
          nowMS: Sample.startMS + Int64(sum)
        )
      }
      let freeMS = quote.expiresAtMS + Quote.reserveMS
      _ = try await ledger.expireQuotes(nowMS: freeMS - 1)
      try expect(try await ledger.sums(of: account), is: [.part: Amount(60)], "the reserve is not over yet")
      let start = try await ledger.newestEvent()
      for _ in 0..<2 { _ = try await ledger.expireQuotes(nowMS: freeMS) }
      try expect(try await ledger.eventTypes(after: start), is: ["sale.held"], "told once")
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.sums(of: account), is: [.held: Amount(60)])
      try expect(try need(try await ledger.quote("quo_1")).state, is: .held)
      let sales = try await ledger.sales(Page(), slot: Sample.slot).data
      try expect(sales.count, is: 1)
      let sale = try need(sales.first)
      try expect(sale.quote, is: "quo_1")
      try expect(sale.payment, is: Sample.payment("B").id)
      try expect(sale.purchase, is: nil)
      try expect(sale.outcome, is: .held)
      try expect(sale.reason, is: "late")
      try expect(sale.remainder, is: Amount(60))
      try expect(sale.endedAtMS, is: freeMS)
      for transaction in ["A", "B"] {
        let record = try need(try await ledger.payment(Sample.payment(transaction).id))
        try expect(record.standing, is: .held)
        try expect(record.reason, is: "late")
        try expect(record.sale, is: sale.id)
      }
      // The account is free for the next quote, which starts with nothing.
      let next = try await ledger.openOwn("quo_2", [account], nowMS: freeMS)
      try expect(next.received, is: .zero)
      try expect(try await ledger.findOwner(of: account, nowMS: freeMS), is: "quo_2")
    },
    Case("money that a quote cannot take is held with the parts before it") { suite in
      let ledger = try await suite.make()
      let account = Sample.account(5)
      _ = try await ledger.openOwn("quo_1", [account])
      _ = try await ledger.admit(
        Sample.payment("A", 30, to: account),
        .part(quote: "quo_1", received: Amount(30))
      )
      let admission = try await ledger.admit(
        Sample.payment("B", 500, to: account),
        .hold(.overpaid, slot: Sample.slot, quote: "quo_1")
      )
      guard case .recorded(.held, let sale?, nil) = admission else { throw Broken(description: "\(admission)") }
      try expect(sale.quote, is: "quo_1")
      try expect(sale.payment, is: Sample.payment("B").id)
      try expect(sale.remainder, is: Amount(530))
      let quote = try need(try await ledger.quote("quo_1"))
      try expect(quote.state, is: .held)
      try expect(quote.received, is: Amount(530))
      try expect(try await ledger.sums(of: account), is: [.held: Amount(530)])
      for transaction in ["A", "B"] {
        let record = try need(try await ledger.payment(Sample.payment(transaction).id))
        try expect(record.sale, is: sale.id)
        try expect(record.reason, is: "overpaid")
      }
      try expect(try await ledger.ownedAccounts(), is: [], "it waits for no more money")
      _ = try await ledger.expireQuotes(nowMS: Sample.startMS + 10 * Quote.reserveMS)
      try expect(try need(try await ledger.quote("quo_1")).state, is: .held)
      try expect(try await ledger.sales(Page(), slot: nil).data.count, is: 1)
    },
    Case("one call sweeps so many quotes and the next goes on") { suite in
      let ledger = try await suite.make()
      let count = Quote.sweep + 5
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<count {
          group.addTask {
            let quote = try await ledger.openOwn("quo_\(number)", [Sample.account(number)], client: "c\(number)")
            // Every other one is paid in part.
            guard number % 2 == 0 else { return }
            _ = try await ledger.admit(
              Sample.payment("T\(number)", 1, to: quote.account),
              .part(quote: quote.id, received: Amount(1))
            )
          }
        }
        try await group.waitForAll()
      }
      let freeMS = Sample.startMS + lifeMS + Quote.reserveMS
      try expect(try await ledger.expireQuotes(nowMS: freeMS), is: Quote.sweep)
      try expect(try await ledger.expireQuotes(nowMS: freeMS), is: 5)
      try expect(try await ledger.expireQuotes(nowMS: freeMS), is: 0)
      for number in 0..<count {
        try expect(try await ledger.quote("quo_\(number)")?.state, is: number % 2 == 0 ? .held : nil, "\(number)")
      }
    },
  ]
}
