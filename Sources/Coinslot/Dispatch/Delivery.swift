/// The life of a dispatch, decided purely: what is next, and what an answer means.
///
/// Never started after its life, never twice, and every end is visible:
/// ```
/// waiting ──offer──▶ offered ──accepted──▶ accepted ──done──▶ settled(done)
///    │ deadline         │ deadline             │ no word long after its end
///    ▼                  ▼                      ▼
/// settled(expired)    doubt ──doubtMS──▶ settled(unknown)   ◀── an answer still corrects it
/// ```
public enum Delivery {
  /// The first pause before sending again, milliseconds; it doubles up to `longestPauseMS`.
  public static let firstPauseMS: Int64 = 1_000
  /// The longest pause, milliseconds.
  public static let longestPauseMS: Int64 = 15_000
  /// How long after a run should have ended its `done` may take, milliseconds.
  public static let endGraceMS: Int64 = 60_000

  /// What the dispatcher must do next.
  public enum Action: Hashable, Sendable {
    /// Nothing, ever.
    case nothing
    /// Nothing before this moment, unless something happens.
    case sleep(untilMS: Int64)
    /// Commit a number, then send.
    case offer
    /// Send what was offered once more.
    case send
    /// Commit this end or this new state.
    case record(Dispatch)
  }

  /// What is next for `dispatch`.
  ///
  /// `isPresent` is whether the device is connected; `isFree` whether the output may take a new command: no number
  /// unanswered there, and nothing running where the work wants to start anew.
  public static func next(_ dispatch: Dispatch, nowMS: Int64, isPresent: Bool, isFree: Bool) -> Action {
    switch dispatch.state {
    case .settled: return .nothing
    case .waiting:
      if nowMS >= dispatch.deadlineMS { return .record(dispatch.ended(.expired, "never_offered", atMS: nowMS)) }
      return isPresent && isFree ? .offer : .sleep(untilMS: dispatch.deadlineMS)
    case .offered:
      if nowMS >= dispatch.deadlineMS { return .record(dispatch.doubted(nowMS: nowMS)) }
      guard isPresent else { return .sleep(untilMS: dispatch.deadlineMS) }
      return nowMS >= dispatch.nextAtMS ? .send : .sleep(untilMS: min(dispatch.nextAtMS, dispatch.deadlineMS))
    case .doubt:
      let end = dispatch.deadlineMS.addingClamped(dispatch.doubtMS)
      if nowMS >= end { return .record(dispatch.ended(.unknown, "no_answer", atMS: nowMS)) }
      guard isPresent else { return .sleep(untilMS: end) }
      return nowMS >= dispatch.nextAtMS ? .send : .sleep(untilMS: min(dispatch.nextAtMS, end))
    case .accepted:
      let end = (dispatch.endsAtMS ?? nowMS).addingClamped(dispatch.doubtMS).addingClamped(endGraceMS)
      if nowMS >= end { return .record(dispatch.ended(.unknown, "end_not_heard", atMS: nowMS)) }
      return .sleep(untilMS: end)
    }
  }

  /// The dispatch after it was handed to the wire once more.
  public static func sent(_ dispatch: Dispatch, nowMS: Int64) -> Dispatch {
    var next = dispatch
    next.attempts += 1
    let doublings = min(max(0, next.attempts - 1), 6)
    next.nextAtMS = nowMS.addingClamped(min(firstPauseMS << Int64(doublings), longestPauseMS))
    return next
  }

