import Coinslot
import Logging

/// Drives a relay with an off-timer: looks, switches, and after silence looks again.
///
/// `done` when the time is over that the relay accepted, or when nobody waits for that any more: it ends by its own
/// timer, so nobody needs to be there.
struct RelayMachine: Sendable {
  /// How long after silence the relay is asked what it did, milliseconds.
  static let doubtMS: Int64 = 15_000
  /// Two looks that prove that nothing happened lie at least so far apart, milliseconds.
  static let betweenMS: Int64 = 1_500

  let relay: any TimedRelay
  let clock: any Clock
  let logger: Logger
  private let lane = Lane(most: 32)

  init(_ relay: any TimedRelay, clock: any Clock, logger: Logger) {
    self.relay = relay
    self.clock = clock
    self.logger = logger
  }

  /// Why the relay cannot be asked; nil where it can.
  func obstacle(at output: UInt8) async -> String? {
    switch await relay.look(at: output, withinMS: 2_000) {
    case .seen: nil
    case .away: "the relay does not answer"
    case .notOurs: "another device answers at the relay's address"
    case .notAllowed: "the relay does not accept the password"
    case .odd: "what answers at the relay's address is no relay with this output"
    }
  }

  /// Switches for the deed's time.
  func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    let isStop = deed.command.mode == .stop
    guard let runMS = isStop ? 0 : relay.runMS(for: deed.command.ms) else { return .notDone(EndWord.cannot) }
    var leftMS: UInt64?
    var isFirst = true
    let end = await Tries(by: clock).end(of: deed) { _ in
      switch await lane.enter(by: deed.deadlineMS, clock) {
      case .full: return .refused(EndWord.full)
      case .tooLate: return .again(EndWord.away)
      case .turn: break
      }
      defer { lane.leave() }
      // Only before our own first try the question is what an earlier life did.
      let mayHaveHappened = isFirst && deed.mayHaveHappened
      let (step, runs) = await once(deed, runMS, mayHaveHappened: mayHaveHappened)
      if case .again = step {} else { isFirst = false }
      leftMS = runs
      return step
    }
    guard end == .done, let leftMS, !isStop else { return end }
    let endsAtMS = clock.nowMS.saturatingAdding(Int64(clamping: leftMS))
    await started(leftMS)
    while clock.nowMS < endsAtMS, !Task.isCancelled {
      await clock.pause(forMS: min(60_000, endsAtMS - clock.nowMS))
    }
    return .done
  }

  /// One try, with what is left to run where it runs now.
  private func once(_ deed: Deed, _ runMS: UInt64, mayHaveHappened: Bool) async -> (Tries.Step, UInt64?) {
    let output = deed.channel.number
    let state: RelayState
    switch await relay.look(at: output, withinMS: min(5_000, max(0, deed.deadlineMS - clock.nowMS))) {
    case .seen(let seen): state = seen
    case .away: return (.again(EndWord.away), nil)
    case .notOurs: return (.refused(EndWord.notOurs), nil)
    case .notAllowed: return (.refused(EndWord.notAllowed), nil)
    case .odd: return (.refused(EndWord.cannot), nil)
    }
    if mayHaveHappened, let known = afterRestart(deed, state, runMS) { return known }
    var wantedMS = runMS
    switch deed.command.mode {
    case .new where state.isOn: return (.again(EndWord.busy), nil)
    case .extend where state.isOn:
      guard let sum = relay.runMS(for: runMS &+ (state.leftMS ?? 0)) else { return (.refused(EndWord.cannot), nil) }
      wantedMS = sum
    case .new, .extend, .replace, .stop: break
    }
    let startMS = deed.deadlineMS - clock.nowMS
    guard startMS > 0 else { return (.again(EndWord.tooLate), nil) }
    let sentAtMS = clock.nowMS
    let isStop = deed.command.mode == .stop
    let word =
      if isStop { await relay.switchOff(output, startWithinMS: startMS) } else {
        await relay.switchOn(output, forMS: wantedMS, startWithinMS: startMS)
      }
    switch word {
    case .accepted: return (.ended(.done), wantedMS)
    case .refused: return (.refused(EndWord.refused), nil)
    case .notAllowed: return (.refused(EndWord.notAllowed), nil)
    case .away: return (.again(EndWord.away), nil)
    // To be off is the same however often it is said.
    case .unclear where isStop: return (.unclear(EndWord.noAnswer), nil)
    case .unclear: return await afterSilence(output, wantedMS, before: state, sentAtMS: sentAtMS)
    }
  }

  /// What is known of a deed that an earlier life of ours may have done; nil where it may be done now.
  private func afterRestart(_ deed: Deed, _ state: RelayState, _ runMS: UInt64) -> (Tries.Step, UInt64?)? {
    switch deed.command.mode {
    case .stop, .replace: return nil
    case .new where state.isOn && state.wholeMS == runMS:
      // It runs by the very timer that we would have set.
      return (.ended(.done), state.leftMS)
    case .new, .extend:
      // A run may have been and gone; only who rather runs twice than never runs now.
      return deed.command.once ? (.lost(EndWord.interrupted), nil) : nil
    }
  }

  /// Asks the relay what it did with an order that it did not answer.
  private func afterSilence(
    _ output: UInt8,
    _ wantedMS: UInt64,
    before: RelayState,
    sentAtMS: Int64
  ) async -> (Tries.Step, UInt64?) {
    var idleSinceMS: Int64?
    while clock.nowMS - sentAtMS < Self.doubtMS, !Task.isCancelled {
      if case .seen(let state) = await relay.look(at: output, withinMS: 3_000) {
        let nowMS = clock.nowMS
        if state.isOn, state.wholeMS == wantedMS, !before.isOn || before.wholeMS != wantedMS {
          return (.ended(.done), state.leftMS)
        }
        // Unchanged although the run would still be on, without a restart in between: it was not done. Twice, since an
        // order may still be on its way inside the device.
        let wouldRun = nowMS - sentAtMS < Int64(clamping: wantedMS)
        let isSteady = state.uptimeMS > nowMS - sentAtMS
        guard !state.isOn, !before.isOn, wouldRun, isSteady else { return (.lost(EndWord.noAnswer), nil) }
        if let idleSinceMS, nowMS - idleSinceMS >= Self.betweenMS { return (.again(EndWord.away), nil) }
        idleSinceMS = idleSinceMS ?? nowMS
      }
      await clock.pause(forMS: Self.betweenMS)
    }
    return (.lost(EndWord.noAnswer), nil)
  }
}
