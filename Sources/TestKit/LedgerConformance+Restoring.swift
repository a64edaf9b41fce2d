import Coinslot

extension LedgerConformance {
  static let restoring: [Case] = [
    Case("a restored ledger knows when, others were never restored") { suite in
      let ledger = try await suite.make()
      try expect(try await ledger.restoredAtMS(), is: nil)
      try expect(try await ledger.look { try $0.restoredAtMS }, is: nil)
      let restored = try await suite.reopen(try await suite.restore(ledger))
      try expect(try await restored.restoredAtMS(), is: restoredAtMS)
      try expect(try await restored.look { try $0.restoredAtMS }, is: restoredAtMS)
      try expect(try await ledger.restoredAtMS(), is: nil)
      try expect(try await restored.auditLog(Page()).data.map(\.action), is: ["ledger.restored"])
    },
    Case("what was open in a backup is never offered again") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let other = ChannelID(device: Sample.device, number: 1)
      let (over, ended) = try await ledger.sell("D", epoch: epoch)
      _ = try await ledger.hear(.done, 1)
      let (runs, started) = try await ledger.sell("A", epoch: epoch)
      _ = try await ledger.hear(.accepted, 2, leftMS: 30_000)
      let (sent, offered) = try await ledger.sell("B", work: Sample.work(on: other), epoch: epoch)
      let (waits, waiting) = try await ledger.sell("C", work: Sample.work(on: other), epoch: epoch)
      try expect(offered.number, is: 1)
      try expect(waiting.number, is: nil)
      let restored = try await suite.restore(ledger)
      try expect(try await restored.busyChannels(), is: [])
      for (sale, dispatch, outcome, standing) in [
        (runs, started, .unknown, .sold), (sent, offered, .unknown, .sold), (waits, waiting, .held, .held),
      ] as [(Sale, Dispatch, Outcome, Standing)] {
        let work = try need(try await restored.dispatch(dispatch.id))
        try expect(work.state, is: .settled)
        try expect(work.outcome, is: outcome)
        try expect(work.reason, is: "restored")
        let told = try need(try await restored.sale(sale.id))
        try expect(told.outcome, is: outcome)
        try expect(told.reason, is: "restored")
        try expect(try need(try await restored.payment(sale.payment)).standing, is: standing)
      }
      try expect(try await restored.sale(over.id), is: try await ledger.sale(over.id))
      try expect(try await restored.dispatch(ended.id), is: try await ledger.dispatch(ended.id))
      // Not even to the device's own session, nor to a new one.
      let next = try await restored.greet(boot: 2, nowMS: restoredAtMS)
      for dispatch in [started, offered, waiting] {
        try expect(try await restored.offer(dispatch.id, epoch: next, nowMS: restoredAtMS), is: nil)
      }
    },
    Case("a device still corrects what a restore had to leave open") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
      let restored = try await suite.restore(ledger)
      try expect(try need(try await restored.sale(sale.id)).outcome, is: .unknown)
      let done = OutputState(number: 0, command: 1, says: "done", leftMS: nil)
      _ = try await restored.greet(boot: 2, outputs: [done], nowMS: restoredAtMS)
      try expect(try need(try await restored.dispatch(dispatch.id)).outcome, is: .done)
      try expect(try need(try await restored.sale(sale.id)).outcome, is: .done)
      try expect(try need(try await restored.channels(of: Sample.device).first).heldBecause, is: nil)
    },
    Case("a device that lived on is the witness of an old ledger") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      _ = try await ledger.sell("A", epoch: epoch)
      _ = try await ledger.hear(.done, 1)
      let restored = try await suite.restore(ledger)
      // After the backup the device was given two more numbers.
      let start = try await restored.newestEvent()
      let ahead = OutputState(number: 0, command: 3, says: "done", leftMS: nil)
      let next = try await restored.greet(boot: 2, outputs: [ahead], nowMS: restoredAtMS)
      try expect(try await restored.eventTypes(after: start), is: ["channel.held", "device.alarm"])
      let channel = try need(try await restored.channels(of: Sample.device).first)
      try expect(channel.next, is: 4, "no number is given twice")
      try expect(channel.heldBecause != nil, "a person must look")
      // Nothing is sold or offered there until the operator has looked.
      let admission = try await restored.admit(
        try request("B", earliestAtMS: restoredAtMS, nowMS: restoredAtMS)
      )
      guard case .recorded(.held, let sale?, nil) = admission else { throw Broken(description: "\(admission)") }
      try expect(sale.reason, is: "device_held")
      try await restored.hold(Sample.channel, because: nil, nowMS: restoredAtMS)
      let (_, dispatch) = try await restored.sell(
        "C",
        work: Sample.work(deadlineMS: restoredAtMS + 9),
        nowMS: restoredAtMS,
        epoch: next
      )
      try expect(dispatch.number, is: 4)
    },
    Case("money from the lost time is held, later money buys") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      _ = try await ledger.admit(try request("A", earliestAtMS: Sample.startMS, nowMS: Sample.startMS))
      let restored = try await suite.restore(ledger)
      _ = try await restored.greet(boot: 2, nowMS: restoredAtMS)
      let start = try await restored.newestEvent()
      // What the backup holds is known.
      try expect(
        try await restored.admit(try request("A", earliestAtMS: Sample.startMS, nowMS: restoredAtMS)),
        is: .duplicate
      )
      // One millisecond decides, even where its life would not be over.
      let lost = try await restored.admit(
        try request("B", earliestAtMS: restoredAtMS - 1, nowMS: restoredAtMS)
      )
      guard case .recorded(.held, let sale?, nil) = lost else { throw Broken(description: "\(lost)") }
      try expect(sale.slot, is: Sample.slot)
      try expect(sale.reason, is: "found_after_restore")
      try expect(try await restored.busyChannels(), is: [])
      try expect(try await restored.eventTypes(after: start), is: ["payment.confirmed", "sale.held"])
      let new = try await restored.admit(try request("C", earliestAtMS: restoredAtMS, nowMS: restoredAtMS))
      guard case .recorded(.sold, _?, _?) = new else { throw Broken(description: "\(new)") }
    },
    Case("who resumes the events of the lost ledger must start anew") { suite in
      let ledger = try await suite.make()
      for _ in 0..<9 { try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: Sample.startMS) }
      let restored = try await suite.restore(ledger)
      for _ in 0..<9 { try await ledger.note(EventDraft(type: "test.lost", data: "{}"), nowMS: Sample.startMS) }
      for sequence in [0, 5, 9, 14, 18] as [Int64] {
        try expect(try await restored.events(after: sequence, limit: 10) == nil, "\(sequence) is of the lost ledger")
      }
      let newest = try await restored.newestEvent()
      try expect(try await restored.events(after: newest, limit: 10), is: [])
      try expect(try await restored.eventTypes(after: newest - 1), is: ["ledger.restored"])
    },
  ]

  private static func request(_ transaction: String, earliestAtMS: Int64, nowMS: Int64) throws -> AdmissionRequest {
    let book = SlotBook([
      Slot(
        id: Sample.slot,
        title: "Charger",
        pay: [
          Slot.PayOption(
            account: Sample.account(),
            price: .exact(Step(at: Amount(100), gives: Purchase(ms: 60_000))),
            tellApart: .nothing
          )
        ],
        does: Slot.Effect(device: Sample.device, channel: 0)
      )
    ])
    return AdmissionRequest(
      verified: Verified(Sample.payment(transaction, atMS: earliestAtMS), isBeforeStart: false),
      nowMS: nowMS,
      session: { _ in nil },
      decide: { try book.decide(on: $0, nowMS: nowMS, view: $1) }
    )
  }
}
