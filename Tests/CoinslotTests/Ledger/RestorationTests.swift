import Coinslot
import Testing

/// What a restore makes of open work.
@Suite struct RestorationTests {
  @Test(arguments: Dispatch.State.allCases) func endsWhatIsOpenByWhatCanBeKnown(_ state: Dispatch.State) {
    let number: UInt64? = state == .waiting ? nil : 4
    let before = Fixture.dispatch(state, number: number)
    let after = Restoration.ended(before, atMS: Fixture.now + 9)
    guard state != .settled else { return #expect(after == before) }
    #expect(after.state == .settled)
    #expect(after.outcome == (state == .waiting ? .held : .unknown))
    #expect(after.reason == "restored")
    #expect(after.endedAtMS == Fixture.now + 9)
    #expect(after.number == number)
    // The device's own word still corrects what has a number.
    let word = Answer(channel: Fixture.channel, number: 4, word: .done)
    let corrected = Delivery.heard(word, for: after, nowMS: Fixture.now + 10)
    if state != .waiting { #expect(corrected?.outcome == .done) }
  }
}
