import Coinslot

extension LedgerConformance {
  static let quotes: [Case] = [
    Case("a quote is kept as it was given") { suite in
      var ledger = try await suite.make()
      let quote = try await ledger.open("quo_1", due: 103)
      try expect(
        quote,
        is: Quote(
          id: "quo_1",
          slot: Sample.slot,
          account: Sample.account(),
          ownsAccount: false,
          due: Amount(103),
          price: Amount(100),
          purchase: Purchase(ms: 60_000, function: "wash"),
          priceVersion: 4,
          createdAtMS: Sample.startMS,
          expiresAtMS: Sample.startMS + lifeMS,
          client: "alice"
        )
      )
      ledger = try await suite.reopen(ledger)
      try expect(try await ledger.quote("quo_1"), is: quote)
      try expect(try await ledger.quote("quo_2"), is: nil)
    },
    Case("a client has three open quotes, and more when they end") { suite in
      let ledger = try await suite.make()
      for number in 1...3 { _ = try await ledger.open("quo_\(number)", due: 100 + UInt64(number)) }
      try expect(try await ledger.ask("quo_4", due: 104), is: .tooManyForClient)
      try expect(try await ledger.quote("quo_4"), is: nil)
      _ = try await ledger.open("quo_5", due: 105, client: "bob")
      // Their time is over, whether or not anybody has swept up.
      let lastMS = Sample.startMS + lifeMS
      try expect(try await ledger.ask("quo_6", due: 106, nowMS: lastMS - 1), is: .tooManyForClient)
      _ = try await ledger.open("quo_6", due: 106, nowMS: lastMS)
      // A paid one is not open.
      for number in 7...8 { _ = try await ledger.open("quo_\(number)", due: 100 + UInt64(number), nowMS: lastMS) }
      try expect(try await ledger.ask("quo_9", due: 109, nowMS: lastMS), is: .tooManyForClient)
      _ = try await ledger.sell("A", 106, quote: "quo_6", nowMS: lastMS)
      _ = try await ledger.open("quo_9", due: 109, nowMS: lastMS)
    },
    Case("a network keeps no more unpaid offers of a slot reserved than its share") { suite in
      let ledger = try await suite.make()
      let share = QuoteRequest.Share(network: "192.0.2.0/24", most: 2)
      func ask(_ number: UInt64, _ client: String, _ share: QuoteRequest.Share?, nowMS: Int64 = Sample.startMS)
        async throws -> QuoteAnswer
      {
        try await ledger.ask("quo_\(number)", due: 100 + number, client: client, share: share, nowMS: nowMS)
      }
      func isOpened(_ answer: QuoteAnswer) -> Bool { if case .opened = answer { true } else { false } }
      for number in UInt64(1)...2 {
        try expect(isOpened(try await ask(number, "c\(number)@192.0.2.0/24", share)), is: true)
      }
      try expect(try await ask(3, "c3@192.0.2.0/24", share), is: .tooManyForNetwork)
      // Other networks, and those that are not counted, have theirs.
      let other = QuoteRequest.Share(network: "198.51.100.0/24", most: 2)
      try expect(isOpened(try await ask(4, "c4@198.51.100.0/24", other)), is: true)
      try expect(isOpened(try await ask(5, "c5@192.0.2.0/24", nil)), is: true)
      // Expired is still reserved; a day later all is free.
      let endedMS = Sample.startMS + lifeMS
      _ = try await ledger.expireQuotes(nowMS: endedMS)
      try expect(try await ask(6, "c6@192.0.2.0/24", share, nowMS: endedMS), is: .tooManyForNetwork)
      let freeMS = endedMS + Quote.reserveMS
      try expect(isOpened(try await ask(6, "c6@192.0.2.0/24", share, nowMS: freeMS)), is: true)
      try expect(isOpened(try await ask(7, "c7@192.0.2.0/24", share, nowMS: freeMS)), is: true)
      // What was paid is not counted.
      _ = try await ledger.sell("A", 106, quote: "quo_6", nowMS: freeMS)
      try expect(isOpened(try await ask(8, "c8@192.0.2.0/24", share, nowMS: freeMS)), is: true)
      try expect(try await ask(9, "c9@192.0.2.0/24", share, nowMS: freeMS), is: .tooManyForNetwork)
    },
    Case("a full table gives no quote") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.open("quo_1", due: 101)
      let seen = Notebook<Set<Amount>>()
      let full = try await ledger.quote(
        request(
          "quo_2",
          place: .shared(
            Sample.account(),
            choose: { taken in
              seen.note(taken); return nil
            }
          )
        )
      )
      try expect(full, is: .tableFull)
      try expect(seen.all, is: [[Amount(101)]])
      try expect(try await ledger.ask("quo_2", due: 101), is: .tableFull, "an amount that is taken")
      try expect(try await ledger.quote("quo_2"), is: nil)
      _ = try await ledger.open("quo_2", due: 101, account: Sample.account(1))
    },
    Case("a crowd gets different amounts") { suite in
      let ledger = try await suite.make()
      let dues = try await withThrowingTaskGroup(of: Amount?.self) { group in
        for number in 0..<60 {
          group.addTask {
            let answer = try await ledger.quote(
              request(
                "quo_\(number)",
                client: "client\(number)",
                place: .shared(
                  Sample.account(),
                  choose: { taken in (101...150).map { Amount($0) }.first { !taken.contains($0) } }
                )
              )
            )
            if case .opened(let quote) = answer { return quote.due }
            try expect(answer, is: .tableFull)
            return nil
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try expect(Set(dues.compactMap { $0 }), is: Set((101...150).map { Amount($0) }))
      try expect(dues.count { $0 == nil }, is: 10)
    },
    Case("an amount is found by its last digit and stays reserved a day past its end") { suite in
      let ledger = try await suite.make()
      let quote = try await ledger.open("quo_1", due: 103)
      let endMS = quote.expiresAtMS
      try expect(try await ledger.find(due: 103, nowMS: Sample.startMS), is: "quo_1")
      try expect(try await ledger.find(due: 102, nowMS: Sample.startMS), is: nil)
      try expect(try await ledger.find(due: 104, nowMS: Sample.startMS), is: nil)
      try expect(try await ledger.find(due: 103, account: Sample.account(1), nowMS: Sample.startMS), is: nil)
      try expect(try await ledger.expireQuotes(nowMS: endMS - 1), is: 0)
      try expect(try await ledger.expireQuotes(nowMS: endMS), is: 1)
      try expect(try await ledger.expireQuotes(nowMS: endMS), is: 0)
      try expect(try need(try await ledger.quote("quo_1")).state, is: .expired)
      let freeMS = endMS + Quote.reserveMS
      try expect(try await ledger.find(due: 103, nowMS: freeMS - 1), is: "quo_1")
      try expect(try await ledger.ask("quo_2", due: 103, nowMS: freeMS - 1), is: .tableFull)
      try expect(try await ledger.find(due: 103, nowMS: freeMS), is: nil)
      _ = try await ledger.open("quo_2", due: 103, nowMS: freeMS)
      try expect(try await ledger.find(due: 103, nowMS: freeMS), is: "quo_2")
    },
    Case("an amount that was paid stays reserved too") { suite in
      let ledger = try await suite.make()
      let quote = try await ledger.open("quo_1", due: 103)
      let sale = try await ledger.sell("A", 103, quote: "quo_1").sale
      try expect(sale.quote, is: "quo_1")
      let paid = try need(try await ledger.quote("quo_1"))
      try expect(paid.state, is: .paid)
      try expect(paid.received, is: Amount(103))
      try expect(try await ledger.ask("quo_2", due: 103), is: .tableFull)
      try expect(try await ledger.find(due: 103, nowMS: Sample.startMS), is: "quo_1")
      try expect(try await ledger.expireQuotes(nowMS: quote.expiresAtMS + Quote.reserveMS), is: 0)
      try expect(try await ledger.quote("quo_1"), is: paid)
    },
    Case("the book matches a quote by its exact amount") { suite in
      let ledger = try await suite.make()
      _ = try await ledger.install()
      let book = shopBook
      let quote = try await ledger.open("quo_1", due: 1_000_003, price: 1_000_000)
      let exact = try await ledger.admit(try shopRequest(book, "A", quote.due))
      guard case .recorded(.sold, let sale?, _) = exact else { throw Broken(description: "\(exact)") }
      try expect(sale.quote, is: "quo_1")
      try expect(sale.purchase, is: quote.purchase)
      // One unit beside it is money without a quote, at today's price.
      let beside = try await ledger.admit(try shopRequest(book, "B", Amount(1_000_004)))
      guard case .recorded(.sold, let other?, _) = beside else { throw Broken(description: "\(beside)") }
      try expect(other.quote, is: nil)
      try expect(other.remainder, is: Amount(4))
    },
    Case("accounts are given to one quote each, the longest free one first") { suite in
      let ledger = try await suite.make()
      let accounts = (0..<3).map { Sample.account($0) }
      for number in 0..<3 {
        let quote = try await ledger.openOwn(
          "quo_\(number)",
          accounts,
          client: "c\(number)",
          nowMS: Sample.startMS + Int64(number)
        )
        try expect(quote.account, is: accounts[number])
        try expect(quote.ownsAccount, "it owns its account")
        try expect(quote.due, is: Amount(100))
      }
      try expect(try await ledger.askOwn("quo_9", accounts, client: "x", nowMS: Sample.startMS + 9), is: .tableFull)
      try expect(Set(try await ledger.ownedAccounts()), is: Set(accounts))
      let freeMS = Sample.startMS + lifeMS + Quote.reserveMS
      _ = try await ledger.expireQuotes(nowMS: freeMS - 1)
      try expect(try await ledger.askOwn("quo_9", accounts, client: "x", nowMS: freeMS - 1), is: .tableFull)
      try expect(try await ledger.openOwn("quo_9", accounts, client: "x", nowMS: freeMS).account, is: accounts[0])
      try expect(try await ledger.openOwn("quo_10", accounts, client: "x", nowMS: freeMS + 2).account, is: accounts[1])
      try expect(try await ledger.findOwner(of: accounts[1], nowMS: freeMS + 2), is: "quo_10")
      try expect(try await ledger.findOwner(of: Sample.account(7), nowMS: freeMS + 2), is: nil)
    },
  ]

  /// How long a quote counts here, milliseconds.
  static let lifeMS: Int64 = 900_000

  /// A wish for a quote.
  static func request(
    _ id: String,
    price: UInt64 = 100,
    client: String = "alice",
    share: QuoteRequest.Share? = nil,
    nowMS: Int64 = Sample.startMS,
    place: QuoteRequest.Place
  ) -> QuoteRequest {
    QuoteRequest(
      id: id,
      slot: Sample.slot,
      client: client,
      share: share,
      nowMS: nowMS,
      expiresAtMS: nowMS + lifeMS,
      price: Amount(UInt128(price)),
      purchase: Purchase(ms: 60_000, function: "wash"),
      priceVersion: 4,
      place: place
    )
  }

  private static var shopBook: SlotBook {
    SlotBook([
      Slot(
        id: Sample.slot,
        title: "Charger",
        pay: [
          Slot.PayOption(
            account: Sample.account(),
            price: .steps([Step(at: Amount(1_000_000), gives: Purchase(ms: 60_000))]),
            tellApart: .lowDigits
          )
        ],
        does: Slot.Effect(device: Sample.device, channel: 0)
      )
    ])
  }

  private static func shopRequest(_ book: SlotBook, _ transaction: String, _ amount: Amount) throws -> AdmissionRequest
  {
    AdmissionRequest(
      verified: Verified(Sample.payment(transaction, amount.units), isBeforeStart: false),
      nowMS: Sample.startMS,
      session: { _ in nil },
      decide: { try book.decide(on: $0, nowMS: Sample.startMS, view: $1) }
    )
  }
}

extension Ledger {
  /// Asks for a quote with this amount at a shared account.
  func ask(
    _ id: String,
    due: UInt64,
    price: UInt64 = 100,
    client: String = "alice",
    share: QuoteRequest.Share? = nil,
    account: Account = Sample.account(),
    nowMS: Int64 = Sample.startMS
  ) async throws -> QuoteAnswer {
    try await quote(
      LedgerConformance.request(
        id,
        price: price,
        client: client,
        share: share,
        nowMS: nowMS,
        place: .shared(account, choose: { _ in Amount(UInt128(due)) })
      )
    )
  }

  /// Asks for a quote with one of these accounts to itself.
  func askOwn(
    _ id: String,
    _ accounts: [Account],
    client: String = "alice",
    nowMS: Int64 = Sample.startMS
  ) async throws -> QuoteAnswer {
    try await quote(LedgerConformance.request(id, client: client, nowMS: nowMS, place: .own(accounts)))
  }

  /// Makes a quote with this amount at a shared account.
  func open(
    _ id: String,
    due: UInt64,
    price: UInt64 = 100,
    client: String = "alice",
    account: Account = Sample.account(),
    nowMS: Int64 = Sample.startMS,
    file: StaticString = #fileID,
    line: UInt = #line
  ) async throws -> Quote {
    let answer = try await ask(id, due: due, price: price, client: client, account: account, nowMS: nowMS)
    guard case .opened(let quote) = answer else {
      throw LedgerConformance.Broken(description: "\(file):\(line): \(answer) is no quote")
    }
    return quote
  }

  /// Makes a quote with one of these accounts to itself.
  func openOwn(
    _ id: String,
    _ accounts: [Account],
    client: String = "alice",
    nowMS: Int64 = Sample.startMS,
    file: StaticString = #fileID,
    line: UInt = #line
  ) async throws -> Quote {
    let answer = try await askOwn(id, accounts, client: client, nowMS: nowMS)
    guard case .opened(let quote) = answer else {
      throw LedgerConformance.Broken(description: "\(file):\(line): \(answer) is no quote")
    }
    return quote
  }

  /// The quote that a decision finds for an amount; nothing is recorded.
  fileprivate func find(due: UInt64, account: Account = Sample.account(), nowMS: Int64) async throws -> String? {
    try await look(nowMS: nowMS) { try $0.quote(on: account, due: Amount(UInt128(due)))?.id }
  }

  /// The quote that a decision finds to own an account; nothing is recorded.
  func findOwner(of account: Account, nowMS: Int64) async throws -> String? {
    try await look(nowMS: nowMS) { try $0.quote(owning: account)?.id }
  }
}
