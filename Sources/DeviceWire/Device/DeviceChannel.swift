import Primitives

/// One output: what it remembers, whether it is on, and what it makes of commands.
///
/// It says what to do; it does nothing.
struct DeviceChannel: Sendable {
  /// Time is written off in advance in pieces of this length, milliseconds: what a power cut can cost at most.
  static let tickMS: Int64 = 30_000

  let setup: ChannelConfiguration
  private(set) var number: UInt64 = 0
  private(set) var phase = Phase.settled(.idle, leftMS: 0)

  private var id: UInt64 = 0
  private var sequence: UInt32 = 0
  /// The newest number that was refused as expired.
  ///
  /// It was not taken, but it must not start any more.
  private var refused: (number: UInt64, id: UInt64)?

  /// What the output is doing.
  enum Phase: Sendable {
    case settled(Settled, leftMS: UInt32)
    /// Stored until `go`; it may start before `startByMS`.
    case waiting(ms: UInt32, startByMS: Int64)
    case on(OnTime)
  }

  /// What became of the number, where nothing is going on.
  enum Settled: Sendable {
    case idle, paused, done, failed, expired, stopped, unknown
  }

  /// The times of an output that is on.
  struct OnTime: Sendable {
    let sinceMS: Int64
    var endsAtMS: Int64
    /// When the time that was written off is used up; nil where all of it is.
    var tickAtMS: Int64?
  }

  /// What the output wants done, in order.
  enum Effect {
    case write(ChannelRecord)
    case output(Bool)
    case ack(Ack)
  }

  /// The output as it was left, off.
  ///
  /// Found `waiting`: its frame's times are gone, so it never starts. Found `armed`: nobody can say whether it started.
  /// Found `running` with nothing left: the power failed in its last tick.
  init(setup: ChannelConfiguration, found record: ChannelRecord?) {
    self.setup = setup
    guard let record else { return }
    number = record.number
    id = record.id
    sequence = record.sequence
    let left = record.leftMS
    switch record.state {
    case .waiting: phase = .settled(.expired, leftMS: 0)
    case .armed, .unknown: phase = .settled(.unknown, leftMS: left)
    case .running: phase = .settled(left > 0 ? .paused : .done, leftMS: left)
    case .done: phase = .settled(.done, leftMS: left)
    case .failed: phase = .settled(.failed, leftMS: left)
    case .expired: phase = .settled(.expired, leftMS: left)
    case .stopped: phase = .settled(.stopped, leftMS: left)
    }
  }

  /// The output as hello and ping tell it.
  func report(nowMS: Int64) -> ChannelReport {
    let says: WireText
    switch phase {
    case .on: says = "running"
    case .waiting: says = "waiting"
    case .settled(.idle, _): says = "idle"
    case .settled(.paused, _): says = "paused"
    case .settled(.done, _): says = "done"
    case .settled(.failed, _): says = "failed"
    case .settled(.expired, _): says = "expired"
    case .settled(.stopped, _): says = "stopped"
    case .settled(.unknown, _): says = "unknown"
    }
    return ChannelReport(
      channel: setup.number,
      number: number,
      says: says,
      leftMS: UInt64(leftMS(at: nowMS))
    )
  }

  /// When time must next pass through `advance`; nil where nothing is to come.
  var wakeAtMS: Int64? {
    switch phase {
    case .settled: nil
    case .waiting(_, let startByMS): startByMS
    case .on(let on): min(on.endsAtMS, on.tickAtMS ?? on.endsAtMS)
    }
  }
}

// MARK: - Commands

extension DeviceChannel {
  /// A run came.
  ///
  /// `sentAtMS` is when the frame that it names was sent, nil where that is no longer known.
  mutating func take(_ run: Run, sentAtMS: Int64?, nowMS: Int64) -> [Effect] {
    let id = ChannelRecord.digest(of: run.id)
    if let known = answer(to: run.number, id: id, nowMS: nowMS) { return [.ack(known)] }
    guard let sentAtMS else { return [.ack(ack(run.number, .stale))] }
    let startByMS = sentAtMS + Int64(clamping: run.lifeMS)
    guard nowMS < startByMS else {
      refused = (run.number, id)
      return [.ack(ack(run.number, .expired))]
    }
    guard !isBusy(for: run) else { return [.ack(ack(run.number, .busy))] }
    number = run.number
    self.id = id
    if run.waits {
      let ms = UInt32(min(run.ms, UInt64(setup.maxOnMS)))
      phase = .waiting(ms: ms, startByMS: startByMS)
      return [write(.waiting, leftMS: ms), .ack(ack(run.number, .accepted, leftMS: ms))]
    }
    return start(ms: run.ms, adds: run.mode == .extend, once: run.once, nowMS: nowMS)
  }

