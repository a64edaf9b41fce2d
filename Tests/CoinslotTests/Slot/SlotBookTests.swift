import Coinslot
import Testing

@Suite struct SlotBookTests {
  func decide(_ verified: Verified, slots: [Slot] = [Fixture.slot()], view: FakeView = FakeView()) throws -> Decision {
    try SlotBook(slots).decide(on: verified, nowMS: Fixture.now, view: view)
  }

  @Test func anAmountBuysItsTime() throws {
    let decision = try decide(Fixture.paid("0.1"))
    guard case .sell(let sale) = decision else { Issue.record("\(decision)"); return }
    #expect(sale.purchase == Purchase(ms: 10 * minute))
    #expect(sale.work.channel == Fixture.channel)
    #expect(sale.work.command == Dispatch.Command(mode: .extend, ms: 10 * minute, once: true))
    #expect(sale.work.deadlineMS == Fixture.now - 1_000 + 600_000)
  }

  @Test(arguments: [
    ("0.09", HoldReason.underpaid), ("1.1", .overpaid),
  ])
  func badAmountsAreHeld(paid: String, reason: HoldReason) throws {
    #expect(try decide(Fixture.paid(paid)) == .hold(reason, slot: Fixture.slotID))
  }

  @Test func overpaymentUpToTwiceIsSoldWithItsRemainder() throws {
    guard case .sell(let sale) = try decide(Fixture.paid("0.7")) else { Issue.record("not sold"); return }
    #expect(sale.price == nano("0.5") && sale.remainder == nano("0.2"))
  }

  @Test func whatIsOlderThanWatchingDoesNothing() throws {
    #expect(try decide(Fixture.paid("0.1", beforeStart: true)) == .beforeStart)
  }

  @Test func whatIsFoundTooLateIsHeld() throws {
    #expect(try decide(Fixture.paid("0.1", ageMS: 600_000)) == .hold(.tooOld, slot: Fixture.slotID))
    guard case .sell = try decide(Fixture.paid("0.1", ageMS: 599_999)) else {
      Issue.record("still in its life"); return
    }
  }

  @Test func foreignAccountsAreHeldWithoutASlot() throws {
    let other = Account(chain: .nanoLive, canonical: "nano_other")
    #expect(try decide(Fixture.paid("0.1", to: other)) == .hold(.noSlot, slot: nil))
    let toy = Account(chain: .nanoSim, canonical: Fixture.account.address)
    #expect(try decide(Fixture.paid("0.1", to: toy)) == .hold(.noSlot, slot: nil))
  }

  @Test func closedSlotsHold() throws {
    #expect(
      try decide(Fixture.paid("0.1"), view: FakeView(closures: [Fixture.slotID: "paint is wet"]))
        == .hold(.closed, slot: Fixture.slotID)
    )
  }

  @Test(arguments: [Device.Standing?.none, .quarantined, .revoked])
  func devicesOutOfOrderHold(_ standing: Device.Standing?) throws {
    #expect(
      try decide(Fixture.paid("0.1"), view: FakeView(standing: standing)) == .hold(.deviceHeld, slot: Fixture.slotID)
    )
  }

  @Test func heldOutputsHold() throws {
    #expect(
      try decide(Fixture.paid("0.1"), view: FakeView(heldBecause: "look")) == .hold(.deviceHeld, slot: Fixture.slotID)
    )
  }

  @Test func fullQueuesHold() throws {
    let work = (0..<ChannelBounds.openWork).map { Fixture.dispatch(sequence: Int64($0)) }
    #expect(
      try decide(Fixture.paid("0.1"), view: FakeView(work: work)) == .hold(.queueFull, slot: Fixture.slotID)
    )
  }

  // A second payment while one runs

  static let running = [Fixture.dispatch(.accepted, number: 1)]

  @Test func extendAddsTime() throws {
    guard case .sell(let sale) = try decide(Fixture.paid("0.1"), view: FakeView(work: Self.running)) else {
      Issue.record("not sold"); return
    }
    #expect(sale.work.command.mode == .extend)
    #expect(sale.work.deadlineMS == Fixture.now - 1_000 + 600_000)
  }

  @Test func queueStartsAnewAndItsLifeCountsFromTheEndOfTheRun() throws {
    let slots = [Fixture.slot(running: .queue)]
    guard case .sell(let sale) = try decide(Fixture.paid("0.1"), slots: slots, view: FakeView(work: Self.running))
    else {
      Issue.record("not sold"); return
    }
    #expect(sale.work.command.mode == .new)
    #expect(sale.work.deadlineMS == Fixture.now + 600_000 + 600_000)
  }

  @Test func holdHolds() throws {
    let slots = [Fixture.slot(running: .hold)]
    #expect(
      try decide(Fixture.paid("0.1"), slots: slots, view: FakeView(work: Self.running))
        == .hold(.busy, slot: Fixture.slotID)
    )
    guard case .sell = try decide(Fixture.paid("0.1"), slots: slots) else { Issue.record("free, yet not sold"); return }
  }

  // Price change

  @Test func theKinderPriceOfTheLastTenMinutesCounts() throws {
    let dear = PriceRule.exact(Step(at: nano("0.1"), gives: Purchase(ms: minute)))
    let changedMS = Fixture.now - 300_000
    var view = FakeView(versions: [
      PriceVersion(number: 1, rule: Fixture.steps, fromMS: 0), PriceVersion(number: 2, rule: dear, fromMS: changedMS),
    ])
    guard case .sell(let sale) = try decide(Fixture.paid("0.1"), view: view) else { Issue.record("not sold"); return }
    #expect(sale.purchase.ms == 10 * minute)
    view.versions[1] = PriceVersion(number: 2, rule: dear, fromMS: Fixture.now - 601_001)
    guard case .sell(let later) = try decide(Fixture.paid("0.1"), view: view) else { Issue.record("not sold"); return }
    #expect(later.purchase.ms == minute)
  }
}
