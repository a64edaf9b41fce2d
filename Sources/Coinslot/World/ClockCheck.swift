/// Judges the clocks, purely: the steady one we count by, the wall clock others may set, and what the ledger has seen.
///
/// A wrong clock must neither start a machine late nor end work whose answer is on its way.
public struct ClockCheck: Sendable {
  /// How often it wants to look, milliseconds.
  public static let everyMS: Int64 = 1_000
  /// A difference up to this much is no jump, milliseconds.
  public static let jumpMS: Int64 = 5_000
  /// How long nothing is ended for lack of an answer after a jump, milliseconds.
  public static let quietMS: Int64 = 60_000
  /// A wall clock further away than this stops sales, milliseconds.
  public static let troubleMS: Int64 = 60_000
  /// A step longer than this is never taken while running, milliseconds: one lie about the time must not close the shop
  /// until that day comes.
  public static let longestStepMS: Int64 = 86_400_000

  /// What was found.
  public struct Finding: Hashable, Sendable {
    /// Why nothing may be sold, in words for the operator; nil where the clock is fine.
    public var trouble: String?
    /// Whether the time we count by is known to be wrong, so that no deadline may be trusted.
    public var isAstray = false
    /// How far the time jumped since the last look, milliseconds; nil where it did not.
    public var jumpedMS: Int64?
    /// Whether our time should now be made to agree with the wall clock; trouble that stays after it is told too.
    public var shouldAdopt = false

    /// Nothing to say: all is well.
    public init() {}
  }

  /// When this version was made, wall-clock milliseconds: no earlier time can be right.
  private let releasedAtMS: Int64
  private var lastNowMS: Int64?
  private var lastAsideMS: Int64 = 0
  private var jumpedAtMS: Int64 = .min

  /// A check that has not looked yet.
  public init(releasedAtMS: Int64) { self.releasedAtMS = releasedAtMS }

  /// Looks at both clocks; `newestMS` is the newest moment the ledger has recorded.
  ///
  /// `isIdle` is whether nothing open counts on our time, so that it may be moved.
  public mutating func look(nowMS: Int64, wallMS: Int64, newestMS: Int64, isIdle: Bool) -> Finding {
    var finding = Finding()
    let asideMS = wallMS - nowMS
    if let lastNowMS {
      let sleptMS = max(0, nowMS - lastNowMS - Self.everyMS)
      let movedMS = asideMS - lastAsideMS
      let farMS = abs(movedMS) > sleptMS ? movedMS : sleptMS
      if abs(farMS) > Self.jumpMS {
        finding.jumpedMS = farMS
        jumpedAtMS = nowMS
      }
    }
    (lastNowMS, lastAsideMS) = (nowMS, asideMS)
    if wallMS < releasedAtMS {
      finding.trouble = "the clock shows a day before this version was made; set it"
      finding.isAstray = nowMS < releasedAtMS
    } else if nowMS < newestMS {
      // We started with a wrong clock: nothing open can be trusted, so a right one is taken at once.
      finding.trouble = "the clock is earlier than what was recorded already; set it"
      finding.isAstray = true
      finding.shouldAdopt = wallMS >= newestMS
    } else if abs(asideMS) > Self.jumpMS {
      let isSettled = nowMS >= jumpedAtMS.addingClamped(Self.quietMS)
      let isBelievable = abs(asideMS) <= Self.longestStepMS
      let isTrouble = abs(asideMS) > Self.troubleMS
      // Back, too, where it closes the shop: else what we record would stay ahead of the clock for ever. Until it has
      // passed the newest moment nothing is sold. A small step back harms nobody and is left alone.
      finding.shouldAdopt = isSettled && isIdle && isBelievable && (wallMS >= newestMS || isTrouble)
      finding.isAstray = finding.shouldAdopt && wallMS < newestMS
      if wallMS < newestMS, isTrouble {
        finding.trouble = "the clock was set back behind what was recorded; set it right, or wait until it is past that"
      } else if !isBelievable {
        finding.trouble = "the clock was set by more than a day while running; if it is right now, restart the server"
      } else if isTrouble {
        finding.trouble =
          "the clock was set by \(asideMS / 1_000) s while running; sales go on when running work has ended"
      }
    }
    if finding.shouldAdopt, wallMS >= newestMS {
      finding.trouble = nil
      finding.isAstray = false
    }
    return finding
  }
}
