package import Coinslot

/// Tries a deed until it ends or its time is over, and draws the honest conclusion.
package struct Tries: Sendable {
  /// The pause after the first try, milliseconds; it doubles.
  package static let firstPauseMS: Int64 = 500
  /// The longest pause, milliseconds.
  package static let longestPauseMS: Int64 = 15_000

  /// What one try showed.
  package enum Step: Hashable, Sendable {
    /// The machine says that it happened, or that it has been handed over.
    case ended(DeedEnd)
    /// It is proved that this try did nothing, and another may.
    case again(String, afterMS: Int64? = nil)
    /// The machine says no, and will say so again.
    case refused(String)
    /// This try may have done it, and doing it again changes nothing.
    case unclear(String, afterMS: Int64? = nil)
    /// This try may have done it, and doing it again might do it twice.
    case lost(String)
  }

  private let clock: any Clock

  /// Tries by a clock.
  package init(by clock: any Clock) { self.clock = clock }

  /// Calls `attempt` with the milliseconds in which it must start, until it ends.
  ///
  /// A deed that may have happened before (`mayHaveHappened`) ends as not done under no circumstances.
  package func end(of deed: Deed, _ attempt: (_ startWithinMS: Int64) async -> Step) async -> DeedEnd {
    await end(by: deed.deadlineMS, mayHaveHappened: deed.mayHaveHappened, attempt)
  }

  /// The same for what is no deed of its own.
  package func end(
    by deadlineMS: Int64,
    mayHaveHappened: Bool,
    _ attempt: (_ startWithinMS: Int64) async -> Step
  ) async -> DeedEnd {
    var mayHaveHappened = mayHaveHappened
    var word: String?
    var pauseMS = Self.firstPauseMS
    func end(_ reason: String) -> DeedEnd { mayHaveHappened ? .unknown(reason) : .notDone(reason) }
    while true {
      let leftMS = deadlineMS - clock.nowMS
      guard leftMS > 0 else { return end(word ?? EndWord.tooLate) }
      // Who asks for no more is told what is known so far.
      guard !Task.isCancelled else { return end(EndWord.interrupted) }
      let afterMS: Int64?
      switch await attempt(leftMS) {
      case .ended(let end): return end
      case .refused(let reason): return end(reason)
      case .lost(let reason): return .unknown(reason)
      case .again(let reason, let wantedMS): (word, afterMS) = (reason, wantedMS)
      case .unclear(let reason, let wantedMS):
        mayHaveHappened = true
        (word, afterMS) = (reason, wantedMS)
      }
      let waitMS = max(afterMS ?? 0, pauseMS)
      pauseMS = min(pauseMS * 2, Self.longestPauseMS)
      // What may only start after the deadline need not be waited for.
      guard clock.nowMS.saturatingAdding(waitMS) < deadlineMS else {
        return end(word ?? EndWord.tooLate)
      }
      await clock.pause(forMS: waitMS)
    }
  }
}
