import Coinslot
import Primitives

extension LedgerConformance {
  static let events: [Case] = [
    Case("events have no gaps, whoever fails in between") { suite in
      struct Refusal: Error {}
      let ledger = try await suite.make()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<120 {
          group.addTask {
            if number % 3 == 0 {
              try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: Sample.startMS)
            } else {
              _ = try? await ledger.admit(
                AdmissionRequest(
                  verified: Verified(Sample.payment("T\(number)"), isBeforeStart: false),
                  nowMS: Sample.startMS,
                  session: { _ in nil },
                  decide: { _, _ in if number % 3 == 1 { throw Refusal() } else { Sample.sell() } }
                )
              )
            }
          }
        }
        try await group.waitForAll()
      }
      let told = try await ledger.allEvents()
      try expect(told.map(\.sequence), is: Array(1...Int64(40 + 3 * 40)))
      try expect(try await ledger.newestEvent(), is: 160)
      let again = try await suite.reopen(ledger)
      try expect(try await again.allEvents(), is: told)
      try await again.note(EventDraft(type: "test.note", data: "{}"), nowMS: Sample.startMS)
      try expect(try await again.newestEvent(), is: 161)
    },
    Case("the stream goes on where somebody stopped reading") { suite in
      let ledger = try await suite.make()
      for number in 0..<7 {
        try await ledger.note(EventDraft(type: "test.\(number)", data: "{\"n\":\(number)}"), nowMS: Int64(number))
      }
      try expect(try await ledger.events(after: 0, limit: 3)?.map(\.sequence), is: [1, 2, 3])
      try expect(
        try await ledger.events(after: 5, limit: 100),
        is: [
          Event(sequence: 6, atMS: 5, draft: EventDraft(type: "test.5", data: "{\"n\":5}")),
          Event(sequence: 7, atMS: 6, draft: EventDraft(type: "test.6", data: "{\"n\":6}")),
        ]
      )
      try expect(try await ledger.events(after: 7, limit: 100), is: [])
      try expect(try await ledger.events(after: 8, limit: 100), is: nil, "another ledger's number")
      try expect(try await ledger.events(after: 6, limit: 0)?.count, is: 1)
    },
    Case("who missed trimmed events is told so, and numbers go on") { suite in
      var ledger = try await suite.make()
      for _ in 0..<10 { try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: Sample.startMS) }
      try expect(try await ledger.trimEvents(keeping: 20), is: 0)
      try expect(try await ledger.trimEvents(keeping: 4), is: 6)
      try expect(try await ledger.events(after: 5, limit: 10), is: nil)
      try expect(try await ledger.events(after: 0, limit: 10), is: nil)
      try expect(try await ledger.events(after: 6, limit: 10)?.map(\.sequence), is: [7, 8, 9, 10])
      try expect(try await ledger.trimEvents(keeping: 0), is: 4)
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.newestEvent(), is: 10)
      try expect(try await ledger.events(after: 9, limit: 10), is: nil)
      try expect(try await ledger.events(after: 10, limit: 10), is: [])
      try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: Sample.startMS)
      try expect(try await ledger.events(after: 10, limit: 10)?.map(\.sequence), is: [11])
    },
    Case("each event's facts are one JSON object") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.keep(Sample.device, title: "\"Quoted\"\n\u{1} Lädt", nowMS: Sample.startMS)
      let epoch = try await ledger.greet()
      let (sale, dispatch) = try await ledger.sell("A", epoch: epoch)
      _ = try await ledger.hear(.failed, 1)
      _ = try await ledger.admit(Sample.payment("B", .max), .hold(.overpaid, slot: Sample.slot))
      _ = try await ledger.admit(Sample.payment("A", 1), .beforeStart)
      try await ledger.close(Sample.slot, because: "painting", nowMS: Sample.startMS)
      try await ledger.hold(Sample.channel, because: "odd", nowMS: Sample.startMS)
      _ = try await ledger.add(Sample.work(.stop), nowMS: Sample.startMS)
      var facts: [String: JSONValue] = [:]
      for event in try await ledger.allEvents() {
        let value = try JSONValue(parsing: event.draft.data)
        try expect(value.object != nil, event.draft.data)
        facts[event.draft.type] = value
      }
      try expect(facts["device.added"]?["title"], is: .string("\"Quoted\"\n\u{1} Lädt"))
      let confirmed = try need(facts["payment.confirmed"])
      try expect(confirmed["amount"], is: .string(String(UInt128.max)))
      try expect(confirmed["asset"], is: "XNO")
      try expect(confirmed["decimals"], is: 30)
      try expect(confirmed["chain"], is: "nano:sim")
      try expect(confirmed["transaction"], is: "B")
      try expect(confirmed["standing"], is: "held")
      let created = try need(facts["sale.created"])
      try expect(created["id"], is: .string(sale.id.rawValue))
      try expect(created["price"], is: "90")
      try expect(created["ms"], is: 60_000)
      try expect(created["outcome"], is: nil)
      try expect(facts["sale.refund_due"]?["reason"], is: "failed:device_said")
      try expect(facts["dispatch.sent"]?["id"], is: .string(dispatch.id.rawValue))
      try expect(facts["dispatch.sent"]?["number"], is: 1)
      try expect(facts["dispatch.sent"]?["test"], is: nil)
      try expect(facts["dispatch.queued"]?["test"], is: true)
      try expect(facts["dispatch.failed"]?["outcome"], is: "failed")
      try expect(facts["payment.contradiction"]?["told"]?["amount"], is: "1")
      try expect(facts["slot.closed"], is: ["id": "charger", "reason": "painting"])
      try expect(facts["channel.held"], is: ["device": "charger-1", "channel": 0, "reason": "odd"])
    },
  ]
}