  /// `go` came for this output's number.
  ///
  /// The number is on the flash already, so it can no longer be repeated: whatever the run said, it is armed first.
  /// Else a power cut between output and write would leave `waiting`, and a run that started would be called expired.
  mutating func go(nowMS: Int64) -> [Effect] {
    guard case .waiting(let ms, _) = phase else { return [.ack(outcome(nowMS: nowMS))] }
    return start(ms: UInt64(ms), adds: false, once: true, nowMS: nowMS)
  }

  /// A stop came.
  mutating func take(_ stop: Stop, nowMS: Int64) -> [Effect] {
    let id = ChannelRecord.digest(of: "")
    if let known = answer(to: stop.number, id: id, nowMS: nowMS) { return [.ack(known)] }
    let left = owedMS(at: nowMS)
    let wasOn = isOn
    number = stop.number
    self.id = id
    phase = .settled(.done, leftMS: left)
    // Off first: whatever else fails, the output is off.
    return (wasOn ? [.output(false)] : []) + [write(.done, leftMS: left), .ack(ack(stop.number, .done, leftMS: left))]
  }

  /// The server welcomed the device and says what this output shall do.
  mutating func take(_ order: Welcome.Order, nowMS: Int64) -> [Effect] {
    switch order {
    case .ok: return []
    case .stop: return cease(nowMS: nowMS)
    case .resume(let allowedMS):
      let left = UInt32(min(UInt64(owedMS(at: nowMS)), allowedMS))
      guard left > 0 else { return cease(nowMS: nowMS) }
      switch phase {
      case .settled: return resume(leftMS: left, nowMS: nowMS)
      case .waiting: return []
      case .on(var on):
        guard Int64(left) < on.endsAtMS - nowMS else { return [] }
        on.endsAtMS = nowMS + Int64(left)
        return keepOn(on, as: .running, nowMS: nowMS)
      }
    }
  }

  /// The device was booted and may go on alone.
  mutating func resumeAlone(nowMS: Int64) -> [Effect] {
    guard setup.resumesAlone, case .settled(.paused, let left) = phase else { return [] }
    return resume(leftMS: left, nowMS: nowMS)
  }

  /// The output could not be switched.
  mutating func fail(nowMS: Int64) -> [Effect] {
    guard isOn else { return [] }
    let left = owedMS(at: nowMS)
    phase = .settled(.failed, leftMS: left)
    return [.output(false), write(.failed, leftMS: left), .ack(ack(number, .failed, leftMS: left))]
  }

  /// Time passed.
  mutating func advance(nowMS: Int64) -> [Effect] {
    switch phase {
    case .settled: return []
    case .waiting(_, let startByMS):
      guard nowMS >= startByMS else { return [] }
      phase = .settled(.expired, leftMS: 0)
      return [write(.expired, leftMS: 0), .ack(ack(number, .expired))]
    case .on(let on):
      if nowMS >= on.endsAtMS {
        phase = .settled(.done, leftMS: 0)
        return [.output(false), write(.done, leftMS: 0), .ack(ack(number, .done))]
      }
      guard let tickAtMS = on.tickAtMS, nowMS >= tickAtMS else { return [] }
      return keepOn(on, as: .running, nowMS: nowMS)
    }
  }
}

// MARK: - Rules

extension DeviceChannel {
  var isWaiting: Bool { if case .waiting = phase { true } else { false } }

  private var isOn: Bool { if case .on = phase { true } else { false } }

  /// What is left, milliseconds.
  private func leftMS(at nowMS: Int64) -> UInt32 {
    switch phase {
    case .settled(_, let left): left
    case .waiting(let ms, _): ms
    case .on(let on): UInt32(clamping: on.endsAtMS - nowMS)
    }
  }

  /// What is left and could still be given, milliseconds.
  private func owedMS(at nowMS: Int64) -> UInt32 {
    switch phase {
    case .settled(.paused, let left), .settled(.unknown, let left): left
    case .settled: 0
    case .waiting, .on: leftMS(at: nowMS)
    }
  }

