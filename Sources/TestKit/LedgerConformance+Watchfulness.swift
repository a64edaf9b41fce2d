import Coinslot

extension LedgerConformance {
  static let watchfulness: [Case] = [
    Case("the audit log keeps every line, newest first, page by page") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.auditLog(Page()).data, is: [])
      let lines: [AuditLine] = (0..<7).map { number -> AuditLine in
        let subject: String? = number.isMultiple(of: 2) ? "token-\(number)" : nil
        let note: String? = number.isMultiple(of: 3) ? nil : "because \(number)"
        // A clock that went back does not reorder lines.
        let atMS = Sample.startMS - Int64(number)
        return AuditLine(atMS: atMS, actor: "operator", action: "token.rotated", subject: subject, note: note)
      }
      for line in lines { try await ledger.note(audit: line) }
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.auditLog(Page()).data, is: lines.reversed())
      var found: [AuditLine] = []
      var cursor: String?
      repeat {
        let page = try await ledger.auditLog(Page(cursor: cursor, limit: 3))
        found += page.data
        cursor = page.next
      } while cursor != nil
      try expect(found, is: lines.reversed())
      for cursor in ["", "0", "-1", "x", "01", "1.5"] {
        try await expectThrows(LedgerError.badCursor) { _ = try await ledger.auditLog(Page(cursor: cursor)) }
      }
      try expect(try await ledger.newestMoment(), is: Sample.startMS)
    },
    Case("an operator's change and its audit line commit together") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      func line(_ action: String) -> AuditLine {
        AuditLine(atMS: Sample.startMS, actor: "operator", action: action, subject: "charger")
      }
      try await ledger.close(Sample.slot, because: "painting", nowMS: Sample.startMS, audit: line("slot.closed"))
      // Doing it twice changes nothing and is still what somebody did.
      try await ledger.close(Sample.slot, because: "painting", nowMS: Sample.startMS, audit: line("slot.closed"))
      try await ledger.hold(Sample.channel, because: "odd", nowMS: Sample.startMS, audit: line("channel.held"))
      _ = try await ledger.change(Sample.device, nowMS: Sample.startMS, audit: line("device.revoked")) {
        $0.standing = .revoked
      }
      _ = try await ledger.change(Sample.name("nobody"), nowMS: Sample.startMS, audit: line("device.revoked")) {
        $0.standing = .revoked
      }
      _ = try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS, audit: line("output.stopped"))
      try await ledger.keep(setting: "token", "hash", audit: line("token.rotated"))
      // Without a line none is written.
      try await ledger.close(Sample.slot, because: nil, nowMS: Sample.startMS)
      try await ledger.keep(setting: "token", "hash")
      try expect(
        try await ledger.auditLog(Page()).data.map(\.action),
        is: ["token.rotated", "output.stopped", "device.revoked", "channel.held", "slot.closed", "slot.closed"]
      )
      // A change that is refused leaves no line.
      for _ in 0..<ChannelBounds.openWork + ChannelBounds.stops - 1 {
        _ = try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS)
      }
      try await expectThrows(WorkshopRefusal.queueFull) {
        _ = try await ledger.add(Sample.work(.stop, ms: 0), nowMS: Sample.startMS, audit: line("refused"))
      }
      try expect(try await ledger.auditLog(Page()).data.first?.action, is: "token.rotated")
    },
    Case("every account that ever had money or a mark is known") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.accounts(), is: [])
      for number in [3, 1, 3, 2] {
        _ = try await ledger.admit(
          Sample.payment("T\(number)", to: Sample.account(number)),
          .hold(.noSlot, slot: nil)
        )
      }
      let live = Account(chain: .nanoLive, canonical: "nano_account1")
      _ = try await ledger.admit(Sample.payment("L", to: live), .beforeStart)
      for genesis in ["G", "H"] {
        _ = try await ledger.keep(
          StartMark(
            account: Sample.account(9),
            genesis: genesis,
            takenAtMS: Sample.startMS,
            cursor: Cursor(position: "here")
          )
        )
      }
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.accounts(), is: [live] + [1, 2, 3, 9].map { Sample.account($0) })
    },
    Case("what waits for a person or a machine is counted, since when") { suite in
      let ledger = try await suite.make()
      try expect(try await ledger.unsettled(nowMS: Sample.startMS), is: Unsettled())
      let epoch = try await ledger.install()
      func atMS(_ minutes: Int64) -> Int64 { Sample.startMS + minutes * 60_000 }
      for (index, outcome) in [Outcome.unknown, .unknown, .expired, .failed, .done, .partly].enumerated() {
        let (_, dispatch) = try await ledger.sell("T\(index)", nowMS: atMS(Int64(index)))
        _ = try await ledger.end(dispatch.id, outcome, "test", nowMS: atMS(Int64(index) + 10))
      }
      _ = try await ledger.admit(Sample.payment("H"), .hold(.late, slot: Sample.slot), nowMS: atMS(20))
      _ = try await ledger.admit(Sample.payment("N"), .hold(.noSlot, slot: nil), nowMS: atMS(21))
      _ = try await ledger.sell("W", work: Sample.work(deadlineMS: atMS(40)), nowMS: atMS(30), epoch: epoch)
      _ = try await ledger.sell("X", work: Sample.work(deadlineMS: atMS(41)), nowMS: atMS(31), epoch: epoch)
      var wanted = Unsettled()
      wanted.unknown = Unsettled.Pile(count: 2, oldestMS: atMS(10))
      wanted.refundDue = Unsettled.Pile(count: 2, oldestMS: atMS(12))
      wanted.held = Unsettled.Pile(count: 1, oldestMS: atMS(20))
      wanted.heldAlone = Unsettled.Pile(count: 1, oldestMS: atMS(21))
      wanted.openWork = Unsettled.Pile(count: 2, oldestMS: atMS(30))
      try expect(try await ledger.unsettled(nowMS: atMS(40) - 1), is: wanted)
      wanted.overdue = Unsettled.Pile(count: 1, oldestMS: atMS(40))
      try expect(try await ledger.unsettled(nowMS: atMS(40)), is: wanted)
      _ = try await ledger.hear(.accepted, 1, nowMS: atMS(40))
      wanted.overdue = Unsettled.Pile(count: 1, oldestMS: atMS(41))
      try expect(try await ledger.unsettled(nowMS: atMS(50)), is: wanted, "what runs is not overdue")
    },
    Case("the last backup is known by its time") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.lastBackupAtMS(), is: nil)
      _ = try await suite.restore(ledger)
      let madeAtMS = try need(try await ledger.lastBackupAtMS())
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.lastBackupAtMS(), is: madeAtMS)
    },
  ]
}
