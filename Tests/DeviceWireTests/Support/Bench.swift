import DeviceWire
import Primitives

/// A device on a bench: its mind, its flash, its outputs, and the server's half of the session.
struct Bench {
  /// What an action was, in words that a test can compare.
  enum Step: Equatable {
    case booted(UInt64)
    case wrote(ChannelRecord.State, n: UInt64, left: UInt32)
    case on(UInt8)
    case off(UInt8)
    case said(DeviceMessage)
    case knocked
    case closed
    /// Bytes that the server could not open.
    case noise

    var isPing: Bool { if case .said(.ping) = self { true } else { false } }

    static func ack(_ word: Ack.Word, n: UInt64, left: UInt64 = 0, again: Bool = false, c: UInt8 = 0) -> Step {
      .said(.ack(Ack(channel: c, number: n, word: word, leftMS: left, again: again)))
    }
  }

  static let key = Bytes32((0..<32).map { UInt8($0) }) ?? .zero

  let configuration: DeviceConfiguration
  var now: Int64
  var flash: [RecordPlace: [UInt8]] = [:]
  var outputs: Set<UInt8> = []
  var core: DeviceCore
  var server: ServerSession?
  /// Whether the server answers pings.
  var answersPings = true
  private var nonces: UInt64 = 0

  init(
    _ channels: [ChannelConfiguration] = [ChannelConfiguration(number: 0, maxOnMS: 86_400_000)],
    transport: LinkTransport = .webSocket,
    flash: [RecordPlace: [UInt8]] = [:],
    now: Int64 = 1_000
  ) {
    configuration = DeviceConfiguration(
      device: "charger-1",
      key: Bench.key,
      keySerial: 1,
      firmware: "1.2.0",
      transport: transport,
      channels: channels
    )
    self.now = now
    self.flash = flash
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { flash[$0] }, nowMS: now)
  }

  /// A device that was booted, connected and welcomed.
  static func ready(
    _ channels: [ChannelConfiguration] = [ChannelConfiguration(number: 0, maxOnMS: 86_400_000)],
    transport: LinkTransport = .webSocket
  ) throws -> Bench {
    var bench = Bench(channels, transport: transport)
    _ = bench.boot()
    _ = try bench.greet()
    return bench
  }

  /// The power returns: everything but the flash is forgotten.
  mutating func reboot(after ms: Int64 = 5_000) -> [Step] {
    let kept = flash
    now += ms
    outputs = []
    server = nil
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { kept[$0] }, nowMS: now)
    return boot()
  }

  mutating func boot() -> [Step] { carryOut(core.start()) }

  mutating func connect() -> [Step] { carryOut(core.connected(nowMS: now)) }

  mutating func disconnect() -> [Step] {
    server = nil
    return carryOut(core.disconnected(nowMS: now))
  }

  /// Connects and answers the hello with a welcome; gives the hello and what the welcome brought.
  mutating func greet(_ orders: [Welcome.Instruction] = []) throws -> (hello: Hello, steps: [Step]) {
    _ = connect()
    let hello = try challenge()
    return (hello, try tell(.welcome(Welcome(epoch: 1, channels: orders))))
  }

  /// Challenges the device and proves its hello.
  mutating func challenge() throws -> Hello {
    nonces += 1
    var session = ServerSession(
      serverNonce: SessionNonce(boot: nonces, session: 0xfeed),
      transport: configuration.transport,
      nowMS: now
    )
    let actions = core.receive(session.challenge.span, nowMS: now)
    guard case .send(let frame) = actions.last else { throw LinkRefusal.noSession }
    let hello = try session.hello(frame.span, nowMS: now) { _, serial in serial == 1 ? Bench.key : nil }
    server = session
    return hello
  }

  /// The server says something; gives what the device did.
  mutating func tell(_ message: ServerMessage) throws -> [Step] { receive(try seal(message)) }

  /// The next frame of the server, not sent yet.
  mutating func seal(_ message: ServerMessage) throws -> [UInt8] {
    guard var session = server else { throw LinkRefusal.noSession }
    defer { server = session }
    return try session.seal(message)
  }

  mutating func receive(_ text: [UInt8]) -> [Step] { carryOut(core.receive(text.span, nowMS: now)) }

  mutating func tick() -> [Step] {
    let steps = carryOut(core.tick(nowMS: now))
    if answersPings, let counter = server?.heard?.counter, steps.contains(where: { $0.isPing }) {
      _ = try? tell(.pong(Pong(counter: counter)))
    }
    return steps
  }

  /// Lets time pass, calling `tick` whenever the device asks for it.
  mutating func wait(_ ms: Int64) -> [Step] {
    let end = now + ms
    var steps: [Step] = []
    while let wake = core.wakeAtMS, wake <= end {
      now = max(now, wake)
      steps += tick()
    }
    now = end
    return steps + tick()
  }

  /// A run with what most tests do not care about.
  func run(
    _ number: UInt64,
    ms: UInt64 = 600_000,
    id: WireText? = nil,
    c: UInt8 = 0,
    mode: Run.Mode = .new,
    once: Bool = true,
    at: UInt64? = nil,
    life: UInt64 = 90_000,
    waits: Bool = false
  ) -> ServerMessage {
    .run(
      Run(
        id: id ?? WireText("dsp_\(number)"),
        channel: c,
        number: number,
        mode: mode,
        ms: ms,
        once: once,
        at: at ?? server?.heard?.counter ?? 1,
        lifeMS: life,
        waits: waits
      )
    )
  }

  mutating func carryOut(_ actions: [DeviceAction]) -> [Step] { actions.map { carryOut($0) } }

  mutating func carryOut(_ action: DeviceAction) -> Step {
    switch action {
    case .write(let place, let bytes):
      flash[place] = bytes
      if let record = try? BootRecord(decoding: bytes.span), record.place == place { return .booted(record.boot) }
      guard let record = try? ChannelRecord(decoding: bytes.span), record.place == place else { return .noise }
      return .wrote(record.state, n: record.number, left: record.leftMS)
    case .output(let channel, let isOn):
      if isOn { outputs.insert(channel) } else { outputs.remove(channel) }
      return isOn ? .on(channel) : .off(channel)
    case .send(let text):
      if (try? Knock(decoding: text.span)) != nil { return .knocked }
      guard case .message(let message)? = try? server?.open(text.span, nowMS: now) else { return .noise }
      return .said(message)
    case .close: return .closed
    }
  }
}
