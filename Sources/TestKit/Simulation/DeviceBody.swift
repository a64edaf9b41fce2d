import Coinslot
import DeviceWire
import Primitives

/// A machine in a simulated world: the real mind of a device, with flash, outputs and a plug that can be pulled.
///
/// `@unchecked Sendable`: as `World`.
final class DeviceBody: @unchecked Sendable {
  /// Another name than `device` where it is a copy.
  let label: String
  let device: DeviceID
  let configuration: DeviceConfiguration
  private(set) var flash: [RecordPlace: [UInt8]]
  /// How often its flash was erased.
  private(set) var erasures = 0
  private(set) var lit: [UInt8: UInt64] = [:]
  private var core: DeviceCore?
  private var bootedAtMS: Int64 = 0
  private var clockMS: Int64 = 0
  private var wire: Wire?
  private var life = 0
  private var ticket = 0
  private var isGone = false
  private let world: World
  private let weather: Weather
  private let tally: Tally
  private let checker: Checker
  /// Opens a connection to the server; nil where nobody answers.
  private let dial: (DeviceBody) -> Wire?

  init(
    label: String,
    device: DeviceID,
    configuration: DeviceConfiguration,
    flash: [RecordPlace: [UInt8]] = [:],
    world: World,
    weather: Weather,
    tally: Tally,
    checker: Checker,
    dial: @escaping (DeviceBody) -> Wire?
  ) {
    self.label = label
    self.device = device
    self.configuration = configuration
    self.flash = flash
    self.world = world
    self.weather = weather
    self.tally = tally
    self.checker = checker
    self.dial = dial
  }

  var isOn: Bool { core != nil }
  var isCopy: Bool { label != device.rawValue }
  private var nowMS: Int64 { clockMS + world.nowMS - bootedAtMS }

  // MARK: Power

  func boot() {
    guard core == nil, !isGone else { return }
    life += 1
    tally.boots += 1
    bootedAtMS = world.nowMS
    // A device's clock starts anywhere.
    clockMS = world.oneOf(0, 0, 4_000_000, 1_700_000_000_000)
    let storage = DeviceStorage(of: configuration) { flash[$0] }
    core = DeviceCore(configuration, storage: storage, nowMS: nowMS)
    world.note("\(label) boots, number \(core?.boot ?? 0)")
    act { core, _ in core.start() }
    connectSoon(world.pick(100...3_000))
  }

  func cutPower() {
    guard core != nil else { return }
    world.note("\(label) loses power")
    checker.powerFailed(of: self)
    for (output, number) in lit.sorted(by: { $0.key < $1.key }) {
      switchOff(output, byPowerCut: true)
      if !isWritten(number, output) { checker.forgot(number, on: output, of: self) }
    }
    core = nil
    life += 1
    ticket += 1
    wire?.cut(serverSoon: world.once(in: 3), deviceSoon: false)
    wire = nil
    let isLong = world.once(in: 5)
    world.after(isLong ? world.pick(30_000...150_000) : world.pick(300...15_000)) { [self] in boot() }
  }

  func erase() {
    world.note("\(label): flash erased")
    cutPower()
    flash = [:]
    erasures += 1
  }

  /// Taken away, for ever.
  func vanish() {
    world.note("\(label) is taken away")
    for output in lit.keys.sorted() { switchOff(output, byPowerCut: true) }
    core = nil
    life += 1
    ticket += 1
    wire?.cut(serverSoon: true, deviceSoon: false)
    wire = nil
    isGone = true
  }

  func dropLink() {
    guard let wire else { return }
    world.note("\(label): link drops")
    wire.cut(serverSoon: world.once(in: 2), deviceSoon: world.once(in: 2))
  }

  // MARK: Link

  private func connectSoon(_ ms: Int64) {
    let life = life
    world.after(ms) { [self] in
      guard life == self.life, core != nil, wire == nil else { return }
      guard let new = dial(self) else { return connectSoon(world.pick(1_000...6_000)) }
      wire = new
      new.toDevice = { [weak self, weak new] frame in
        guard let self, let new, wire === new else { return }
        act { core, now in core.receive(frame.span, nowMS: now) }
      }
      new.deviceHearsEnd = { [weak self, weak new] in
        guard let self, let new, wire === new else { return }
        lost()
      }
      act { core, now in core.connected(nowMS: now) }
    }
  }

