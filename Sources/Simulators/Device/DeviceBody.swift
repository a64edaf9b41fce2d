package import DeviceWire
import Primitives

/// A virtual device without its connection: the mind, the flash, the outputs and the witness.
///
/// It carries out what the mind wants, in order and at once, but for what is to be sent: that it gives back. Once dead
/// it does nothing more, as after a power cut; what is in the flash is what the next boot finds.
package final class DeviceBody {
  /// What is left for the connection.
  package enum Errand: Equatable, Sendable {
    /// Send a frame; then die, where that is so.
    case send([UInt8], dies: Bool)
    /// Lose the connection.
    case drop
  }

  /// What others are told.
  package enum Notice: Equatable, Sendable {
    case output(UInt8, isOn: Bool, number: UInt64, id: String?)
    case welcomed(session: UInt64)
    case acknowledged(Ack)
    case ackLost(Ack)
  }

  private let configuration: DeviceConfiguration
  private let flash: any DeviceFlash
  private let trace: PulseTrace?
  private let tell: (Notice) -> Void
  /// Asked after each write and each switching of an output: whether power is still there.
  private let survives: () -> Bool
  private let wallMS: () -> Int64

  private var core: DeviceCore
  private var pulses: [UInt8: Pulse] = [:]
  private var faults: VirtualDeviceOptions.Faults
  private var acceptedRuns = 0
  /// Whether anything was written or switched since this was last set to false.
  package var hasChanged = true
  package private(set) var isDead = false

  /// What an output is doing, or did last.
  private struct Pulse {
    var isOn = false
    var number: UInt64
    /// The id of its command, where this boot heard it.
    var id: String?
    var key: UInt64
  }

  /// Wakes a device up; `start` must follow.
  ///
  /// - Throws: What the flash throws.
  package init(
    _ configuration: DeviceConfiguration,
    flash: any DeviceFlash,
    trace: PulseTrace? = nil,
    faults: VirtualDeviceOptions.Faults = .init(),
    nowMS: Int64,
    wallMS: @escaping () -> Int64 = { Clocks.wallMS },
    survives: @escaping () -> Bool = { true },
    tell: @escaping (Notice) -> Void = { _ in }
  ) throws {
    self.configuration = configuration
    self.flash = flash
    self.trace = trace
    self.faults = faults
    self.wallMS = wallMS
    self.survives = survives
    self.tell = tell
    var found: [RecordPlace: [UInt8]] = [:]
    for place in DeviceBody.places(of: configuration) { found[place] = try flash.read(place) }
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { found[$0] }, nowMS: nowMS)
    for channel in configuration.channels {
      let records = (found[.channel(channel.number, slot: 0)], found[.channel(channel.number, slot: 1)])
      let record = ChannelRecord.newest(of: channel.number, records.0, records.1)
      pulses[channel.number] = Pulse(number: record?.number ?? 0, id: nil, key: record?.id ?? 0)
    }
  }

  /// All places a device of this kind writes to.
  package static func places(of configuration: DeviceConfiguration) -> [RecordPlace] {
    [.boot(slot: 0), .boot(slot: 1)]
      + configuration.channels.flatMap { [.channel($0.number, slot: 0), .channel($0.number, slot: 1)] }
  }

  /// How often it has booted.
  package var boot: UInt64 { core.boot }
  /// When `tick` is due.
  package var wakeAtMS: Int64? { core.wakeAtMS }
  /// The outputs as they were at the last call.
  package var reports: [ChannelReport] { core.report() }
  /// Which outputs are on.
  package var on: Set<UInt8> { Set(pulses.filter { $0.value.isOn }.keys) }
}

// MARK: What happens to it

extension DeviceBody {
  package func start() throws -> [Errand] { try perform(core.start()) }

  package func connected(nowMS: Int64) throws -> [Errand] { try perform(core.connected(nowMS: nowMS)) }

  package func disconnected(nowMS: Int64) throws -> [Errand] { try perform(core.disconnected(nowMS: nowMS)) }

  package func tick(nowMS: Int64) throws -> [Errand] { try perform(core.tick(nowMS: nowMS)) }

  /// A text came.
  package func receive(_ text: [UInt8], nowMS: Int64) throws -> [Errand] {
    let message = DeviceBody.json(in: text).flatMap { try? ServerMessage(decoding: $0.span) }
    let actions = core.receive(text.span, nowMS: nowMS)
    // What is in a frame counts only where the mind, which alone has checked it, did not close the link over it.
    if case .welcome(let welcome) = message, !actions.contains(.close) { tell(.welcomed(session: welcome.epoch)) }
    // Other outputs may have come to their end at the same moment: the ack that counts is this run's own.
    guard case .run(let run) = message,
      actions.lazy.compactMap(DeviceBody.ack(in:)).contains(where: {
        $0.word == .accepted && !$0.again && $0.number == run.number && $0.channel == run.channel
      })
    else { return try perform(actions) }
    acceptedRuns += 1
    return try perform(actions, of: run)
  }

