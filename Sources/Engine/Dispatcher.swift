package import Coinslot
package import Logging

/// Carries out what the ledger says must happen, output by output.
///
/// The rows are the truth: each turn reads an output's open work, asks `Delivery` what is next, commits, and only then
/// acts. Wake-ups are a courtesy; a timer finds what they miss, and a restart resumes from the rows.
package actor Dispatcher: DeviceEars {
  /// How long an output may sleep at most before it is looked at again, milliseconds.
  static let longestSleepMS: Int64 = 30_000

  private let ledger: any Ledger
  private let actuator: any Actuator
  private let clock: any Clock
  private let watch: ClockWatch
  private let log: Logger
  private let bell = Bell()
  /// When each output with open work must be looked at.
  private var dueMS: [ChannelID: Int64] = [:]
  /// Outputs being served now; true where something happened meanwhile and they must be served again.
  private var serving: [ChannelID: Bool] = [:]

  /// A dispatcher that acts through `actuator`.
  package init(ledger: any Ledger, actuator: any Actuator, clock: any Clock, watch: ClockWatch, log: Logger) {
    self.ledger = ledger
    self.actuator = actuator
    self.clock = clock
    self.watch = watch
    self.log = log
  }

  /// Resumes what was open, then works until cancelled.
  package func run() async {
    while !Task.isCancelled {
      do {
        for channel in try await ledger.busyChannels() { dueMS[channel] = clock.nowMS }
        break
      } catch {
        log.error("open work could not be read", metadata: ["error": "\(error)"])
        await clock.pause(forMS: 1_000)
      }
    }
    while !Task.isCancelled {
      let rings = bell.rings
      let now = clock.nowMS
      for channel in dueMS.filter({ $0.value <= now && serving[$0.key] == nil }).keys { await serve(channel) }
      // Who is being served rings when its turn ends; to look at it before that would be busy waiting.
      let idle = dueMS.filter { serving[$0.key] == nil }.values.min() ?? .max
      let next = min(idle, clock.nowMS + Self.longestSleepMS)
      await bell.wait(past: rings, atMost: max(0, next - clock.nowMS), by: clock)
    }
  }

  /// Takes work that was just committed; where its number came with the commit it leaves at once.
  package func take(_ dispatch: Dispatch) async {
    if dispatch.state == .offered {
      await send(dispatch)
      wake(dispatch.channel, atMS: dispatch.nextAtMS)
    } else {
      await serve(dispatch.channel)
    }
  }

  @discardableResult
  package func heard(_ answer: Answer) async -> Bool {
    do {
      let changed = try await ledger.revise(answer.channel, naming: answer.number, nowMS: clock.nowMS) { [clock] work in
        ChannelWork.heard(answer, among: work, nowMS: clock.nowMS)
      }
      changed.forEach(tell)
      if !changed.isEmpty { await serve(answer.channel) }
      return true
    } catch {
      log.error(
        "answer could not be recorded",
        metadata: ["device.id": "\(answer.channel.device)", "error": "\(error)"]
      )
      return false
    }
  }

  /// A change that was committed elsewhere (a greeting, a ping) touches these outputs.
  package func arrived(_ device: DeviceID) async {
    do {
      for channel in try await ledger.busyChannels() where channel.device == device { await serve(channel) }
    } catch {
      log.error("open work could not be read", metadata: ["device.id": "\(device)", "error": "\(error)"])
    }
  }

  package func departed(_ device: DeviceID, lastSeenMS: Int64) async {
    do {
      _ = try await ledger.change(device, nowMS: clock.nowMS) { $0.lastSeenMS = max($0.lastSeenMS ?? 0, lastSeenMS) }
    } catch {
      log.error("last sign of a device could not be kept", metadata: ["device.id": "\(device)", "error": "\(error)"])
    }
  }

  /// One output's turn; turns of the same output never overlap.
  private func serve(_ channel: ChannelID) async {
    guard serving[channel] == nil else {
      serving[channel] = true
      return
    }
    repeat {
      serving[channel] = false
      await turn(channel)
    } while serving[channel] == true
    serving[channel] = nil
  }

  private func turn(_ channel: ChannelID) async {
    var wakeMS = Int64.max
    do {
      let work = try await ledger.openWork(on: channel)
      for dispatch in work {
        let session = actuator.session(of: channel.device)
        let action = Delivery.next(
          dispatch,
          nowMS: clock.nowMS,
          isPresent: session != nil,
          isFree: ChannelWork.isFree(for: dispatch, among: work)
        )
        switch action {
        case .offer where !watch.mayOffer, .send where !watch.mayOffer:
          wakeMS = min(wakeMS, clock.nowMS + ClockCheck.everyMS)
        case .record where clock.nowMS < watch.quietUntilMS: wakeMS = min(wakeMS, watch.quietUntilMS)
        case .nothing: break
        case .sleep(let untilMS): wakeMS = min(wakeMS, untilMS)
        case .offer:
          guard let session else { break }
          guard let offered = try await ledger.offer(dispatch.id, epoch: session, nowMS: clock.nowMS) else { break }
          await send(offered)
          serving[channel] = true
        case .send:
          let nowMS = clock.nowMS
          let again = try await change(dispatch.id, on: channel) { Delivery.sent($0, nowMS: nowMS) }
          if let again, again.isUnanswered { await send(again) }
          serving[channel] = true
        case .record(let next):
          // Decided on a row that may have changed since: decide again inside the transaction.
          let (clock, isPresent) = (clock, session != nil)
          let recorded = try await change(dispatch.id, on: channel) { row in
            let action = Delivery.next(row, nowMS: clock.nowMS, isPresent: isPresent, isFree: false)
            if case .record(let next) = action { return next }
            return nil
          }
          if let recorded { tell(recorded) }
          if next.state != .settled || recorded != nil { serving[channel] = true }
        }
      }
      if work.isEmpty {
        dueMS[channel] = nil
        return
      }
    } catch {
      log.error("output could not be served", metadata: ["channel": "\(channel)", "error": "\(error)"])
      wakeMS = clock.nowMS + 1_000
    }
    dueMS[channel] = min(wakeMS, clock.nowMS + Self.longestSleepMS)
    bell.ring()
  }

  private func change(
    _ id: DispatchID,
    on channel: ChannelID,
    _ change: @escaping @Sendable (Dispatch) -> Dispatch?
  ) async throws -> Dispatch? {
    try await ledger.revise(channel, naming: nil, nowMS: clock.nowMS) { work in
      guard let row = work.first(where: { $0.id == id }), let next = change(row) else { return [] }
      return [next]
    }.first
  }

  private func send(_ dispatch: Dispatch) async {
    guard let epoch = actuator.session(of: dispatch.channel.device), let order = Order(dispatch, epoch: epoch) else {
      return
    }
    let performance = await actuator.perform(order)
    log.debug(
      "work handed to the device",
      metadata: [
        "dispatch.id": "\(dispatch.id)", "device.id": "\(dispatch.channel.device)",
        "dispatch.attempt": "\(dispatch.attempts)", "performance": "\(performance)",
      ]
    )
  }

  private func tell(_ dispatch: Dispatch) {
    guard let outcome = dispatch.outcome else { return }
    log.notice(
      "work ended",
      metadata: [
        "dispatch.id": "\(dispatch.id)", "device.id": "\(dispatch.channel.device)", "outcome": "\(outcome.rawValue)",
        "reason": "\(dispatch.reason ?? "-")", "dispatch.attempt": "\(dispatch.attempts)",
      ]
    )
  }

  private func wake(_ channel: ChannelID, atMS: Int64) {
    dueMS[channel] = min(dueMS[channel] ?? .max, atMS)
    bell.ring()
  }
}
