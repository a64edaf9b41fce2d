import Coinslot

extension LedgerConformance {
  static let histories: [Case] = (1...6).map { seed in
    Case("every unit is accounted for after a random history (seed \(seed))") { suite in
      var history = History(seed: UInt64(seed), ledger: try await suite.make())
      try await history.begin()
      for round in 0..<5 {
        for _ in 0..<60 { try await history.step() }
        try await history.check()
        if round % 2 == 1 { history.ledger = try await suite.reopen(history.ledger) }
      }
      try await history.check()
    }
  }
}

/// A random life of a ledger, with what a bystander would remember of it.
private struct History {
  var ledger: any Ledger
  private var chance: SeededRandom
  private var nowMS = Sample.startMS
  private var epoch: SessionEpoch = 0
  private var boot: UInt64 = 1
  private var told: [PaymentID: Payment] = [:]
  private var quotes: [String] = []
  private var number = 0

  init(seed: UInt64, ledger: any Ledger) {
    self.ledger = ledger
    chance = SeededRandom(seed: seed)
  }

  mutating func begin() async throws { epoch = try await ledger.install() }

  mutating func step() async throws {
    nowMS += Int64.random(in: 0...20_000, using: &chance)
    switch Int.random(in: 0..<12, using: &chance) {
    case 0...4: try await pay()
    case 5: try await wish()
    case 6: try await offerNext()
    case 7...8: try await hearSomething()
    case 9: try await endSomething()
    case 10: try await greet()
    default: _ = try await ledger.expireQuotes(nowMS: nowMS)
    }
  }

  private mutating func pay() async throws {
    if let known = told.values.randomElement(using: &chance), Int.random(in: 0..<6, using: &chance) == 0 {
      try expect(try await ledger.admit(known, Sample.sell(), nowMS: nowMS), is: .duplicate)
      return
    }
    number += 1
    let account = Sample.account(Int.random(in: 0..<4, using: &chance))
    let units =
      UInt128(UInt64.random(in: 0...UInt64.max, using: &chance)) << UInt128(Int.random(in: 0..<60, using: &chance))
    var payment = Sample.payment("T\(number)", units, to: account, atMS: nowMS)
    let deadlineMS = nowMS + 60_000
    var decision: Decision
    switch Int.random(in: 0..<8, using: &chance) {
    case 0: decision = .hold(.underpaid, slot: Sample.slot)
    case 1: decision = .hold(.noSlot, slot: nil)
    case 2: decision = .beforeStart
    case 3, 4:
      let mode: Dispatch.Mode = Bool.random(using: &chance) ? .new : .extend
      decision = Sample.sell(Sample.work(mode, deadlineMS: deadlineMS))
    default:
      guard let id = quotes.randomElement(using: &chance), let quote = try await ledger.quote(id),
        quote.state != .paid
      else { return }
      payment = Sample.payment("T\(number)", UInt128.random(in: 1...60, using: &chance), to: quote.account, atMS: nowMS)
      let received = try need(quote.received.adding(payment.amount))
      decision =
        received >= quote.due
        ? Sample.sell(Sample.work(deadlineMS: deadlineMS), quote: id) : .part(quote: id, received: received)
    }
    let isCrowded = try await ledger.openWork(on: Sample.channel).count >= ChannelBounds.openWork
    if isCrowded, case .sell(let draft) = decision, draft.quote == nil {
      decision = .hold(.queueFull, slot: Sample.slot)
    }
    let session: SessionEpoch? = Bool.random(using: &chance) ? epoch : nil
    let admission = try await ledger.admit(payment, decision, nowMS: nowMS, epoch: session)
    guard case .recorded = admission else { throw LedgerConformance.Broken(description: "\(admission)") }
    told[payment.id] = payment
  }

