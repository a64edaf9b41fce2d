import Primitives

/// The whole mind of a device: bytes and the time go in, actions come out.
///
/// It owns no socket, flash, pin or clock.
///
/// ```
/// start ──▶ connected ──▶ receive / tick … ──▶ disconnected ──▶ connected …
/// ```
/// Outputs run on while the link is down; their time is the device's own. Every call takes the monotonic time in
/// milliseconds, which must not run backwards within a boot, and gives actions to carry out in order. After each call
/// `wakeAtMS` says when `tick` is due.
///
/// ## On failure
/// Power may fail between any two actions and inside a write. After the boot that follows, outputs are off, no number
/// runs twice that was to run once, at most one tick of 30 s of paid time is lost and none is won.
public struct DeviceCore: Sendable {
  /// How often a ping is sent, milliseconds.
  public static let pingMS: Int64 = 20_000
  /// How long the handshake may take; and how often a device without session knocks over MQTT, milliseconds.
  public static let handshakeMS: Int64 = 20_000
  /// After this silence of the server the link is taken for dead, milliseconds: three pings without a pong.
  public static let silenceMS: Int64 = 60_000
  /// Over MQTT a challenge is no proof of anything; more than one in this time are dropped, milliseconds.
  static let challengeGapMS: Int64 = 1_000

  /// How often the device has booted, this boot included.
  public let boot: UInt64

  let configuration: DeviceConfiguration
  var channels: [DeviceChannel]
  var isLinkUp = false
  /// When the handshake is given up, or the next knock is due.
  var handshakeEndsAtMS: Int64 = .max
  /// The session that was welcomed.
  var session: DeviceSession?
  /// A session whose hello was sent; it takes the place of `session` only with a welcome, which needs the key.
  var pending: DeviceSession?
  /// How many sessions this boot has begun; with the boot number it makes a nonce that never repeats.
  var sessionCount: UInt64 = 0
  var nowMS: Int64

  /// A device as it wakes up with what its flash holds, at the monotonic time `nowMS` in milliseconds.
  public init(_ configuration: DeviceConfiguration, storage: DeviceStorage, nowMS: Int64) {
    precondition(storage.channels.count == configuration.channels.count)
    self.configuration = configuration
    self.nowMS = nowMS
    boot = min((BootRecord.newest(storage.boot.0, storage.boot.1)?.boot ?? 0) + 1, Wire.greatest)
    channels = []
    for (setup, found) in zip(configuration.channels, storage.channels) {
      channels.append(DeviceChannel(setup: setup, found: .newest(of: setup.number, found.0, found.1)))
    }
  }

  /// The first actions after a boot: all outputs off, the new boot number kept.
  public mutating func start() -> [DeviceAction] {
    var actions: [DeviceAction] = []
    for channel in channels { actions.append(.output(channel.setup.number, isOn: false)) }
    let record = BootRecord(boot: boot)
    actions.append(.write(record.place, record.encoded()))
    for i in channels.indices { carryOut(channels[i].resumeAlone(nowMS: nowMS), of: i, into: &actions) }
    return actions
  }

  /// Time passed.
  ///
  /// To be called at `wakeAtMS`; earlier or more often does no harm.
  public mutating func tick(nowMS now: Int64) -> [DeviceAction] {
    var actions = advance(to: now)
    keepLink(into: &actions)
    return actions
  }

  /// When `tick` must be called next; nil where only an event can bring work.
  public var wakeAtMS: Int64? {
    var wake = handshakeEndsAtMS
    if let session { wake = min(wake, min(session.nextPingMS, session.heardAtMS + DeviceCore.silenceMS)) }
    if !isLinkUp { wake = .max }
    for channel in channels { wake = min(wake, channel.wakeAtMS ?? .max) }
    return wake == .max ? nil : wake
  }

  /// How the outputs are now.
  public func report() -> [ChannelReport] {
    var reports: [ChannelReport] = []
    for channel in channels { reports.append(channel.report(nowMS: nowMS)) }
    return reports
  }

  /// An output that was to be on could not be switched: it is off, and its run failed.
  public mutating func outputFailed(_ number: UInt8, nowMS now: Int64) -> [DeviceAction] {
    var actions = advance(to: now)
    for i in channels.indices where channels[i].setup.number == number {
      carryOut(channels[i].fail(nowMS: nowMS), of: i, into: &actions)
    }
    return actions
  }

  /// Sends a measured value; without a session it is dropped, for the next one comes.
  public mutating func send(_ reading: Reading, nowMS now: Int64) -> [DeviceAction] {
    var actions = advance(to: now)
    say(.reading(reading), into: &actions)
    return actions
  }
}

extension DeviceCore {
  /// Moves the clock and every output with it.
  mutating func advance(to now: Int64) -> [DeviceAction] {
    nowMS = max(nowMS, now)
    var actions: [DeviceAction] = []
    for i in channels.indices { carryOut(channels[i].advance(nowMS: nowMS), of: i, into: &actions) }
    return actions
  }

  /// Turns what an output wants into actions.
  ///
  /// An ack without a session is not kept: hello and ping tell the same.
  mutating func carryOut(_ effects: [DeviceChannel.Effect], of index: Int, into actions: inout [DeviceAction]) {
    for effect in effects {
      switch effect {
      case .write(let record): actions.append(.write(record.place, record.encoded()))
      case .output(let isOn): actions.append(.output(channels[index].setup.number, isOn: isOn))
      case .ack(let ack): say(.ack(ack), into: &actions)
      }
    }
  }

  /// Seals and sends within the session; without one nothing is said.
  mutating func say(_ message: DeviceMessage, into actions: inout [DeviceAction]) {
    if let frame = session?.seal(message, nowMS: nowMS) { actions.append(.send(frame)) }
  }
}
