package import Coinslot
package import Logging
import Synchronization

/// Keeps an eye on the clocks: stops sales while they cannot be trusted, and lets answers arrive after a jump before
/// work is given up.
package final class ClockWatch: Sendable {
  private struct State {
    var check: ClockCheck
    var isAstray = false
    var quietUntilMS = Int64.min
    var toldTrouble: String?
  }
  private let state: Mutex<State>
  private let clock: any Clock
  private let ledger: any Ledger
  private let obstacles: Obstacles
  private let log: Logger

  /// A watch that writes what it finds into `obstacles`.
  package init(clock: any Clock, ledger: any Ledger, obstacles: Obstacles, releasedAtMS: Int64, log: Logger) {
    state = Mutex(State(check: ClockCheck(releasedAtMS: releasedAtMS)))
    self.clock = clock
    self.ledger = ledger
    self.obstacles = obstacles
    self.log = log
  }

  /// Whether work may be handed to machines: our time is not known to be wrong.
  package var mayOffer: Bool { state.withLock { !$0.isAstray } }

  /// Until when nothing is ended for lack of an answer, wall-clock milliseconds.
  package var quietUntilMS: Int64 { state.withLock { $0.quietUntilMS } }

  /// Looks once.
  package func look() async {
    let nowMS = clock.nowMS, wallMS = clock.wallMS
    do {
      // A clock that is well is the rule, and then nobody is asked.
      let isAside = abs(wallMS - nowMS) > ClockCheck.jumpMS || obstacles[.clock] != nil
      let newestMS = isAside ? try await ledger.newestMoment() ?? .min : .min
      let isIdle = isAside ? try await ledger.busyChannels().isEmpty : true
      act(on: state.withLock { $0.check.look(nowMS: nowMS, wallMS: wallMS, newestMS: newestMS, isIdle: isIdle) })
    } catch {
      log.error("clock could not be compared with the ledger", metadata: ["error": "\(error)"])
    }
  }

  /// Looks before anything is sold; a clock that is behind by moments is waited for.
  ///
  /// - Throws: What the ledger throws.
  package func begin() async throws {
    let newestMS = try await ledger.newestMoment() ?? .min
    if clock.nowMS < newestMS, newestMS - clock.nowMS <= ClockCheck.jumpMS {
      await clock.pause(forMS: newestMS - clock.nowMS + 1)
    }
    let nowMS = clock.nowMS, wallMS = clock.wallMS
    act(on: state.withLock { $0.check.look(nowMS: nowMS, wallMS: wallMS, newestMS: newestMS, isIdle: true) })
  }

  /// Works until cancelled.
  package func run() async {
    while !Task.isCancelled {
      await clock.pause(forMS: ClockCheck.everyMS)
      await look()
    }
  }

  private func act(on finding: ClockCheck.Finding) {
    if finding.shouldAdopt {
      let byMS = clock.wallMS - clock.nowMS
      clock.adoptWall()
      log.notice("our time now agrees with the clock", metadata: ["clock.moved.ms": "\(byMS)"])
    }
    let trouble = finding.trouble
    obstacles[.clock] = trouble
    let nowMS = clock.nowMS
    let isNews = state.withLock { state in
      state.isAstray = trouble != nil && finding.isAstray
      if finding.jumpedMS != nil || finding.shouldAdopt { state.quietUntilMS = nowMS + ClockCheck.quietMS }
      defer { state.toldTrouble = trouble }
      return (state.toldTrouble == nil) != (trouble == nil)
    }
    if let jumpedMS = finding.jumpedMS {
      log.warning("time jumped; nothing is given up for a minute", metadata: ["clock.jumped.ms": "\(jumpedMS)"])
    }
    guard isNews else { return }
    if let trouble {
      log.critical("clock cannot be trusted; nothing is sold", metadata: ["reason": "\(trouble)"])
    } else {
      log.notice("clock is well again")
    }
  }
}
