public import Coinslot
import Primitives
import Synchronization

/// A machine behind a broker, with a small language of its own.
///
/// We publish to `coinslot/<device>/<output>/command`, never retained:
/// `{"id":…,"mode":"new|extend|replace|stop","ms":…,"once":…,"deadline_ms":…,"life_ms":…,"slot":…,"function":…,
/// "amount":…,"asset":…,"comment":…}`. It must not start after `deadline_ms` (wall clock) and, without a clock, not
/// later than `life_ms` after it came. The machine answers to `coinslot/<device>/<output>/answer`:
/// `{"id":…,"word":"accepted|done|failed|busy|expired|unknown","left_ms":…}`, and keeps `online` or `offline` retained in
/// `coinslot/<device>/availability`. It must answer an id that it knows with what became of it, and not do it again.
///
/// ## On failure
/// Nothing is kept here: after a restart the same id is sent again, and the machine says what became of it. One that
/// cannot answer (`answers: false`) gets a command once, and it ends as `sent`.
public final class MQTTMachine: Machine {
  /// How long after the deadline, or after a run's end, an answer may take, milliseconds.
  static let graceMS: Int64 = 10_000
  /// Deeds that may wait for answers at once.
  static let most = 64

  private let broker: MQTTBroker
  private let device: String
  private let answers: Bool
  private let state = Mutex(State())
  private let bell = Bell()

  private struct State {
    var isOnline: Bool?
    var heard: [String: MQTTAnswer] = [:]
    var awaited: [String: Int] = [:]
  }

