public import Coinslot
public import Logging
import Primitives
import Sockets

/// A car that is told what to do through Tesla's signing proxy (`tesla-http-proxy`).
///
/// The output is the command (`TeslaCommand`). One command goes to the car at a time. A command is sent again only where
/// the answer proves that the car did not get it; after silence only those are that change nothing by being repeated.
///
/// ## On failure
/// Nothing of a plain command is kept here: after a restart one that may have happened is unknown, unless it can be
/// repeated. Drives are kept in their store and end locked.
public final class TeslaCar: Machine {
  /// Times that the car is woken for one deed.
  static let mostWakes = 3
  /// The pause between two looks at a car that wakes up, milliseconds.
  static let lookMS: Int64 = 3_000

  let proxy: TeslaProxy
  let drives: any TeslaDriveStore
  let clock: any Clock
  let logger: Logger
  private let lane = Lane(most: 16)

  /// A car as it is set up.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(
    _ settings: TeslaSettings,
    keyring: TeslaKeyring,
    drives: any TeslaDriveStore,
    clock: any Clock,
    logger: Logger
  ) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    proxy = TeslaProxy(
      endpoint: try MachineURL.endpoint(settings.url, key: "url"),
      vin: settings.vin,
      keyring: keyring,
      http: OutgoingHTTP(
        rule: AddressRule(allowsPrivate: true),
        trust: settings.trustedCAFile.map { .file($0) } ?? .system
      )
    )
    self.drives = drives
    self.clock = clock
    self.logger = logger
  }

  /// Whether the owner's tokens are good; the car itself is left to sleep.
  public func obstacle() async -> String? { await proxy.keyring.obstacle() }

  /// Tells the car, waking it where it sleeps.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    guard let command = TeslaCommand(rawValue: deed.channel.number) else { return .notDone(EndWord.cannot) }
    if command == .letDrive { return await letDrive(deed, started: started) }
    guard deed.command.mode != .stop else { return .notDone(EndWord.cannot) }
    return await tell(command, deed.id, by: deed.deadlineMS, mayHaveHappened: deed.mayHaveHappened)
  }

  /// One command, until it ends.
  func tell(
    _ command: TeslaCommand,
    _ id: DispatchID,
    by deadlineMS: Int64,
    mayHaveHappened: Bool = false
  ) async -> DeedEnd {
    guard !mayHaveHappened || command.isRepeatable else { return .unknown(EndWord.interrupted) }
    var wakes = 0
    return await Tries(by: clock).end(by: deadlineMS, mayHaveHappened: mayHaveHappened) { _ in
      switch await lane.enter(by: deadlineMS, clock) {
      case .full: return .refused(EndWord.full)
      case .tooLate: return .again(EndWord.away)
      case .turn: break
      }
      defer { lane.leave() }
      let result = await proxy.ask(.post, "/command/\(command.name)", command.body) { deadlineMS - clock.nowMS }
      let (step, isAsleep) = step(result, command, id)
      if isAsleep {
        guard wakes < Self.mostWakes else { return .refused(EndWord.away) }
        wakes += 1
        await wake(by: deadlineMS)
      }
      return step
    }
  }

  private func step(_ result: TeslaProxy.Result, _ command: TeslaCommand, _ id: DispatchID) -> (Tries.Step, Bool) {
    let doubt: Tries.Step = command.isRepeatable ? .unclear(EndWord.noAnswer) : .lost(EndWord.noAnswer)
    func note(_ why: String) {
      logger.debug("the car did not obey", metadata: ["dispatch.id": "\(id)", "reason": "\(why)"])
    }
    switch result {
    case .noToken(let failure):
      note(failure.words)
      if case .notAllowed = failure { return (.refused(EndWord.notAllowed), false) }
      return (.again(EndWord.away), false)
    case .failed(let failure):
      note(failure.words)
      if case .notSent = failure { return (.again(EndWord.away), false) }
      return (doubt, false)
    case .answered(let reply):
      let verdict = TeslaVerdict(reply)
      if verdict != .done { note("\(verdict), status \(reply.status)") }
      switch verdict {
      case .done: return (.ended(.done), false)
      case .refused: return (.refused(EndWord.refused), false)
      case .asleep: return (.again(EndWord.away), true)
      case .tokenOld, .configuration, .otherRegion: return (.refused(EndWord.notAllowed), false)
      case .wait(let ms): return (.again(EndWord.away, afterMS: ms), false)
      case .unknown: return (doubt, false)
      }
    }
  }

  /// Wakes the car and waits until it is online, or until the moment passes.
  private func wake(by deadlineMS: Int64) async {
    guard case .answered = await proxy.ask(.post, "/wake_up", [:], startWithinMS: { deadlineMS - clock.nowMS }) else {
      return
    }
    while clock.nowMS < deadlineMS, !Task.isCancelled {
      if case .answered(let reply) = await proxy.ask(.get, "", startWithinMS: { deadlineMS - clock.nowMS }),
        let json = try? JSONValue(parsing: reply.body), json["response"]?["state"]?.string == "online"
      {
        return
      }
      await clock.pause(forMS: min(Self.lookMS, max(0, deadlineMS - clock.nowMS)))
    }
  }
}