  private mutating func wish() async throws {
    let id = "quo_\(number)_\(quotes.count)"
    let answer = try await ledger.quote(
      QuoteRequest(
        id: id,
        slot: Sample.slot,
        client: "client\(Int.random(in: 0..<20, using: &chance))",
        nowMS: nowMS,
        expiresAtMS: nowMS + 300_000,
        price: Amount(100),
        purchase: Purchase(ms: 60_000),
        priceVersion: 1,
        place: .own((10..<40).map { Sample.account($0) })
      )
    )
    if case .opened = answer { quotes.append(id) }
  }

  private mutating func offerNext() async throws {
    let waiting = try await ledger.openWork(on: Sample.channel).filter { $0.state == .waiting }
    guard let dispatch = waiting.randomElement(using: &chance) else { return }
    _ = try await ledger.offer(dispatch.id, epoch: epoch, nowMS: nowMS)
  }

  private mutating func hearSomething() async throws {
    let next = try await ledger.channels(of: Sample.device).first?.next ?? 1
    guard next > 1, let word = Answer.Word.allCases.randomElement(using: &chance) else { return }
    let lowest = next > 6 ? next - 6 : 1
    _ = try await ledger.hear(word, UInt64.random(in: lowest..<next, using: &chance), leftMS: 1_000, nowMS: nowMS)
  }

  private mutating func endSomething() async throws {
    let open = try await ledger.openWork(on: Sample.channel)
    let outcomes: [Outcome] = [.done, .partly, .expired, .failed, .unknown, .sent]
    guard let dispatch = open.randomElement(using: &chance), let outcome = outcomes.randomElement(using: &chance)
    else { return }
    _ = try await ledger.end(dispatch.id, outcome, "chance", nowMS: nowMS)
  }

  private mutating func greet() async throws {
    boot += UInt64.random(in: 0...1, using: &chance)
    let channel = try await ledger.channels(of: Sample.device).first ?? Channel(id: Sample.channel)
    let says = ["idle", "running", "done", "unknown"].randomElement(using: &chance) ?? "idle"
    let command = UInt64.random(in: channel.acknowledged...max(channel.acknowledged, channel.next - 1), using: &chance)
    epoch = try await ledger.greet(
      boot: boot,
      outputs: [OutputState(number: 0, command: command, says: says, leftMS: 500)],
      nowMS: nowMS
    )
  }

  /// Holds the books against memory and against themselves.
  func check() async throws {
    var received: [Account: UInt128] = [:]
    for payment in told.values { received[payment.account, default: 0] += payment.amount.units }
    for (account, sum) in received {
      let pots = try await ledger.sums(of: account)
      try expect(pots.values.reduce(0) { $0 + $1.units }, is: sum, "\(account)")
    }
    var records: [PaymentRecord] = []
    var cursor: String?
    repeat {
      let page = try await ledger.payments(Page(cursor: cursor, limit: 200), account: nil)
      records += page.data
      cursor = page.next
    } while cursor != nil
    try expect(Set(records.map(\.payment)), is: Set(told.values))
    var numbers: Set<UInt64> = []
    for record in records {
      guard let id = record.sale else {
        try expect([.held, .part, .beforeStart].contains(record.standing), "\(record)")
        continue
      }
      let sale = try need(try await ledger.sale(id))
      try expect(record.standing, is: Standing(saleOutcome: sale.outcome), "\(sale)")
      guard sale.payment == record.payment.id, sale.purchase != nil else { continue }
      let dispatch = try need(try await ledger.dispatch(of: id))
      try expect(dispatch.outcome == nil, is: dispatch.isOpen)
      try expect(sale.following(dispatch), is: sale, "\(dispatch)")
      if let number = dispatch.number { try expect(numbers.insert(number).inserted, "\(number) was given twice") }
    }
    let events = try await ledger.allEvents()
    try expect(events.map(\.sequence), is: Array(1...(try await ledger.newestEvent())))
    let open = try await ledger.openWork(on: Sample.channel)
    try expect(open.map(\.sequence), is: open.map(\.sequence).sorted())
    try expect(try await ledger.newestMoment() ?? 0 <= nowMS, "the newest moment lies ahead")
  }
}
