import Coinslot
import Synchronization

/// A machine that is away when a test says so: then another one, with nobody behind it, is asked.
final class Switching: Machine {
  let isAway = Mutex(false)
  private let here: any Machine
  private let away: any Machine

  init(here: any Machine, away: any Machine) {
    self.here = here
    self.away = away
  }

  private var machine: any Machine { isAway.withLock { $0 } ? away : here }
  func obstacle() async -> String? { await machine.obstacle() }
  func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    await machine.carryOut(deed, started: started)
  }
}
