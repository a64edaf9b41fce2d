import Coinslot

extension LedgerConformance {
  static let admission: [Case] = [
    Case("a crowd that tells of the same payments records each once") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      let admissions = try await withThrowingTaskGroup(of: Admission.self) { group in
        for copy in 0..<200 {
          group.addTask {
            try await ledger.admit(
              Sample.payment("T\(copy % 50)", 100 + UInt128(copy % 50)),
              Sample.sell(),
              nowMS: Sample.startMS
            )
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let dispatches = admissions.compactMap { admission -> Dispatch? in
        guard case .recorded(.sold, _?, let dispatch?) = admission else { return nil }
        return dispatch
      }
      try expect(dispatches.count, is: 50)
      try expect(admissions.count { $0 == .duplicate }, is: 150)
      try expect(Set(dispatches.map(\.sequence)).count, is: 50)
      try expect(try await ledger.sales(Page(limit: 200), slot: nil).data.count, is: 50)
      try expect(try await ledger.sums(of: Sample.account()), is: [.sold: Amount((100..<150).reduce(0, +))])
    },
    Case("a sale is recorded with its payment and its work") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      let payment = Sample.payment("A")
      let (sale, dispatch) = try await ledger.sell("A", nowMS: Sample.startMS + 5)
      let record = try need(try await ledger.payment(payment.id))
      try expect(record.payment, is: payment)
      try expect(record.standing, is: .sold)
      try expect(record.sale, is: sale.id)
      try expect(record.recordedAtMS, is: Sample.startMS + 5)
      try expect(record.name.hasPrefix("pay_"), record.name)
      try expect(try await ledger.payment(named: record.name), is: record)
      try expect(try await ledger.payment(named: "pay_0"), is: nil)
      try expect(try await ledger.known(among: [payment.id, Sample.payment("B").id]), is: [payment.id])
      try expect(try await ledger.sale(sale.id), is: sale)
      try expect(
        sale,
        is: Sale(
          id: sale.id,
          slot: Sample.slot,
          payment: payment.id,
          quote: nil,
          purchase: Purchase(ms: 60_000),
          price: Amount(90),
          remainder: Amount(10),
          createdAtMS: Sample.startMS + 5
        )
      )
      try expect(try await ledger.dispatch(dispatch.id), is: dispatch)
      try expect(try await ledger.dispatch(of: sale.id), is: dispatch)
      try expect(dispatch.state, is: .waiting)
      try expect(dispatch.number, is: nil)
      try expect(dispatch.sale, is: sale.id)
      try expect(dispatch.command, is: Sample.work().command)
    },
    Case("the same payment with other facts changes nothing and is told once") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.sell("A")
      let before = try await ledger.payment(Sample.payment("A").id)
      let start = try await ledger.newestEvent()
      for _ in 0..<3 {
        let admission = try await ledger.admit(Sample.payment("A", 101), Sample.sell())
        try expect(admission, is: .contradicts)
      }
      try expect(try await ledger.payment(Sample.payment("A").id), is: before)
      try expect(try await ledger.eventTypes(after: start), is: ["payment.contradiction"])
      try expect(try await ledger.admit(Sample.payment("A"), Sample.sell()), is: .duplicate)
      let other = try await ledger.admit(Sample.payment("A", to: Sample.account(1)), Sample.sell())
      try expect(other, is: .contradicts)
      try expect(try await ledger.sums(of: Sample.account(1)), is: [:])
    },
    Case("a decision that throws leaves nothing") { suite in
      struct Refusal: Error, Equatable {}
      let ledger = try await suite.make()
      try await expectThrows(Refusal()) {
        _ = try await ledger.admit(
          AdmissionRequest(
            verified: Verified(Sample.payment("A"), isBeforeStart: false),
            nowMS: Sample.startMS,
            session: { _ in nil },
            decide: { _, _ in throw Refusal() }
          )
        )
      }
      try expect(try await ledger.payment(Sample.payment("A").id), is: nil)
      try expect(try await ledger.newestEvent(), is: 0)
      try expect(try await ledger.newestMoment(), is: nil)
      _ = try await ledger.sell("A")
    },
    Case("one that fails in a crowd takes nobody with it") { suite in
      struct Refusal: Error {}
      let ledger = try await suite.make()
      let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<128 {
          group.addTask {
            do {
              _ = try await ledger.admit(
                AdmissionRequest(
                  verified: Verified(Sample.payment("T\(number)"), isBeforeStart: false),
                  nowMS: Sample.startMS,
                  session: { _ in nil },
                  decide: { _, _ in if number % 4 == 0 { throw Refusal() } else { Sample.sell() } }
                )
              )
              return false
            } catch is Refusal {
              return true
            }
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      try expect(failed, is: 32)
      let known = try await ledger.known(among: (0..<128).map { Sample.payment("T\($0)").id })
      try expect(known, is: Set((0..<128).filter { $0 % 4 != 0 }.map { Sample.payment("T\($0)").id }))
    },
    Case("held money has a sale where a slot is meant") { suite in
      let ledger = try await suite.make()
      let admission = try await ledger.admit(Sample.payment("A"), .hold(.underpaid, slot: Sample.slot))
      guard case .recorded(.held, let sale?, nil) = admission else { throw Broken(description: "\(admission)") }
      try expect(sale.outcome, is: .held)
      try expect(sale.reason, is: "underpaid")
      try expect(sale.purchase, is: nil)
      try expect(sale.remainder, is: Amount(100))
      try expect(try await ledger.sale(sale.id), is: sale)
      let record = try need(try await ledger.payment(Sample.payment("A").id))
      try expect(record.standing, is: .held)
      try expect(record.reason, is: "underpaid")
      try expect(record.sale, is: sale.id)
      try expect(
        try await ledger.admit(Sample.payment("B"), .hold(.noSlot, slot: nil)),
        is: .recorded(.held, sale: nil, dispatch: nil)
      )
      try expect(try need(try await ledger.payment(Sample.payment("B").id)).sale, is: nil)
      try expect(
        try await ledger.eventTypes(after: 0),
        is: ["payment.confirmed", "sale.held", "payment.confirmed", "payment.held"]
      )
    },
    Case("money from before the start is recorded and does nothing") { suite in
      let ledger = try await suite.make()
      try expect(
        try await ledger.admit(Sample.payment("A"), .beforeStart),
        is: .recorded(.beforeStart, sale: nil, dispatch: nil)
      )
      try expect(try await ledger.standing(of: "A"), is: .beforeStart)
      try expect(try await ledger.busyChannels(), is: [])
      try expect(try await ledger.eventTypes(after: 0), is: ["payment.before_start"])
    },
    Case("work is offered in the commit of its payment when the device is there") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let (_, first) = try await ledger.sell("A", nowMS: Sample.startMS + 7, epoch: epoch)
      try expect(first.state, is: .offered)
      try expect(first.number, is: 1)
      try expect(first.attempts, is: 1)
      try expect(first.nextAtMS, is: Sample.startMS + 7 + Delivery.firstPauseMS)
      try expect(try await ledger.dispatch(first.id), is: first)
      try expect(try await ledger.channels(of: Sample.device).map(\.next), is: [2])
      // The first is unanswered, so the second waits in line.
      try expect(try await ledger.sell("B", epoch: epoch).dispatch.number, is: nil)
    },
    Case("work is not offered in that commit where anything speaks against it") { suite in
      let ledger = try await suite.make()
      let stranger = try await ledger.sell("unknown-device", epoch: 1).dispatch
      try expect(stranger.number, is: nil, "unknown device")
      _ = try await ledger.end(stranger.id, .expired)
      let epoch = try await ledger.install()
      let late = Sample.work(deadlineMS: Sample.startMS)
      try expect(try await ledger.sell("away").dispatch.number, is: nil, "no session")
      try await ledger.endAll()
      try expect(try await ledger.sell("replaced", epoch: epoch - 1).dispatch.number, is: nil, "an old session")
      try await ledger.endAll()
      try expect(try await ledger.sell("ahead", epoch: epoch + 1).dispatch.number, is: nil, "a session not yet known")
      try await ledger.endAll()
      try expect(try await ledger.sell("late", work: late, epoch: epoch).dispatch.number, is: nil, "its life is over")
      try await ledger.endAll()
      try await ledger.hold(Sample.channel, because: "looks odd", nowMS: Sample.startMS)
      try expect(try await ledger.sell("held", epoch: epoch).dispatch.number, is: nil, "the output is held")
      try await ledger.endAll()
      try await ledger.hold(Sample.channel, because: nil, nowMS: Sample.startMS)
      _ = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.standing = .quarantined }
      try expect(try await ledger.sell("clone", epoch: epoch).dispatch.number, is: nil, "quarantined")
      try await ledger.endAll()
      _ = try await ledger.change(Sample.device, nowMS: Sample.startMS) { $0.standing = .trusted }
      try expect(try await ledger.sell("fine", epoch: epoch).dispatch.number, is: 1)
    },
    Case("a decision sees the ledger as it is in its own transaction") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let rule = PriceRule.exact(Step(at: Amount(100), gives: Purchase(ms: 1)))
      let version = try await ledger.keep(rule, of: Sample.slot, on: .nanoSim, nowMS: Sample.startMS)
      try await ledger.close(Sample.slot, because: "painting", nowMS: Sample.startMS)
      let (_, dispatch) = try await ledger.sell("A", epoch: epoch)
      let seen = Notebook<Seen>()
      _ = try await ledger.admit(
        AdmissionRequest(
          verified: Verified(Sample.payment("B"), isBeforeStart: false),
          nowMS: Sample.startMS,
          session: { _ in nil },
          decide: { _, view in
            seen.note(
              Seen(
                prices: try view.prices(
                  of: Sample.slot,
                  on: .nanoSim,
                  during: Sample.startMS...Sample.startMS
                ),
                closure: try view.closure(of: Sample.slot),
                device: try view.device(Sample.device),
                channel: try view.channel(Sample.channel),
                fresh: try view.channel(ChannelID(device: Sample.device, number: 9)),
                work: try view.openWork(on: Sample.channel)
              )
            )
            return .hold(.closed, slot: Sample.slot)
          }
        )
      )
      let view = try need(seen.all.last)
      try expect(view.prices, is: [version])
      try expect(view.closure, is: "painting")
      try expect(view.device?.epoch, is: epoch)
      try expect(view.channel, is: Channel(id: Sample.channel, next: 2))
      try expect(view.fresh, is: Channel(id: ChannelID(device: Sample.device, number: 9)))
      try expect(view.work, is: [dispatch])
    },
    Case("amounts above 2¹²⁷ come back whole") { suite in
      var ledger = try await suite.make()
      let amounts: [UInt128] = [.max, .max - 1, 1 << 127, 1 << 127 | 1, 1 << 64, 1 << 63, 255, 256, 1, 0]
      for (index, units) in amounts.enumerated() {
        let admission = try await ledger.admit(
          Sample.payment("T\(index)", units, to: Sample.account(index)),
          .hold(.overpaid, slot: Sample.slot)
        )
        guard case .recorded = admission else { throw Broken(description: "\(admission)") }
      }
      ledger = try await suite.reopen(ledger)
      for (index, units) in amounts.enumerated() {
        let record = try need(try await ledger.payment(Sample.payment("T\(index)").id))
        try expect(record.payment.amount, is: Amount(units))
        try expect(try await ledger.sums(of: Sample.account(index)), is: [.held: Amount(units)])
        let sale = try need(try await ledger.sale(try need(record.sale)))
        try expect(sale.remainder, is: Amount(units))
      }
    },
  ]

  private struct Seen: Sendable {
    let prices: [PriceVersion], closure: String?, device: Device?, channel: Channel, fresh: Channel, work: [Dispatch]
  }
}

extension Ledger {
  /// Ends all open work of the output.
  func endAll(nowMS: Int64 = Sample.startMS) async throws {
    _ = try await revise(Sample.channel, naming: nil, nowMS: nowMS) { work in
      work.map { $0.ended(.expired, "test", atMS: nowMS) }
    }
  }
}
