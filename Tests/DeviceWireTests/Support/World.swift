import DeviceWire
import Primitives

/// A device, its server and a power supply that may fail between any two actions and inside a write.
///
/// The world keeps its own books of what was paid, when the output was on and what the flash owes; it knows the rules of
/// the link's page, not how the device keeps them. A broken rule is a line in `complaints`.
struct World {
  /// When the power fails: before this action, counted over the whole life.
  ///
  /// Where the action is a write, a part of it may still reach the flash.
  struct Cut: Sendable, CustomStringConvertible {
    let action: Int
    let tornBytes: Int?
    var description: String { "cut before action \(action)\(tornBytes.map { ", \($0) bytes written" } ?? "")" }
  }

  static let tickMS: Int64 = 30_000

  private(set) var now: Int64 = 1_000
  private(set) var complaints: [String] = []
  /// How many actions were carried out.
  private(set) var actions = 0
  private(set) var cutsHad = 0
  /// What was commanded under each number.
  private(set) var runs: [UInt64: Run] = [:]
  private(set) var acks: [UInt64: [Ack.Word]] = [:]
  var next: UInt64 = 1

  private let maxOnMS: Int64
  private let configuration: DeviceConfiguration
  private var flash: [RecordPlace: [UInt8]] = [:]
  private var core: DeviceCore
  private var server: ServerSession?
  private var cuts: [Cut]
  private var nonces: UInt64 = 0
  private var sentAtMS: [UInt64: Int64] = [:]
  private var sent: UInt64 = 0

  private var onSinceMS: Int64?
  private var totalOnMS: Int64 = 0
  /// How often each number switched the output on by a command, not by a resume.
  private var pulses: [UInt64: Int] = [:]
  /// The greatest remaining time that was lost at any single cut.
  private(set) var worstLossMS: Int64 = 0
  private var isResuming = false
  private var maySwitchOn = false
  private var isDead = false

  init(transport: LinkTransport, cuts: [Cut], maxOnMS: UInt32 = 3_600_000) {
    self.cuts = cuts
    self.maxOnMS = Int64(maxOnMS)
    configuration = DeviceConfiguration(
      device: "charger-1",
      key: Bench.key,
      keySerial: 1,
      firmware: "1",
      transport: transport,
      channels: [ChannelConfiguration(number: 0, maxOnMS: maxOnMS)]
    )
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { _ in nil }, nowMS: now)
    boot()
  }

  var isOn: Bool { onSinceMS != nil }
  var report: ChannelReport { core.report()[0] }
  var isOnline: Bool { server != nil }

  /// All time the output was on, up to now.
  var onMS: Int64 { totalOnMS + (onSinceMS.map { now - $0 } ?? 0) }

  /// All time that was commanded under numbers the device may have taken.
  var paidMS: Int64 { runs.values.reduce(0) { $0 + Int64($1.ms) } }

  private mutating func complain(_ text: String) { complaints.append("at \(now) ms: \(text)") }
}

// MARK: - What can happen

extension World {
  /// Connects, and lets the server resume what is left, stop it, or say nothing of it.
  mutating func connect(resuming: Bool = true) {
    perform(core.connected(nowMS: now))
    guard !isDead else { return revive() }
    nonces += 1
    var session = ServerSession(
      serverNonce: SessionNonce(boot: nonces, session: 1),
      transport: configuration.transport,
      nowMS: now
    )
    sent = 0
    sentAtMS = [:]
    let answer = core.receive(session.challenge.span, nowMS: now)
    guard case .send(let frame)? = answer.last,
      let hello = try? session.hello(frame.span, nowMS: now, key: { _, _ in Bench.key })
    else { return complain("no hello") }
    perform(answer)
    guard !isDead else { return revive() }
    server = session
    var orders: [Welcome.Instruction] = []
    if let channel = hello.channels.first, let left = channel.leftMS, left > 0,
      channel.says == "paused" || channel.says == "unknown"
    {
      orders.append(Welcome.Instruction(channel: 0, order: resuming ? .resume(leftMS: left) : .stop))
    }
    isResuming = true
    say(.welcome(Welcome(epoch: nonces, channels: orders)))
    isResuming = false
  }

  mutating func disconnect() {
    server = nil
    perform(core.disconnected(nowMS: now))
    if isDead { revive() }
  }

  /// Sends a run under a new number or under one that was used before.
  mutating func command(_ run: Run) {
    if runs[run.number] == nil { runs[run.number] = run }
    next = max(next, run.number + 1)
    maySwitchOn = mayStart(run)
    say(.run(run))
    maySwitchOn = false
  }

  mutating func stop(_ number: UInt64) {
    next = max(next, number + 1)
    say(.stop(Stop(channel: 0, number: number)))
  }

