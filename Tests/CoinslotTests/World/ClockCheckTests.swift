import Coinslot
import Testing

@Suite struct ClockCheckTests {
  let start: Int64 = 1_800_000_000_000
  let released: Int64 = 1_700_000_000_000

  /// A check that looked once at a clock without fault.
  func check() -> ClockCheck {
    var check = ClockCheck(releasedAtMS: released)
    #expect(check.look(nowMS: start, wallMS: start, newestMS: .min, isIdle: true) == ClockCheck.Finding())
    return check
  }

  @Test func aClockThatGoesOnIsFine() {
    var check = check()
    for second in 1...10 {
      let now = start + Int64(second) * 1_000
      #expect(check.look(nowMS: now, wallMS: now + 20, newestMS: now, isIdle: false) == ClockCheck.Finding())
    }
  }

  @Test func aClockEarlierThanTheLedgerIsAstrayUntilItIsSetRight() {
    var check = ClockCheck(releasedAtMS: released)
    let first = check.look(nowMS: start - 60_000, wallMS: start - 60_000, newestMS: start, isIdle: false)
    #expect(first.trouble != nil && first.isAstray && !first.shouldAdopt)
    let right = check.look(nowMS: start - 59_000, wallMS: start + 5, newestMS: start, isIdle: false)
    #expect(right.shouldAdopt)
    let after = check.look(nowMS: start + 1_000, wallMS: start + 1_000, newestMS: start, isIdle: false)
    #expect(after.trouble == nil && !after.isAstray)
  }

  @Test func aDayBeforeTheReleaseCannotBeRight() {
    var check = ClockCheck(releasedAtMS: released)
    let finding = check.look(nowMS: 0, wallMS: 0, newestMS: .min, isIdle: true)
    #expect(finding.trouble != nil && finding.isAstray && !finding.shouldAdopt)
  }

  @Test func aClockSetForwardStopsSalesUntilWorkHasEndedAndAMinutePassed() {
    var check = check()
    let now = start + 1_000
    let jump = check.look(nowMS: now, wallMS: now + 3_600_000, newestMS: now, isIdle: false)
    #expect(jump.jumpedMS == 3_600_000 && jump.trouble != nil && !jump.isAstray && !jump.shouldAdopt)
    var later = start
    for second in 2...62 {
      later = start + Int64(second) * 1_000
      let finding = check.look(nowMS: later, wallMS: later + 3_600_000, newestMS: later, isIdle: false)
      #expect(finding.jumpedMS == nil && !finding.shouldAdopt)
    }
    #expect(check.look(nowMS: later + 1, wallMS: later + 3_600_001, newestMS: later, isIdle: true).shouldAdopt)
  }

  @Test func aStepOfMoreThanADayIsNotTakenWhileRunning() {
    var check = check()
    for second in 1...120 {
      let now = start + Int64(second) * 1_000
      let finding = check.look(nowMS: now, wallMS: now + 90_000_000, newestMS: now, isIdle: true)
      #expect(finding.trouble != nil && !finding.shouldAdopt && !finding.isAstray)
    }
  }

  /// Else what is recorded would stay ahead of the clock, and the shop closed, until somebody starts the server anew.
  @Test func aClockSetBackIsTakenWhenWorkHasEndedAndSellsNothingUntilItIsPast() {
    var check = check()
    let backMS: Int64 = 90_000
    var now = start
    for second in 1...120 {
      now = start + Int64(second) * 1_000
      let isIdle = second > 100
      let finding = check.look(nowMS: now, wallMS: now - backMS, newestMS: now, isIdle: isIdle)
      #expect(finding.trouble != nil && finding.shouldAdopt == isIdle && finding.isAstray == isIdle)
      if isIdle { break }
    }
    // Our time is the clock's from now on; what was recorded is ahead of it.
    let newest = now
    now -= backMS
    for _ in 1...90 {
      let finding = check.look(nowMS: now, wallMS: now, newestMS: newest, isIdle: true)
      #expect(finding.trouble != nil && finding.isAstray && !finding.shouldAdopt)
      now += 1_000
    }
    #expect(check.look(nowMS: now, wallMS: now, newestMS: newest, isIdle: true).trouble == nil)
  }

  @Test func aSmallStepBackClosesNothingAndIsNotTaken() {
    var check = check()
    for second in 1...120 {
      let now = start + Int64(second) * 1_000
      let finding = check.look(nowMS: now, wallMS: now - 30_000, newestMS: now, isIdle: true)
      #expect(finding.trouble == nil && !finding.isAstray && !finding.shouldAdopt)
    }
  }

  @Test func aClockSetBackByMoreThanADayIsNotTaken() {
    var check = check()
    for second in 1...120 {
      let now = start + Int64(second) * 1_000
      let finding = check.look(nowMS: now, wallMS: now - 90_000_000, newestMS: now, isIdle: true)
      #expect(finding.trouble != nil && !finding.shouldAdopt)
    }
  }

  @Test(arguments: [(5_900, false), (7_000, true), (61_000, true)]) func aLongSleepIsAJump(
    _ sleptMS: Int64,
    _ isJump: Bool
  ) {
    var check = check()
    let now = start + sleptMS
    let finding = check.look(nowMS: now, wallMS: now, newestMS: start, isIdle: true)
    #expect((finding.jumpedMS != nil) == isJump)
    #expect(finding.trouble == nil)
  }
}