  /// Everything off, whatever the mind thinks: the flash has failed.
  package func switchOff() {
    for (number, pulse) in pulses.sorted(by: { $0.key < $1.key }) where pulse.isOn {
      pulses[number]?.isOn = false
      try? note(.off, number, pulse)
      tell(.output(number, isOn: false, number: pulse.number, id: pulse.id))
    }
    isDead = true
  }

  private static func ack(in action: DeviceAction) -> Ack? {
    guard case .send(let frame) = action, let json = json(in: frame),
      case .ack(let ack) = try? DeviceMessage(decoding: json.span)
    else { return nil }
    return ack
  }

  /// What stands behind the second space of a frame.
  private static func json(in frame: [UInt8]) -> [UInt8]? {
    let parts = frame.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 ? Array(parts[2]) : nil
  }
}

// MARK: Carrying out

extension DeviceBody {
  private func perform(_ actions: [DeviceAction], of run: Run? = nil) throws -> [Errand] {
    let dies = run != nil && acceptedRuns == faults.crashAfter
    let switches = actions.contains { $0 == run.map { .output($0.channel, isOn: true) } }
    var errands: [Errand] = []
    if dies, faults.crashPoint == .beforeOutput, !switches { isDead = true }
    if let run, !isDead, !switches { try adopt(run) }
    for action in actions where !isDead {
      switch action {
      case .write(let place, let bytes):
        try flash.write(bytes, at: place)
        hasChanged = true
        if !survives() { isDead = true }
      case .output(let number, let isOn):
        if dies, faults.crashPoint == .beforeOutput {
          isDead = true
          continue
        }
        try turn(number, isOn: isOn, run)
        hasChanged = true
        if !survives() || dies && faults.crashPoint == .afterOutput { isDead = true }
      case .send(let frame): send(frame, DeviceBody.ack(in: action), dies: dies, &errands)
      case .close: errands.append(.drop)
      }
    }
    // What was to be sent is lost with a device that dies before.
    return isDead ? [] : errands
  }

  private func send(_ frame: [UInt8], _ ack: Ack?, dies: Bool, _ errands: inout [Errand]) {
    guard let ack else { return errands.append(.send(frame, dies: false)) }
    if dies, faults.crashPoint == .beforeAck || faults.crashPoint == .afterOutput {
      isDead = true
      return
    }
    guard faults.dropAcks == 0 else {
      faults.dropAcks -= 1
      tell(.ackLost(ack))
      return errands.append(.drop)
    }
    tell(.acknowledged(ack))
    errands.append(.send(frame, dies: dies && faults.crashPoint == .afterAck))
  }

  private func turn(_ number: UInt8, isOn: Bool, _ run: Run?) throws {
    guard let before = pulses[number] else { return }
    var pulse = run.flatMap { isOn && $0.channel == number ? DeviceBody.pulse(of: $0) : nil } ?? before
    pulse.isOn = isOn
    pulses[number] = pulse
    guard isOn || before.isOn else { return }
    // What this boot has not heard of goes on from before the boot.
    try note(!isOn ? .off : pulse.id == nil ? .resumed : .on, number, pulse)
    tell(.output(number, isOn: isOn, number: pulse.number, id: pulse.id))
  }

  /// A run that switches nothing: it adds to what is on, or waits for its `go`.
  private func adopt(_ run: Run) throws {
    guard let before = pulses[run.channel] else { return }
    var pulse = DeviceBody.pulse(of: run)
    pulse.isOn = before.isOn
    pulses[run.channel] = pulse
    if pulse.isOn { try note(.more, run.channel, pulse) }
  }

  private static func pulse(of run: Run) -> Pulse {
    Pulse(number: run.number, id: run.id.string, key: ChannelRecord.digest(of: run.id))
  }

  private func note(_ moment: PulseTrace.Moment, _ number: UInt8, _ pulse: Pulse) throws {
    guard let trace else { return }
    let left = core.report().first { $0.channel == number }?.leftMS ?? 0
    try trace.append(
      PulseTrace.Line(
        moment: moment,
        device: configuration.device.string,
        boot: core.boot,
        channel: number,
        number: pulse.number,
        id: pulse.id,
        key: pulse.key,
        leftMS: left,
        atMS: wallMS()
      )
    )
  }
}