  /// The dispatch after the device's word, accepted in every state; nil where the word changes nothing.
  public static func heard(_ answer: Answer, for dispatch: Dispatch, nowMS: Int64) -> Dispatch? {
    var next = dispatch
    switch answer.word {
    case .accepted:
      // A run that was called expired or unknown and yet started is corrected: the device knows best.
      if dispatch.outcome == .done || dispatch.outcome == .partly { return nil }
      next.state = .accepted
      next.acceptedAtMS = dispatch.acceptedAtMS ?? nowMS
      next.leftMS = answer.leftMS ?? dispatch.leftMS ?? dispatch.command.ms
      next.leftAtMS = nowMS
      next.outcome = nil
      next.reason = nil
      next.endedAtMS = nil
    case .done:
      // A run that was stopped stays so: only a copy of the device can still say that it ended by itself.
      if dispatch.outcome == .done || dispatch.outcome == .partly { return nil }
      next = dispatch.ended(.done, nil, atMS: nowMS)
      next.acceptedAtMS = dispatch.acceptedAtMS ?? nowMS
      next.leftMS = 0
    case .partly:
      if dispatch.state == .settled && dispatch.outcome == .done { return nil }
      next = dispatch.ended(.partly, "stopped", atMS: nowMS)
      // What is given in part has started, and so has what it was added to.
      next.acceptedAtMS = dispatch.acceptedAtMS ?? nowMS
      next.leftMS = answer.leftMS ?? dispatch.leftMS
    case .failed where dispatch.state == .accepted:
      // It started and stopped on the way: what is left was not given.
      next = dispatch.ended(.partly, "device_failed", atMS: nowMS)
      next.leftMS = answer.leftMS ?? dispatch.leftMS
    case .failed, .expired:
      // Once started, a run cannot be said never to have happened.
      guard dispatch.acceptedAtMS == nil, dispatch.state != .settled || dispatch.outcome == .unknown else { return nil }
      next = dispatch.ended(
        answer.word == .failed ? .failed : .expired,
        answer.reason ?? "device_said",
        atMS: nowMS
      )
    case .sent:
      guard dispatch.state != .settled else { return nil }
      next = dispatch.ended(.sent, nil, atMS: nowMS)
    case .busy:
      guard dispatch.state == .offered else { return nil }
      next.nextAtMS = nowMS.addingClamped(firstPauseMS * 5)
    case .stale:
      guard dispatch.state == .offered || dispatch.state == .doubt else { return nil }
      next.nextAtMS = nowMS
    case .passed, .conflict, .unknown:
      guard dispatch.state != .settled else { return nil }
      next = dispatch.ended(.unknown, answer.reason ?? "device_\(answer.word.rawValue)", atMS: nowMS)
    }
    return next == dispatch ? nil : next
  }
}

/// What a device says about one number on one output.
public struct Answer: Hashable, Sendable {
  /// The output.
  public let channel: ChannelID
  /// The number.
  public let number: UInt64
  /// The word.
  public let word: Word
  /// What is left to run, milliseconds.
  public let leftMS: UInt64?
  /// Why, in a word, where a machine of ours knows more than the word says.
  public let reason: String?

  /// The device's words.
  public enum Word: String, Hashable, Sendable, CaseIterable {
    case accepted, done, partly, failed, busy, expired, stale, passed, conflict, unknown
    /// It left for something that cannot answer.
    case sent
  }

  /// A word about a number.
  public init(channel: ChannelID, number: UInt64, word: Word, leftMS: UInt64? = nil, reason: String? = nil) {
    self.reason = reason
    self.channel = channel
    self.number = number
    self.word = word
    self.leftMS = leftMS
  }
}

extension Dispatch {
  /// This work with what may change in its life taken from `wish`; its number is given once and stays.
  func moved(as wish: Dispatch) -> Dispatch {
    var next = self
    next.state = wish.state
    next.attempts = wish.attempts
    next.nextAtMS = wish.nextAtMS
    next.acceptedAtMS = wish.acceptedAtMS
    next.leftMS = wish.leftMS
    next.leftAtMS = wish.leftAtMS
    next.outcome = wish.outcome
    next.reason = wish.reason
    next.endedAtMS = wish.endedAtMS
    return next
  }

  /// The same work, ended.
  public func ended(_ outcome: Outcome, _ reason: String?, atMS now: Int64) -> Dispatch {
    var next = self
    next.state = .settled
    next.outcome = outcome
    next.reason = reason
    next.endedAtMS = now
    return next
  }

  fileprivate func doubted(nowMS: Int64) -> Dispatch {
    var next = self
    next.state = .doubt
    next.nextAtMS = nowMS
    return next
  }
}

extension Int64 {
  /// The sum, held at the ends of the range.
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