  mutating func go(_ number: UInt64) {
    maySwitchOn = true
    say(.go(Go(number: number)))
    maySwitchOn = false
  }

  /// Delivers bytes nobody sealed.
  mutating func noise(_ bytes: [UInt8]) {
    perform(core.receive(bytes.span, nowMS: now))
    if isDead { revive() }
  }

  /// Lets time pass, with every tick on time.
  mutating func wait(_ ms: Int64) {
    let end = now + ms
    while let wake = core.wakeAtMS, wake <= end {
      now = max(now, wake)
      let said = sent
      perform(core.tick(nowMS: now))
      if isDead { return revive() }
      if sent > said { say(.pong(Pong(counter: sent))) }
    }
    now = end
    checkTimes()
  }

  /// Forgets what the flash holds, as no real flash may.
  mutating func wipe() { flash = [:] }

  mutating func cutPower() {
    isDead = true
    revive()
  }

  /// The counter and life of a run that the server makes now.
  func fresh(_ lifeMS: UInt64 = 90_000) -> (at: UInt64, lifeMS: UInt64) { (server?.heard?.counter ?? 1, lifeMS) }

  private mutating func say(_ message: ServerMessage) {
    guard var session = server, let frame = try? session.seal(message) else { return }
    server = session
    perform(core.receive(frame.span, nowMS: now))
    if isDead { revive() }
  }

  /// Whether the page lets this run start an output that is off, now.
  private func mayStart(_ run: Run) -> Bool {
    guard let sentMS = sentAtMS[run.at], run.at + 8 > sent else { return false }
    return now - sentMS < Int64(run.lifeMS) && run.number > report.number && !run.waits
  }
}

// MARK: - What is watched

extension World {
  private mutating func boot() {
    perform(core.start())
    if isDead { revive() }
  }

  private mutating func perform(_ list: [DeviceAction]) {
    for action in list {
      actions += 1
      if let cut = cuts.first, cut.action < actions {
        cuts.removeFirst()
        if case .write(let place, let bytes) = action, let torn = cut.tornBytes {
          flash[place] = Array(bytes.prefix(torn)) + [UInt8](repeating: 0xff, count: max(0, bytes.count - torn))
        }
        isDead = true
        return
      }
      carryOut(action)
    }
  }

  private mutating func carryOut(_ action: DeviceAction) {
    switch action {
    case .write(let place, let bytes): flash[place] = bytes
    case .output(_, isOn: true): switchOn()
    case .output(_, isOn: false): switchOff()
    case .close: server = nil
    case .send(let text):
      guard var session = server else { return noteHello(text) }
      guard let received = try? session.open(text.span, nowMS: now) else { return }
      server = session
      noteFrame()
      if case .message(.ack(let ack)) = received { acks[ack.number, default: []].append(ack.word) }
    }
  }

  private mutating func noteHello(_ text: [UInt8]) { if text.first != 0x7b { noteFrame() } }

  private mutating func noteFrame() {
    sent += 1
    sentAtMS[sent] = now
  }

  private mutating func switchOn() {
    if isOn { complain("switched on while on") }
    onSinceMS = now
    let number = report.number
    guard !isResuming else { return }
    if !maySwitchOn { complain("number \(number) started although it must not") }
    pulses[number, default: 0] += 1
    if let run = runs[number], run.once, pulses[number, default: 0] > 1 {
      complain("once, and yet number \(number) started twice")
    }
  }

  private mutating func switchOff() {
    checkTimes()
    if let onSinceMS { totalOnMS += now - onSinceMS }
    onSinceMS = nil
  }

  private mutating func checkTimes() {
    if let onSinceMS, now - onSinceMS > maxOnMS { complain("longer on than the device allows") }
    if onMS > paidMS { complain("on for \(onMS) ms, paid for \(paidMS) ms") }
  }

  /// The power fails and returns five seconds later.
  ///
  /// What is still owed must be there but for one tick, and no more.
  private mutating func revive() {
    cutsHad += 1
    let owed = isOn ? Int64(report.leftMS ?? 0) : nil
    let number = report.number
    switchOff()
    server = nil
    isDead = false
    now += 5_000
    let kept = flash
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { kept[$0] }, nowMS: now)
    if let owed, report.number == number {
      let left = Int64(report.leftMS ?? 0)
      worstLossMS = max(worstLossMS, owed - left)
      if left > owed { complain("the cut earned \(left - owed) ms") }
      if owed - left > World.tickMS { complain("the cut cost \(owed - left) ms") }
    }
    if core.boot <= 1 && cutsHad > 1 && flash[.boot(slot: 0)] != nil && flash[.boot(slot: 1)] != nil {
      complain("the boot number went back")
    }
    boot()
    if isOn { complain("on before the welcome") }
  }
}
