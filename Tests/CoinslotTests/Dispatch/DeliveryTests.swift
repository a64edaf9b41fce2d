import Coinslot
import TestKit
import Testing

@Suite struct DeliveryTests {
  let now = Fixture.now

  @Test func waitingIsOfferedWhenTheDeviceIsThereAndFree() {
    let dispatch = Fixture.dispatch()
    #expect(Delivery.next(dispatch, nowMS: now, isPresent: true, isFree: true) == .offer)
    #expect(Delivery.next(dispatch, nowMS: now, isPresent: false, isFree: true) == .sleep(untilMS: now + 600_000))
    #expect(Delivery.next(dispatch, nowMS: now, isPresent: true, isFree: false) == .sleep(untilMS: now + 600_000))
  }

  @Test func neverOfferedAndTooLateIsExpiredWithProof() {
    let dispatch = Fixture.dispatch(deadlineInMS: 0)
    guard case .record(let next) = Delivery.next(dispatch, nowMS: now, isPresent: true, isFree: true) else {
      Issue.record("not ended"); return
    }
    #expect(next.outcome == .expired && next.state == .settled)
  }

  @Test func offeredAndTooLateIsDoubtNotExpired() {
    let dispatch = Fixture.dispatch(.offered, number: 1, deadlineInMS: 0)
    guard case .record(let next) = Delivery.next(dispatch, nowMS: now, isPresent: true, isFree: false) else {
      Issue.record("not ended"); return
    }
    #expect(next.state == .doubt && next.outcome == nil)
    #expect(Delivery.next(next, nowMS: now, isPresent: true, isFree: false) == .send)
    guard case .record(let end) = Delivery.next(next, nowMS: now + 600_000, isPresent: true, isFree: false) else {
      Issue.record("doubt without end"); return
    }
    #expect(end.outcome == .unknown)
  }

  @Test func pausesGrowAndAreBounded() {
    var dispatch = Fixture.dispatch(.offered, number: 1)
    var pauses: [Int64] = []
    for _ in 0..<20 {
      dispatch = Delivery.sent(dispatch, nowMS: now)
      pauses.append(dispatch.nextAtMS - now)
    }
    #expect(pauses == pauses.sorted())
    #expect(pauses.allSatisfy { $0 >= Delivery.firstPauseMS && $0 <= Delivery.longestPauseMS })
  }

  func answer(_ word: Answer.Word, left: UInt64? = nil) -> Answer {
    Answer(channel: Fixture.channel, number: 1, word: word, leftMS: left)
  }

  @Test(arguments: [
    (Answer.Word.accepted, Dispatch.State.accepted, Outcome?.none), (.done, .settled, .done),
    (.failed, .settled, .failed), (.expired, .settled, .expired), (.passed, .settled, .unknown),
    (.conflict, .settled, .unknown), (.unknown, .settled, .unknown), (.partly, .settled, .partly),
  ])
  func wordsMean(word: Answer.Word, state: Dispatch.State, outcome: Outcome?) {
    for from in [Dispatch.State.offered, .doubt] {
      let next = Delivery.heard(answer(word), for: Fixture.dispatch(from, number: 1), nowMS: now)
      #expect(next?.state == state && next?.outcome == outcome)
    }
  }

  @Test func aLateWordCorrectsWhatWasGuessed() {
    let guessed = Fixture.dispatch(.doubt, number: 1).ended(.unknown, "no_answer", atMS: now)
    let next = Delivery.heard(answer(.accepted, left: 5), for: guessed, nowMS: now)
    #expect(next?.state == .accepted && next?.outcome == nil && next?.leftMS == 5)
    #expect(Delivery.heard(answer(.expired), for: guessed, nowMS: now)?.outcome == .expired)
  }

  @Test(arguments: [Answer.Word.failed, .expired, .unknown, .passed, .busy, .stale])
  func whatIsDoneStaysDone(_ word: Answer.Word) {
    let done = Fixture.dispatch(.accepted, number: 1).ended(.done, nil, atMS: now)
    #expect(Delivery.heard(answer(word), for: done, nowMS: now) == nil)
  }

  /// A copy of the device can still say that a run which was stopped ended by itself.
  @Test(arguments: Answer.Word.allCases) func whatWasStoppedStaysPartly(_ word: Answer.Word) {
    var stopped = Fixture.dispatch(.accepted, number: 1).ended(.partly, "stopped", atMS: now)
    stopped.acceptedAtMS = now
    stopped.leftMS = 7
    #expect((Delivery.heard(answer(word), for: stopped, nowMS: now) ?? stopped).outcome == .partly)
  }

  @Test func whatStartedCannotBeSaidNotToHave() {
    #expect(Delivery.heard(answer(.expired), for: Fixture.dispatch(.accepted, number: 1), nowMS: now) == nil)
  }

  @Test func whatStartedAndThenFailedRanPartly() {
    let next = Delivery.heard(answer(.failed, left: 7), for: Fixture.dispatch(.accepted, number: 1), nowMS: now)
    #expect(next?.outcome == .partly && next?.reason == "device_failed" && next?.leftMS == 7)
  }

  @Test func staleIsSentAgainAtOnceAndBusyLater() {
    var dispatch = Fixture.dispatch(.offered, number: 1)
    dispatch.nextAtMS = now + 9_000
    #expect(Delivery.heard(answer(.stale), for: dispatch, nowMS: now)?.nextAtMS == now)
    #expect((Delivery.heard(answer(.busy), for: dispatch, nowMS: now)?.nextAtMS ?? 0) > now)
  }

  /// Whatever words and ticks come in whatever order, work ends, and an end that proves "not run" never follows a start.
  @Test(arguments: 0..<500)
  func alwaysEndsAndNeverForgetsAStart(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var dispatch = Fixture.dispatch()
    var clock = now
    var hasStarted = false
    for _ in 0..<60 {
      clock += Int64.random(in: 0...60_000, using: &random)
      if dispatch.number != nil, Bool.random(using: &random),
        let word = Answer.Word.allCases.randomElement(using: &random)
      {
        hasStarted = hasStarted || word == .accepted || word == .done
        dispatch = Delivery.heard(answer(word), for: dispatch, nowMS: clock) ?? dispatch
      }
      switch Delivery.next(dispatch, nowMS: clock, isPresent: Bool.random(using: &random), isFree: true) {
      case .offer:
        dispatch.number = 1
        dispatch.state = .offered
        dispatch = Delivery.sent(dispatch, nowMS: clock)
      case .send: dispatch = Delivery.sent(dispatch, nowMS: clock)
      case .record(let next): dispatch = next
      case .nothing, .sleep: break
      }
      if hasStarted, dispatch.acceptedAtMS != nil {
        #expect(dispatch.outcome != .expired && dispatch.outcome != .failed)
      }
    }
    let end = clock + 100_000_000
    for _ in 0..<4 {
      if case .record(let next) = Delivery.next(dispatch, nowMS: end, isPresent: false, isFree: false) {
        dispatch = next
      }
    }
    #expect(dispatch.state == .settled && dispatch.outcome != nil)
  }
}