  private func lost() {
    wire = nil
    act { core, now in core.disconnected(nowMS: now) }
    connectSoon(world.pick(500...5_000))
  }

  // MARK: What the mind wants done

  private func act(_ body: (inout DeviceCore, Int64) -> [DeviceAction]) {
    guard var mind = core else { return }
    var numbers: [UInt8: UInt64] = [:]
    for report in mind.report() { numbers[report.channel] = report.number }
    let actions = body(&mind, nowMS)
    core = mind
    let life = life
    var failed: [UInt8] = []
    for action in actions {
      if weather.now.powerCuts, world.once(in: 250) {
        if case .write(let place, let bytes) = action, weather.now.tornWrites { tear(place, bytes) }
        return cutPower()
      }
      switch action {
      case .write(.channel(let output, _), _) where failed.contains(output): continue
      case .write(let place, let bytes):
        flash[place] = bytes
        noticeExtension(place, bytes)
      case .output(let output, true):
        if weather.now.outputFailures, world.once(in: 8) {
          failed.append(output)
        } else {
          switchOn(output, before: numbers[output] ?? 0)
        }
      case .output(let output, false): switchOff(output, byPowerCut: false)
      case .send(let frame): wire?.up(frame)
      case .close:
        wire?.closeByDevice()
        wire = nil
        connectSoon(world.pick(300...3_000))
      }
      guard life == self.life else { return }
    }
    for output in failed {
      world.note("\(label): output \(output) cannot be switched")
      act { core, now in core.outputFailed(output, nowMS: now) }
    }
    rearm()
  }

  private func rearm() {
    guard let wakeMS = core?.wakeAtMS else { return }
    ticket += 1
    let mine = ticket
    world.after(max(0, wakeMS - nowMS)) { [self] in
      if mine == ticket { act { core, now in core.tick(nowMS: now) } }
    }
  }

  /// A write that power cut short: the front of the new bytes, the rest of the old.
  private func tear(_ place: RecordPlace, _ bytes: [UInt8]) {
    let cut = Int(world.pick(0...Int64(bytes.count)))
    let old = flash[place] ?? [UInt8](repeating: 0xff, count: bytes.count)
    flash[place] = Array(bytes.prefix(cut) + old.dropFirst(cut))
  }

  private func isWritten(_ number: UInt64, _ output: UInt8) -> Bool {
    let (first, second) = (flash[.channel(output, slot: 0)], flash[.channel(output, slot: 1)])
    return ChannelRecord.newest(of: output, first, second)?.number == number
  }

  // MARK: Outputs

  private func number(of output: UInt8) -> UInt64 {
    core?.report().first { $0.channel == output }?.number ?? 0
  }

  private func switchOn(_ output: UInt8, before: UInt64) {
    let number = number(of: output)
    lit[output] = number
    tally.pulses += 1
    world.note("\(label): output \(output) on for number \(number)\(number == before ? " again" : "")")
    checker.started(number, on: output, of: self, isFresh: number != before)
  }

  private func switchOff(_ output: UInt8, byPowerCut: Bool) {
    guard let number = lit.removeValue(forKey: output) else { return }
    world.note("\(label): output \(output) off, was on for number \(number)")
    checker.ended(output, of: self, byPowerCut: byPowerCut)
  }

  /// A number that took over an output that was on already: from this write on it runs.
  private func noticeExtension(_ place: RecordPlace, _ bytes: [UInt8]) {
    guard case .channel(let output, _) = place, let known = lit[output],
      let record = try? ChannelRecord(decoding: bytes.span), record.number != known, record.state == .running
    else { return }
    lit[output] = record.number
    world.note("\(label): output \(output) goes on for number \(record.number)")
    checker.started(record.number, on: output, of: self, isFresh: true)
  }
}
