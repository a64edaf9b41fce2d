import Coinslot
import Testing

@Suite struct ChannelWorkTests {
  let now = Fixture.now

  @Test func oneUnansweredNumberBlocksTheOutput() {
    let waiting = Fixture.dispatch(sequence: 2)
    for state in [Dispatch.State.offered, .doubt] {
      #expect(!ChannelWork.isFree(for: waiting, among: [Fixture.dispatch(state, number: 1), waiting]))
    }
    #expect(ChannelWork.isFree(for: waiting, among: [waiting]))
  }

  @Test func newWaitsForTheEndAndExtendDoesNot() {
    let running = Fixture.dispatch(.accepted, number: 1)
    #expect(!ChannelWork.isFree(for: Fixture.dispatch(sequence: 2, mode: .new), among: [running]))
    #expect(ChannelWork.isFree(for: Fixture.dispatch(sequence: 2, mode: .extend), among: [running]))
  }

  @Test func theLineIsServedInOrderButAStopWaitsForNobody() {
    let first = Fixture.dispatch(sequence: 1), second = Fixture.dispatch(sequence: 2)
    #expect(!ChannelWork.isFree(for: second, among: [first, second]))
    #expect(ChannelWork.isFree(for: Fixture.dispatch(sequence: 3, mode: .stop), among: [first, second]))
  }

  @Test(arguments: [Dispatch.State.offered, .doubt]) func aStopWaitsForNoAnswerButAnotherStops(
    _ state: Dispatch.State
  ) {
    let stop = Fixture.dispatch(sequence: 2, mode: .stop)
    #expect(ChannelWork.isFree(for: stop, among: [Fixture.dispatch(state, number: 1), stop]))
    #expect(!ChannelWork.isFree(for: stop, among: [Fixture.dispatch(state, number: 1, mode: .stop), stop]))
  }

  @Test func aRunThatAStopOvertookEndsUnknownWhenTheDeviceHasPassedIt() {
    let work = [
      Fixture.dispatch(.offered, number: 1), Fixture.dispatch(.offered, number: 2, sequence: 2, mode: .stop),
    ]
    let stopped = Answer(channel: Fixture.channel, number: 2, word: .done, leftMS: 0)
    #expect(ChannelWork.heard(stopped, among: work, nowMS: now).map(\.outcome) == [.done])
    let passed = Answer(channel: Fixture.channel, number: 1, word: .passed)
    #expect(ChannelWork.heard(passed, among: work, nowMS: now).map(\.outcome) == [.unknown])
  }

  @Test func theEndOfTheNewestEndsWhatItExtended() {
    let work = [
      Fixture.dispatch(.accepted, number: 1), Fixture.dispatch(.accepted, number: 2, sequence: 2, mode: .extend),
    ]
    let answer = Answer(channel: Fixture.channel, number: 2, word: .done)
    #expect(ChannelWork.heard(answer, among: work, nowMS: now).map(\.outcome) == [.done, .done])
  }

  /// The device took the extension, but its answer was lost; then the server told it to stay off.
  @Test(arguments: [Answer.Word.partly, .done])
  func theEndOfAnUnheardExtensionEndsWhatItExtended(_ word: Answer.Word) {
    let work = [
      Fixture.dispatch(.accepted, number: 1), Fixture.dispatch(.offered, number: 2, sequence: 2, mode: .extend),
    ]
    let answer = Answer(channel: Fixture.channel, number: 2, word: word, leftMS: 5)
    let outcome: Outcome = word == .done ? .done : .partly
    #expect(ChannelWork.heard(answer, among: work, nowMS: now).map(\.outcome) == [outcome, outcome])
  }

  @Test func aStopLeavesWhatRanPartly() {
    let work = [
      Fixture.dispatch(.accepted, number: 1), Fixture.dispatch(.offered, number: 2, sequence: 2, mode: .stop),
    ]
    let answer = Answer(channel: Fixture.channel, number: 2, word: .done, leftMS: 250_000)
    let changed = ChannelWork.heard(answer, among: work, nowMS: now)
    #expect(changed.map(\.outcome) == [.done, .partly])
    #expect(changed.last?.leftMS == 250_000)
  }

  @Test func aStopWhoseAnswerWasLostIsHeardInThePing() {
    let work = [
      Fixture.dispatch(.accepted, number: 1), Fixture.dispatch(.offered, number: 2, sequence: 2, mode: .stop),
    ]
    let shown = OutputState(number: 0, command: 2, says: "stopped", leftMS: 250_000)
    #expect(ChannelWork.shown(shown, on: Fixture.channel, among: work, nowMS: now).map(\.outcome) == [.done, .partly])
  }

  @Test func aLowerNumberProvesNothing() {
    let shown = OutputState(number: 0, command: 4, says: "idle", leftMS: nil)
    // The ping may have been on its way since before the run arrived.
    let late = Fixture.dispatch(.doubt, number: 5, deadlineInMS: 0)
    #expect(ChannelWork.shown(shown, on: Fixture.channel, among: [late], nowMS: now).isEmpty)
  }

  @Test func aPingHealsALostAnswer() {
    let shown = OutputState(number: 0, command: 5, says: "running", leftMS: 99)
    let changed = ChannelWork.shown(
      shown,
      on: Fixture.channel,
      among: [Fixture.dispatch(.offered, number: 5)],
      nowMS: now
    )
    #expect(changed.map(\.state) == [.accepted] && changed.first?.leftMS == 99)
  }
}
