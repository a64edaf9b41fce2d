import Coinslot
import Testing

/// Payments that were made before the ledger was restored, and that it does not know.
@Suite struct RestoreDecisionTests {
  private func decide(_ book: SlotBook, _ paid: Verified, restoredAtMS: Int64?, quotes: [Quote] = []) throws -> Decision
  {
    try book.decide(
      on: paid,
      nowMS: Fixture.now,
      view: FakeView(quotes: quotes, restoredAtMS: restoredAtMS)
    )
  }

  @Test(arguments: [-1_000, 0, 1, 500_000] as [Int64]) func isHeldByTheMillisecond(_ offset: Int64) throws {
    let paid = Fixture.paid("0.1", ageMS: 1_000)
    let decision = try decide(
      SlotBook([Fixture.slot()]),
      paid,
      restoredAtMS: paid.payment.earliestAtMS + offset
    )
    if offset > 0 {
      #expect(decision == .hold(.foundAfterRestore, slot: Fixture.slotID))
    } else if case .sell = decision {
    } else {
      Issue.record("\(decision)")
    }
  }

  @Test func isHeldWithItsQuote() throws {
    let book = SlotBook([Fixture.slot(tellApart: .ownAccount, quoteAccounts: [Fixture.own])])
    let quote = Fixture.quote(due: "0.1", account: Fixture.own, owns: true)
    // Neither a whole payment nor a part of one counts.
    for amount in ["0.1", "0.04", "0.9"] {
      let decision = try decide(
        book,
        Fixture.paid(amount, to: Fixture.own),
        restoredAtMS: Fixture.now,
        quotes: [quote]
      )
      #expect(decision == .hold(.foundAfterRestore, slot: Fixture.slotID, quote: "quo_1"))
    }
  }

  @Test func withoutASlotItIsHeldAllTheSame() throws {
    let both = SlotBook([Fixture.slot("one"), Fixture.slot("two")])
    #expect(
      try decide(both, Fixture.paid("0.1"), restoredAtMS: Fixture.now) == .hold(.foundAfterRestore, slot: nil)
    )
  }

  @Test func fromBeforeOurWatchingItStaysThat() throws {
    let paid = Fixture.paid("0.1", beforeStart: true)
    #expect(try decide(SlotBook([Fixture.slot()]), paid, restoredAtMS: Fixture.now) == .beforeStart)
  }
}
