import Coinslot
import Testing

/// Payments that answer a quote.
@Suite struct QuoteDecisionTests {
  let shared = SlotBook([Fixture.slot(tellApart: .lowDigits)])
  let owning = SlotBook([Fixture.slot(tellApart: .ownAccount, quoteAccounts: [Fixture.own])])

  @Test func theExactAmountBuysWhatWasQuoted() throws {
    let view = FakeView(quotes: [Fixture.quote(due: "0.100007")])
    let decision = try shared.decide(on: Fixture.paid("0.100007"), nowMS: Fixture.now, view: view)
    guard case .sell(let sale) = decision else { Issue.record("\(decision)"); return }
    #expect(sale.quote == "quo_1" && sale.purchase.ms == 33 * minute && sale.price == nano("0.1"))
    #expect(sale.remainder == .zero)
  }

  @Test func anotherAmountAtTheMachineBuysByTheTable() throws {
    let view = FakeView(quotes: [Fixture.quote(due: "0.100007")])
    let decision = try shared.decide(on: Fixture.paid("0.100008"), nowMS: Fixture.now, view: view)
    guard case .sell(let sale) = decision else { Issue.record("\(decision)"); return }
    #expect(sale.quote == nil && sale.purchase.ms == 10 * minute)
  }

  @Test func aPaidQuoteIsNotPaidAgain() throws {
    let view = FakeView(quotes: [Fixture.quote(due: "0.100007", state: .paid)])
    let decision = try shared.decide(on: Fixture.paid("0.100007"), nowMS: Fixture.now, view: view)
    guard case .sell(let sale) = decision else { Issue.record("\(decision)"); return }
    #expect(sale.quote == nil)
  }

  @Test func partsAddUpOnlyAtAnAccountOfOnesOwn() throws {
    var quote = Fixture.quote(due: "0.1", account: Fixture.own, owns: true)
    let paid = Fixture.paid("0.04", to: Fixture.own)
    let first = try owning.decide(on: paid, nowMS: Fixture.now, view: FakeView(quotes: [quote]))
    #expect(first == .part(quote: "quo_1", received: nano("0.04")))
    quote.received = nano("0.04")
    let rest = Fixture.paid("0.06", to: Fixture.own)
    let second = try owning.decide(on: rest, nowMS: Fixture.now, view: FakeView(quotes: [quote]))
    guard case .sell(let sale) = second else { Issue.record("\(second)"); return }
    #expect(sale.quote == "quo_1" && sale.remainder == .zero)
    // The same two payments at a shared account stay two payments.
    let apart = try shared.decide(on: Fixture.paid("0.04"), nowMS: Fixture.now, view: FakeView())
    #expect(apart == .hold(.underpaid, slot: Fixture.slotID))
  }

  @Test func moreThanTwiceTheQuoteIsHeld() throws {
    let quote = Fixture.quote(due: "0.1", account: Fixture.own, owns: true)
    let paid = Fixture.paid("0.21", to: Fixture.own)
    #expect(
      try owning.decide(on: paid, nowMS: Fixture.now, view: FakeView(quotes: [quote]))
        == .hold(.overpaid, slot: Fixture.slotID, quote: "quo_1")
    )
  }

  @Test func aSecondPartThatOverpaysIsHeldWithTheFirst() throws {
    let quote = Fixture.quote(due: "0.1", account: Fixture.own, owns: true, received: "0.05")
    let view = FakeView(quotes: [quote])
    let much = Fixture.paid("0.16", to: Fixture.own)
    #expect(
      try owning.decide(on: much, nowMS: Fixture.now, view: view)
        == .hold(.overpaid, slot: Fixture.slotID, quote: "quo_1")
    )
    let fits = Fixture.paid("0.15", to: Fixture.own)
    guard case .sell = try owning.decide(on: fits, nowMS: Fixture.now, view: view) else {
      Issue.record("twice the price is not too much"); return
    }
  }

  @Test(arguments: [Quote.State.paid, .held]) func aQuoteThatEndedTakesNoMoreMoney(_ state: Quote.State) throws {
    let quote = Fixture.quote(due: "0.1", account: Fixture.own, owns: true, received: "0.1", state: state)
    let paid = Fixture.paid("0.1", to: Fixture.own)
    #expect(
      try owning.decide(on: paid, nowMS: Fixture.now, view: FakeView(quotes: [quote]))
        == .hold(.noSlot, slot: Fixture.slotID)
    )
  }

  @Test func theLastPartOfAQuoteAtAClosedSlotIsHeldWithTheOthers() throws {
    let quote = Fixture.quote(due: "0.1", account: Fixture.own, owns: true, received: "0.05")
    let view = FakeView(quotes: [quote], closures: [Fixture.slotID: "painting"])
    let paid = Fixture.paid("0.05", to: Fixture.own)
    #expect(
      try owning.decide(on: paid, nowMS: Fixture.now, view: view)
        == .hold(.closed, slot: Fixture.slotID, quote: "quo_1")
    )
  }

  @Test func moneyAtAQuoteAccountWithoutAQuoteIsHeld() throws {
    let paid = Fixture.paid("0.1", to: Fixture.own)
    #expect(
      try owning.decide(on: paid, nowMS: Fixture.now, view: FakeView()) == .hold(.noSlot, slot: Fixture.slotID)
    )
  }

  @Test func paidInTimeButFoundLaterStillCounts() throws {
    let quote = Fixture.quote(due: "0.100007", endsInMS: -500, state: .expired)
    let paid = Fixture.paid("0.100007", ageMS: 1_000)
    guard case .sell(let sale) = try shared.decide(on: paid, nowMS: Fixture.now, view: FakeView(quotes: [quote])) else {
      Issue.record("not sold"); return
    }
    #expect(sale.quote == "quo_1")
  }

  @Test func paidAfterTheEndBuysByTodaysTableAtTheMachine() throws {
    let quote = Fixture.quote(due: "0.100007", endsInMS: -5_000, state: .expired)
    let paid = Fixture.paid("0.100007", ageMS: 1_000)
    guard case .sell(let sale) = try shared.decide(on: paid, nowMS: Fixture.now, view: FakeView(quotes: [quote])) else {
      Issue.record("not sold"); return
    }
    #expect(sale.quote == nil && sale.purchase.ms == 10 * minute)
  }

  @Test func twoSlotsAtOneAccountAreToldApartByTheOneWithoutQuotes() throws {
    let open = Fixture.slot("open"), quoted = Fixture.slot("charger", tellApart: .lowDigits)
    let book = SlotBook([open, quoted])
    guard case .sell(let sale) = try book.decide(on: Fixture.paid("0.1"), nowMS: Fixture.now, view: FakeView()) else {
      Issue.record("not sold"); return
    }
    #expect(sale.slot == open.id)
    let both = SlotBook([Fixture.slot("one"), Fixture.slot("two")])
    #expect(try both.decide(on: Fixture.paid("0.1"), nowMS: Fixture.now, view: FakeView()) == .hold(.noSlot, slot: nil))
  }

  @Test func everyAmountIsHeardAtAnAccountOfOnesOwn() {
    #expect(owning.watched[Fixture.own] == Amount(1))
    #expect(owning.watched[Fixture.account] == nano("0.1"))
  }
}
