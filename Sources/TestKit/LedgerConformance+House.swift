import Coinslot

extension LedgerConformance {
  static let house: [Case] = [
    Case("the first start mark of an account and genesis counts") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.mark(of: Sample.account(), genesis: "G"), is: nil)
      let mark = StartMark(
        account: Sample.account(),
        genesis: "G",
        takenAtMS: Sample.startMS,
        cursor: Cursor(position: "here")
      )
      let later = StartMark(
        account: Sample.account(),
        genesis: "G",
        takenAtMS: Sample.startMS + 1,
        cursor: Cursor(position: "there")
      )
      let elsewhere = StartMark(
        account: Sample.account(),
        genesis: "H",
        takenAtMS: Sample.startMS + 2,
        cursor: Cursor(position: "new")
      )
      try expect(try await ledger.keep(mark), is: mark)
      try expect(try await ledger.keep(later), is: mark)
      try expect(try await ledger.keep(elsewhere), is: elsewhere)
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.keep(later), is: mark)
      try expect(try await ledger.mark(of: Sample.account(), genesis: "G"), is: mark)
      try expect(try await ledger.mark(of: Sample.account(), genesis: "H"), is: elsewhere)
      try expect(try await ledger.mark(of: Sample.account(1), genesis: "G"), is: nil)
    },
    Case("a cursor moves for its account and genesis only") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.cursor(of: Sample.account(), genesis: "G"), is: nil)
      for position in ["1", "2", "2"] {
        try await ledger.keep(Cursor(position: position), of: Sample.account(), genesis: "G")
      }
      try await ledger.keep(Cursor(position: "9"), of: Sample.account(), genesis: "H")
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.cursor(of: Sample.account(), genesis: "G"), is: Cursor(position: "2"))
      try expect(try await ledger.cursor(of: Sample.account(), genesis: "H"), is: Cursor(position: "9"))
      try expect(try await ledger.cursor(of: Sample.account(1), genesis: "G"), is: nil)
    },
    Case("a price has a new version only where it changes") { suite in
      var ledger = try await suite.make()
      let rules: [PriceRule] = [
        .exact(Step(at: Amount(.max), gives: Purchase(ms: .max))),
        .steps([Step(at: Amount(1), gives: Purchase(ms: 1)), Step(at: Amount(2), gives: Purchase(ms: 2))]),
        .rate(perMinute: Amount(7), minimum: Amount(8), capMS: 9),
        .functions([Step(at: Amount(1), gives: Purchase(ms: 0, function: "wash \"hot\""))]),
        .exact(Step(at: Amount(.max), gives: Purchase(ms: .max))),
      ]
      var versions: [PriceVersion] = []
      for (index, rule) in rules.enumerated() {
        let atMS = Sample.startMS + 100 * Int64(index)
        let version = try await ledger.keep(rule, of: Sample.slot, on: .nanoSim, nowMS: atMS)
        try expect(version, is: PriceVersion(number: index + 1, rule: rule, fromMS: atMS))
        try expect(try await ledger.keep(rule, of: Sample.slot, on: .nanoSim, nowMS: atMS + 50), is: version)
        versions.append(version)
      }
      // Numbers are the slot's, whatever the chain; other chains and slots have prices of their own.
      try expect(
        try await ledger.keep(rules[0], of: Sample.slot, on: .nanoLive, nowMS: Sample.startMS).number,
        is: 6
      )
      try expect(
        try await ledger.keep(rules[0], of: Sample.name("lamp"), on: .nanoSim, nowMS: Sample.startMS).number,
        is: 1
      )
      ledger = try await suite.reopen(ledger)
      let start = Sample.startMS
      for (range, numbers) in [
        (start - 9...start - 1, []), (start - 9...start, [1]), (start...start, [1]), (start + 99...start + 99, [1]),
        (start + 99...start + 100, [1, 2]), (start + 150...start + 350, [2, 3, 4]), (start + 400...start + 999, [5]),
        (start + 350...start + 999, [4, 5]), (0...Int64.max, [1, 2, 3, 4, 5]),
      ] as [(ClosedRange<Int64>, [Int])] {
        let found = try await ledger.prices(during: range)
        try expect(found, is: numbers.map { versions[$0 - 1] }, "\(range)")
      }
    },
    Case("a clock that goes back does not reorder prices") { suite in
      let ledger = try await suite.make()
      let rules = (1...2).map { PriceRule.exact(Step(at: Amount($0), gives: Purchase(ms: 1))) }
      _ = try await ledger.keep(rules[0], of: Sample.slot, on: .nanoSim, nowMS: Sample.startMS)
      let second = try await ledger.keep(rules[1], of: Sample.slot, on: .nanoSim, nowMS: Sample.startMS - 50)
      try expect(second, is: PriceVersion(number: 2, rule: rules[1], fromMS: Sample.startMS))
      try expect(try await ledger.keep(rules[1], of: Sample.slot, on: .nanoSim, nowMS: 0), is: second)
      try expect(try await ledger.prices(during: Sample.startMS + 1...Sample.startMS + 2).last, is: second)
    },
    Case("a slot is closed and opened, each told once") { suite in
      var ledger = try await suite.make()
      try await ledger.close(Sample.slot, because: nil, nowMS: Sample.startMS)
      try expect(try await ledger.closure(of: Sample.slot), is: nil)
      for _ in 0..<2 { try await ledger.close(Sample.slot, because: "painting", nowMS: Sample.startMS) }
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.closure(of: Sample.slot), is: "painting")
      try await ledger.close(Sample.slot, because: "still painting", nowMS: Sample.startMS)
      try expect(try await ledger.closure(of: Sample.slot), is: "still painting")
      try expect(try await ledger.closure(of: Sample.name("lamp")), is: nil)
      for _ in 0..<2 { try await ledger.close(Sample.slot, because: nil, nowMS: Sample.startMS) }
      try expect(try await ledger.closure(of: Sample.slot), is: nil)
      try expect(try await ledger.eventTypes(after: 0), is: ["slot.closed", "slot.closed", "slot.opened"])
    },
    Case("settings are kept") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.setting("token"), is: nil)
      try await ledger.keep(setting: "token", "1")
      try await ledger.keep(setting: "token", "2")
      try await ledger.keep(setting: "other", "")
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.setting("token"), is: "2")
      try expect(try await ledger.setting("other"), is: "")
    },
    Case("the newest moment never goes back") { suite in
      var ledger = try await suite.make()
      try expect(try await ledger.newestMoment(), is: nil)
      _ = try await ledger.sell("A", nowMS: Sample.startMS + 50)
      _ = try await ledger.sell("B", nowMS: Sample.startMS)
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.newestMoment(), is: Sample.startMS + 50)
      _ = try await ledger.admit(Sample.payment("A"), Sample.sell(), nowMS: Sample.startMS + 99)
      try expect(try await ledger.newestMoment(), is: Sample.startMS + 50, "a duplicate commits nothing")
      try await ledger.note(EventDraft(type: "test.note", data: "{}"), nowMS: Sample.startMS + 100)
      try expect(try await ledger.newestMoment(), is: Sample.startMS + 100)
    },
  ]
}

extension Ledger {
  /// The prices that a decision sees.
  fileprivate func prices(during range: ClosedRange<Int64>) async throws -> [PriceVersion] {
    try await look { try $0.prices(of: Sample.slot, on: .nanoSim, during: range) }
  }
}
