import Coinslot

extension LedgerConformance {
  static let outcomes: [Case] = [
    Case("a sale ends as its work ends") { suite in
      let table: [(Outcome, String?, Outcome, String?, Standing)] = [
        (.done, nil, .done, nil, .sold),
        (.sent, nil, .sent, nil, .sold),
        (.partly, "stopped", .partly, "stopped", .sold),
        (.unknown, "no_answer", .unknown, "no_answer", .sold),
        (.expired, "never_offered", .refundDue, "expired:never_offered", .refundDue),
        (.failed, "device_said", .refundDue, "failed:device_said", .refundDue),
        (.failed, nil, .refundDue, "failed", .refundDue),
      ]
      var ledger = try await suite.make()
      var sales: [Sale] = []
      for (index, line) in table.enumerated() {
        let (sale, dispatch) = try await ledger.sell("T\(index)")
        let start = try await ledger.newestEvent()
        let changed = try await ledger.end(dispatch.id, line.0, line.1, nowMS: Sample.startMS + 9)
        try expect(changed, is: [dispatch.ended(line.0, line.1, atMS: Sample.startMS + 9)])
        try expect(
          try await ledger.eventTypes(after: start),
          is: ["dispatch.\(line.0.rawValue)", "sale.\(line.2.rawValue)"]
        )
        sales.append(sale)
      }
      ledger = try await suite.reopen(ledger)
      for (index, line) in table.enumerated() {
        let sale = try need(try await ledger.sale(sales[index].id))
        try expect(sale.outcome, is: line.2)
        try expect(sale.reason, is: line.3)
        try expect(sale.endedAtMS, is: Sample.startMS + 9)
        let record = try need(try await ledger.payment(sale.payment))
        try expect(record.standing, is: line.4)
        try expect(record.reason, is: line.4 == .sold ? nil : line.3)
      }
    },
    Case("a run from offer to end is told step by step") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let start = try await ledger.newestEvent()
      let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
      let accepted = try await ledger.hear(.accepted, 1, leftMS: 60_000, nowMS: Sample.startMS + 100)
      try expect(accepted.map(\.state), is: [.accepted])
      _ = try await ledger.hear(.accepted, 1, leftMS: 40_000, nowMS: Sample.startMS + 20_100)
      try expect(try need(try await ledger.dispatch(dispatch.id)).leftMS, is: 40_000)
      try expect(try need(try await ledger.sale(sale.id)).outcome, is: nil)
      _ = try await ledger.hear(.done, 1, nowMS: Sample.startMS + 60_100)
      try expect(try need(try await ledger.sale(sale.id)).outcome, is: .done)
      try expect(try await ledger.hear(.done, 1, nowMS: Sample.startMS + 60_200), is: [], "heard again")
      try expect(
        try await ledger.eventTypes(after: start),
        is: [
          "payment.confirmed", "sale.created", "dispatch.queued", "dispatch.sent", "dispatch.accepted", "dispatch.done",
          "sale.done",
        ]
      )
    },
    Case("a late word of the device corrects what was called expired or unknown") { suite in
      for (outcome, pot) in [(Outcome.expired, Standing.refundDue), (.unknown, .sold)] {
        let ledger = try await suite.make()
        let epoch = try await ledger.install()
        let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
        _ = try await ledger.end(dispatch.id, outcome, "no_answer")
        try expect(try await ledger.sums(of: Sample.account()), is: [pot: Amount(100)])
        let start = try await ledger.newestEvent()
        _ = try await ledger.hear(.accepted, 1, leftMS: 5_000)
        let running = try need(try await ledger.sale(sale.id))
        try expect(running, is: sale, "it runs as if nothing had been said")
        try expect(try await ledger.sums(of: Sample.account()), is: [.sold: Amount(100)])
        try expect(try need(try await ledger.payment(sale.payment)).reason, is: nil)
        try expect(try await ledger.openWork(on: Sample.channel).map(\.id), is: [dispatch.id])
        _ = try await ledger.hear(.done, 1)
        try expect(try need(try await ledger.sale(sale.id)).outcome, is: .done)
        try expect(
          try await ledger.eventTypes(after: start),
          is: ["dispatch.accepted", "sale.resumed", "dispatch.done", "sale.done"]
        )
      }
    },
    Case("what a device says only after all was settled still counts") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
      _ = try await ledger.end(dispatch.id, .unknown, "no_answer")
      _ = try await ledger.hear(.expired, 1)
      try expect(try need(try await ledger.sale(sale.id)).outcome, is: .refundDue)
      try expect(try await ledger.standing(of: "A"), is: .refundDue)
      _ = try await ledger.hear(.done, 1)
      try expect(try need(try await ledger.sale(sale.id)).outcome, is: .done)
      try expect(try await ledger.standing(of: "A"), is: .sold)
      try expect(try await ledger.hear(.expired, 1), is: [], "once started it cannot have expired")
      try expect(try await ledger.standing(of: "A"), is: .sold)
    },
    Case("runs that add up end together") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      var sales: [Sale] = []
      for (index, transaction) in ["A", "B", "C"].enumerated() {
        sales.append(try await ledger.sell(transaction, epoch: epoch).sale)
        _ = try await ledger.hear(.accepted, UInt64(index + 1))
      }
      let stop = try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS)
      _ = try await ledger.offer(stop.id, epoch: epoch, nowMS: Sample.startMS)
      let changed = try await ledger.hear(.done, 4, leftMS: 1_000)
      try expect(changed.count, is: 4)
      for sale in sales {
        let ended = try need(try await ledger.sale(sale.id))
        try expect(ended.outcome, is: .partly)
        try expect(ended.reason, is: "stopped")
      }
      try expect(try await ledger.sums(of: Sample.account()), is: [.sold: Amount(300)])
      try expect(try await ledger.busyChannels(), is: [])
    },
  ]
}