  /// The answer to a number that is not new; nil where it is.
  private func answer(to asked: UInt64, id asking: UInt64, nowMS: Int64) -> Ack? {
    if asked == refused?.number && asked > number {
      return asking == refused?.id ? ack(asked, .expired, again: true) : ack(asked, .conflict)
    }
    if asked > number { return nil }
    if asked < number { return ack(asked, .passed) }
    return asking == id ? outcome(nowMS: nowMS) : ack(asked, .conflict)
  }

  /// What became of the number, said again.
  private func outcome(nowMS: Int64) -> Ack {
    let word: Ack.Word
    switch phase {
    case .on, .waiting, .settled(.paused, _): word = .accepted
    case .settled(.done, _), .settled(.stopped, _): word = .done
    case .settled(.failed, _): word = .failed
    case .settled(.expired, _): word = .expired
    case .settled(.idle, _), .settled(.unknown, _): word = .unknown
    }
    return ack(number, word, leftMS: leftMS(at: nowMS), again: true)
  }

  private func isBusy(for run: Run) -> Bool {
    switch phase {
    case .settled: false
    case .waiting: run.mode != .replace
    // One record cannot hold both a run and another that waits behind it.
    case .on: run.mode == .new || run.waits
    }
  }

  private func ack(_ number: UInt64, _ word: Ack.Word, leftMS: UInt32 = 0, again: Bool = false) -> Ack {
    Ack(channel: setup.number, number: number, word: word, leftMS: UInt64(leftMS), again: again)
  }

  private mutating func write(_ state: ChannelRecord.State, leftMS: UInt32) -> Effect {
    sequence &+= 1
    return .write(
      ChannelRecord(
        channel: setup.number,
        sequence: sequence,
        number: number,
        id: id,
        state: state,
        leftMS: leftMS
      )
    )
  }

  /// Switches on, or lets what is on go on, for `ms` more.
  private mutating func start(ms: UInt64, adds: Bool, once: Bool, nowMS: Int64) -> [Effect] {
    guard case .on(var on) = phase else {
      let left = UInt32(min(ms, UInt64(setup.maxOnMS)))
      let on = OnTime(sinceMS: nowMS, endsAtMS: nowMS + Int64(left), tickAtMS: nil)
      let done = Effect.ack(ack(number, .accepted, leftMS: left))
      let written = keepOn(on, as: once ? .armed : .running, nowMS: nowMS)
      return once ? written + [.output(true), done] : [.output(true)] + written + [done]
    }
    // What is on without a pause counts as one stretch for the device's own limit.
    let limit = on.sinceMS + Int64(setup.maxOnMS)
    let (end, isTooFar) = (adds ? on.endsAtMS : nowMS).addingReportingOverflow(Int64(clamping: ms))
    on.endsAtMS = isTooFar ? limit : min(end, limit)
    let written = keepOn(on, as: .running, nowMS: nowMS)
    return written + [.ack(ack(number, .accepted, leftMS: leftMS(at: nowMS)))]
  }

  private mutating func resume(leftMS left: UInt32, nowMS: Int64) -> [Effect] {
    let left = min(left, setup.maxOnMS)
    let on = OnTime(sinceMS: nowMS, endsAtMS: nowMS + Int64(left), tickAtMS: nil)
    return keepOn(on, as: .running, nowMS: nowMS) + [.output(true), .ack(ack(number, .accepted, leftMS: left))]
  }

  /// Writes off the tick that begins now, in advance.
  private mutating func keepOn(_ on: OnTime, as state: ChannelRecord.State, nowMS: Int64) -> [Effect] {
    let owed = max(0, on.endsAtMS - nowMS - DeviceChannel.tickMS)
    var on = on
    on.tickAtMS = owed > 0 ? nowMS + DeviceChannel.tickMS : nil
    phase = .on(on)
    return [write(state, leftMS: UInt32(clamping: owed))]
  }

  /// Switches off and gives nothing more; what is settled stays as it is.
  private mutating func cease(nowMS: Int64) -> [Effect] {
    let left = owedMS(at: nowMS)
    switch phase {
    case .on:
      phase = .settled(.stopped, leftMS: left)
      return [.output(false), write(.stopped, leftMS: left)]
    case .waiting:
      phase = .settled(.expired, leftMS: 0)
      return [write(.expired, leftMS: 0)]
    case .settled(.paused, _):
      phase = .settled(.stopped, leftMS: left)
      return [write(.stopped, leftMS: left)]
    case .settled(.unknown, _):
      guard left > 0 else { return [] }
      phase = .settled(.unknown, leftMS: 0)
      return [write(.unknown, leftMS: 0)]
    case .settled: return []
    }
  }
}