  /// A machine of a broker; to be made before the broker runs.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(_ settings: MQTTMachineSettings, broker: MQTTBroker) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    self.broker = broker
    device = settings.device
    answers = settings.answers
    broker.listen(to: "coinslot/\(device)/availability") { [weak self] in self?.heardAvailability($0.payload) }
    broker.listen(to: "coinslot/\(device)/+/answer") { [weak self] in self?.heardAnswer($0.payload) }
    guard let prefix = broker.settings.discoveryPrefix else { return }
    let discovery = MQTTDiscovery(settings, broker.settings)
    let announce: @Sendable () -> Void = { [weak broker] in
      guard let broker else { return }
      // Nobody waits for an announcement: with the next connection it is made again.
      Task {
        let untilMS = broker.clock.nowMS + 60_000
        _ = await broker.publish(to: discovery.topic, retained: true, untilMS: untilMS) { _ in discovery.payload }
      }
    }
    broker.whenOnline(announce)
    broker.listen(to: "\(prefix)/status") { if $0.payload == Array("online".utf8) { announce() } }
  }

  /// Whether the broker is there, and whether the machine says that it is.
  public func obstacle() async -> String? {
    if let trouble = broker.trouble { return trouble }
    return state.withLock { $0.isOnline } == false ? "the machine is not connected to the broker" : nil
  }

  /// Publishes the command and waits for the machine's word.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    let end = await command(deed, started)
    tell(deed, end)
    return end
  }

  private func command(_ deed: Deed, _ started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    guard answers || !deed.mayHaveHappened else { return .unknown(EndWord.interrupted) }
    let id = deed.id.rawValue
    guard expect(id) else { return deed.mayHaveHappened ? .unknown(EndWord.full) : .notDone(EndWord.full) }
    defer { forget(id) }
    let topic = "coinslot/\(device)/\(deed.channel.number)/command"
    var hasStarted = false
    return await Tries(by: broker.clock).end(of: deed) { _ in
      // An answer to an earlier try must not be taken for one to this.
      state.withLock { _ = $0.heard.removeValue(forKey: id) }
      async let delivery = broker.publish(to: topic, untilMS: deed.deadlineMS) { nowMS in
        MQTTCommand.payload(of: deed, atMS: nowMS)
      }
      guard answers else { return Self.step(await delivery, ifItArrived: .ended(.sent)) }
      // With a word of the machine nobody waits for the broker's any more.
      if let verdict = await hear(deed, &hasStarted, started) { return verdict }
      return Self.step(await delivery, ifItArrived: .lost(EndWord.noAnswer))
    }
  }

  private static func step(_ delivery: MQTTBroker.Delivery, ifItArrived step: Tries.Step) -> Tries.Step {
    switch delivery {
    case .acknowledged: step
    case .mayHaveArrived: .lost(EndWord.noAnswer)
    case .neverSent: .again(EndWord.away)
    case .full: .refused(EndWord.full)
    }
  }

  /// What the machine says; nil where it says nothing in its time.
  private func hear(
    _ deed: Deed,
    _ hasStarted: inout Bool,
    _ started: @Sendable (_ leftMS: UInt64) async -> Void
  ) async -> Tries.Step? {
    let clock = broker.clock
    var untilMS = deed.deadlineMS.saturatingAdding(Self.graceMS)
    while !Task.isCancelled {
      let rings = bell.rings
      let answer = state.withLock { $0.heard.removeValue(forKey: deed.id.rawValue) }
      switch answer?.word {
      case .done?: return .ended(.done)
      case .failed?: return hasStarted ? .lost(EndWord.failed) : .refused(EndWord.failed)
      case .busy?: return .again(EndWord.busy)
      case .expired?: return .refused(EndWord.tooLate)
      case .unknown?: return .lost(EndWord.interrupted)
      case .accepted?:
        let leftMS = answer?.leftMS ?? deed.command.ms
        untilMS = clock.nowMS.saturatingAdding(Int64(clamping: leftMS)).saturatingAdding(Self.graceMS)
        if !hasStarted {
          hasStarted = true
          await started(leftMS)
        }
        continue
      case nil: break
      }
      guard clock.nowMS < untilMS else { return hasStarted ? .lost(EndWord.noAnswer) : nil }
      // What never left will get no answer.
      let pauseMS = min(untilMS - clock.nowMS, hasStarted ? .max : 1_000)
      await wait(past: rings, atMostMS: pauseMS)
      if !hasStarted, broker.trouble != nil, clock.nowMS >= deed.deadlineMS { return nil }
    }
    return hasStarted ? .lost(EndWord.interrupted) : nil
  }

  private func wait(past rings: UInt64, atMostMS: Int64) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [bell] in await bell.wait(past: rings) }
      group.addTask { [clock = broker.clock] in await clock.pause(forMS: atMostMS) }
      await group.next()
      group.cancelAll()
    }
  }

  private func expect(_ id: String) -> Bool {
    state.withLock { state in
      guard state.awaited.count < Self.most || state.awaited[id] != nil else { return false }
      state.awaited[id, default: 0] += 1
      return true
    }
  }

  private func forget(_ id: String) {
    state.withLock { state in
      guard let count = state.awaited[id] else { return }
      state.awaited[id] = count > 1 ? count - 1 : nil
      if count == 1 { state.heard[id] = nil }
    }
  }

  private func heardAvailability(_ payload: [UInt8]) {
    state.withLock { state in
      switch payload {
      case Array("online".utf8): state.isOnline = true
      case Array("offline".utf8): state.isOnline = false
      default: break
      }
    }
  }

  /// Only answers that somebody waits for are kept.
  private func heardAnswer(_ payload: [UInt8]) {
    guard let answer = MQTTAnswer(payload) else { return }
    let isAwaited = state.withLock { state in
      guard state.awaited[answer.id] != nil else { return false }
      // Once it has ended no late "accepted" counts.
      if let old = state.heard[answer.id], old.word != .accepted { return false }
      state.heard[answer.id] = answer
      return true
    }
    if isAwaited { bell.ring() }
  }

  /// Shows the last outcome to Home Assistant and whoever else looks; retained, since it is a state.
  private func tell(_ deed: Deed, _ end: DeedEnd) {
    guard broker.settings.discoveryPrefix != nil else { return }
    let payload = MQTTDiscovery.outcome(of: deed, end, atMS: broker.clock.nowMS)
    let topic = MQTTDiscovery.outcomeTopic(device, deed.channel.number)
    // Nobody waits for it: it is news, and the next outcome takes its place.
    Task { [broker] in
      _ = await broker.publish(to: topic, retained: true, untilMS: broker.clock.nowMS + 60_000) { _ in payload }
    }
  }
}
