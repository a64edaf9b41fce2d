import Coinslot

extension LedgerConformance {
  static let people: [Case] = [
    Case("what is kept of a person is shown, whatever it belongs to") { suite in
      var ledger = try await suite.make()
      let quote = try await ledger.offer("quo_1", client: "alice")
      _ = try await ledger.sell("A", quote: "quo_1")
      _ = try await ledger.admit(Sample.payment("B"), .beforeStart, nowMS: Sample.startMS + 1)
      ledger = try await suite.reopen(ledger)
      let payer = try await ledger.person("nano_payer")
      try expect(payer.map(\.payment), is: [Sample.payment("B").id, Sample.payment("A").id])
      try expect(
        payer.last,
        is: PersonRecord(
          role: .payer,
          name: "nano_payer",
          payment: Sample.payment("A").id,
          quote: nil,
          evidence: Sample.payment("A").evidence,
          untilMS: Sample.startMS + PersonRecord.keptMS
        )
      )
      try expect(
        try await ledger.person("alice"),
        is: [
          PersonRecord(
            role: .client,
            name: "alice",
            payment: nil,
            quote: quote.id,
            evidence: nil,
            untilMS: Sample.startMS + PersonRecord.keptMS
          )
        ]
      )
      try expect(try await ledger.person("nano_paye"), is: [], "a part of a name is no name")
      try expect(try await ledger.person(""), is: [])
    },
    Case("people end in their time, the accounts stay") { suite in
      var ledger = try await suite.make()
      _ = try await ledger.offer("quo_1", client: "alice", personsKeptMS: 2 * Quote.reserveMS)
      let payment = Sample.payment("A")
      _ = try await ledger.admit(
        AdmissionRequest(
          verified: Verified(payment, isBeforeStart: false),
          nowMS: Sample.startMS,
          personsKeptMS: 1_000,
          session: { _ in nil },
          decide: { _, _ in Sample.sell(quote: "quo_1") }
        )
      )
      let before = try need(try await ledger.payment(payment.id))
      try expect(before.payment.payer, is: "nano_payer")
      try expect(try await ledger.forgetPersons(before: Sample.startMS + 999), is: 0)
      try expect(try await ledger.forgetPersons(before: Sample.startMS + 1_000), is: 1)
      try expect(try await ledger.forgetPersons(before: Sample.startMS + 1_000), is: 0)
      try expect(try await ledger.forgetPersons(before: Sample.startMS + 2 * Quote.reserveMS), is: 1)
      ledger = try await suite.reopen(ledger)
      let after = try need(try await ledger.payment(payment.id))
      try expect(after.payment.payer, is: nil)
      try expect(after.payment.evidence, is: "")
      try expect(after.payment.amount, is: payment.amount)
      try expect(after.payment.account, is: payment.account)
      try expect(after.payment.earliestAtMS, is: payment.earliestAtMS)
      try expect(after.standing, is: .sold)
      try expect(after.sale, is: before.sale)
      try expect(after.name, is: before.name)
      let quote = try need(try await ledger.quote("quo_1"))
      try expect(quote.client, is: "")
      try expect(quote.state, is: .paid)
      try expect(try await ledger.person("nano_payer"), is: [])
      try expect(try await ledger.person("alice"), is: [])
      // Heard again it is the same payment, and another payer still contradicts it.
      try expect(try await ledger.admit(payment, Sample.sell()), is: .duplicate)
      try expect(try await ledger.admit(Sample.payment("A", 101), Sample.sell()), is: .contradicts)
    },
    Case("a quote's client is remembered as long as its amount is reserved") { suite in
      let ledger = try await suite.make()
      let quote = try await ledger.offer("quo_1", client: "alice", personsKeptMS: 0)
      let reservedMS = quote.expiresAtMS + Quote.reserveMS
      try expect(try await ledger.forgetPersons(before: reservedMS - 1), is: 0)
      try expect(try await ledger.person("alice").map(\.untilMS), is: [reservedMS])
    },
    Case("a person is erased at once, from every record, and nobody else") { suite in
      let first = try await suite.make()
      let crowd = PersonRecord.sweep + 7
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<crowd {
          group.addTask { _ = try await first.admit(Sample.payment("T\(number)"), .beforeStart) }
        }
        try await group.waitForAll()
      }
      var ledger = first
      _ = try await ledger.offer("quo_1", client: "bob")
      // Another telling of a payment names a payer too.
      _ = try await ledger.admit(Sample.payment("T0", 7), .beforeStart)
      try expect(try await ledger.person("nano_payer").count, is: PersonRecord.sweep)
      let line = AuditLine(atMS: Sample.startMS, actor: "operator", action: "person.erased")
      try expect(try await ledger.erase(person: "nano_payer", nowMS: Sample.startMS, audit: line), is: crowd + 1)
      try expect(try await ledger.erase(person: "nano_payer", nowMS: Sample.startMS), is: 0)
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.person("nano_payer"), is: [])
      try expect(try await ledger.person("bob").count, is: 1)
      try expect(try await ledger.auditLog(Page()).data, is: [line])
      for record in try await ledger.payments(Page(limit: 200), account: nil).data {
        try expect(record.payment.payer, is: nil)
        try expect(record.payment.evidence, is: "")
      }
      try expect(try await ledger.sums(of: Sample.account()), is: [.beforeStart: Amount(UInt128(crowd) * 100)])
    },
    Case("no event names a person") { suite in
      let ledger = try await suite.make()
      let epoch = try await ledger.install()
      _ = try await ledger.offer("quo_1", client: "alice-the-client")
      _ = try await ledger.sell("A", quote: "quo_1", epoch: epoch)
      _ = try await ledger.admit(Sample.payment("A", 7), Sample.sell())
      _ = try await ledger.admit(Sample.payment("B"), .hold(.late, slot: Sample.slot))
      _ = try await ledger.admit(Sample.payment("C"), .beforeStart)
      for event in try await ledger.allEvents() {
        try expect(!event.draft.data.contains("nano_payer"), event.draft.data)
        try expect(!event.draft.data.contains("alice-the-client"), event.draft.data)
      }
    },
  ]
}

extension Ledger {
  fileprivate func offer(
    _ id: String,
    client: String,
    personsKeptMS: Int64 = PersonRecord.keptMS
  ) async throws -> Quote {
    let answer = try await quote(
      QuoteRequest(
        id: id,
        slot: Sample.slot,
        client: client,
        nowMS: Sample.startMS,
        expiresAtMS: Sample.startMS + 900_000,
        price: Amount(100),
        purchase: Purchase(ms: 60_000),
        priceVersion: 1,
        place: .shared(Sample.account(), choose: { _ in Amount(100) }),
        personsKeptMS: personsKeptMS
      )
    )
    guard case .opened(let quote) = answer else {
      throw LedgerConformance.Broken(description: "\(answer) is no quote")
    }
    return quote
  }
}
