import Coinslot
import Synchronization
import Testing

/// The suite itself: machines that break a promise must not pass it.
@Suite struct MachineConformanceTests {
  /// A machine in memory with one fault.
  private final class Faulty: Machine {
    enum Fault: CaseIterable { case repeatsAfterSilence, deniesAfterSilence, startsLate, forgetsWhatMayHaveHappened }

    let fault: Fault?
    let clock = RealClock(speed: 4)
    let play = Mutex(MachineRig.Play.obeys)
    let effects = Tally()

    init(_ fault: Fault?) { self.fault = fault }

    func obstacle() async -> String? { nil }

    func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
      if deed.mayHaveHappened, fault != .forgetsWhatMayHaveHappened { return .unknown("interrupted") }
      if clock.nowMS >= deed.deadlineMS, fault != .startsLate {
        return deed.mayHaveHappened ? .unknown("interrupted") : .notDone("too_late")
      }
      switch play.withLock({ $0 }) {
      case .refuses, .away: return .notDone("refused")
      case .obeys:
        effects.add()
        return .done
      case .obeysAndFallsSilent:
        effects.add()
        if fault == .repeatsAfterSilence { effects.add() }
        return fault == .deniesAfterSilence ? .notDone("away") : .unknown("no_answer")
      }
    }
  }

  private func check(_ fault: Faulty.Fault?) async throws {
    try await MachineConformance.check {
      let machine = Faulty(fault)
      return MachineRig(
        machine: machine,
        clock: machine.clock,
        play: { play in machine.play.withLock { $0 = play } },
        effects: { machine.effects.count },
        received: { "" }
      )
    }
  }

  @Test func aGoodMachinePasses() async throws { try await check(nil) }

  @Test(arguments: Faulty.Fault.allCases) private func aFaultIsFound(_ fault: Faulty.Fault) async throws {
    await withKnownIssue { try await check(fault) }
  }
}
