import DeviceWire
import Primitives

/// A conversation with one device, written down as it happens: each event with its time, and what the device did.
struct Script {
  static let deviceKey = (0..<32).map { UInt8($0) }

  private let name: String
  private let configuration: DeviceConfiguration
  private let flashAtFirst: [RecordPlace: [UInt8]]
  private var flash: [RecordPlace: [UInt8]]
  private var core: DeviceCore
  private var events: [JSONValue] = []
  private(set) var now: Int64 = 1_000

  private var keys: SessionKeys?
  private var nonces: UInt8 = 0
  /// The counter of the server's last frame.
  private(set) var counter: UInt64 = 0
  /// How many frames the device has sent in this session.
  private(set) var heard: UInt64 = 0

  init(
    _ name: String,
    transport: LinkTransport = .webSocket,
    channels: [ChannelConfiguration] = [ChannelConfiguration(number: 0, maxOnMS: 86_400_000)],
    flash: [RecordPlace: [UInt8]] = [:]
  ) {
    self.name = name
    configuration = DeviceConfiguration(
      device: "charger-1",
      key: Bytes32(Script.deviceKey) ?? .zero,
      keySerial: 1,
      firmware: "1.2.0",
      transport: transport,
      channels: channels
    )
    flashAtFirst = flash
    self.flash = flash
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { flash[$0] }, nowMS: now)
  }

  /// The conversation as it stands in the file.
  var value: JSONValue {
    [
      "name": .string(name),
      "device": [
        "id": "charger-1", "key": .string(Hex.encode(Script.deviceKey)), "serial": 1, "firmware": "1.2.0",
        "transport": configuration.transport == .mqtt ? "mqtt" : "websocket",
        "channels": .array(
          configuration.channels.map {
            ["c": .number($0.number), "max_on": .number($0.maxOnMS), "resume_alone": .bool($0.resumesAlone)]
          }
        ),
      ],
      "flash": .object(
        flashAtFirst.map { ($0.key.name, $0.value) }.sorted { $0.0 < $1.0 }
          .map { JSONValue.Member($0.0, .string(Hex.encode($0.1))) }
      ),
      "events": .array(events),
    ]
  }
}

// MARK: - Events

extension Script {
  mutating func later(_ ms: Int64) { now += ms }

  /// The power comes, for the first time or again.
  mutating func boot() {
    let kept = flash
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { kept[$0] }, nowMS: now)
    keys = nil
    record("boot", core.start())
  }

  mutating func connected() { record("connected", core.connected(nowMS: now)) }
  mutating func disconnected() { record("disconnected", core.disconnected(nowMS: now)) }
  mutating func tick() { record("tick", core.tick(nowMS: now)) }

  /// Lets time pass, with a tick whenever the device wants one, and a pong for each ping.
  mutating func wait(_ ms: Int64, answering: Bool = true) {
    let end = now + ms
    while let wake = core.wakeAtMS, wake <= end {
      now = max(now, wake)
      let before = heard
      tick()
      if answering, heard > before, keys != nil { say(.pong(Pong(counter: heard))) }
    }
    now = end
  }

  mutating func receive(_ text: [UInt8], powerFailsAfter: Int? = nil) {
    record(
      "receive",
      core.receive(text.span, nowMS: now),
      ["text": .string(String(decoding: text, as: UTF8.self))],
      powerFailsAfter: powerFailsAfter
    )
  }

  mutating func outputFailed(_ channel: UInt8) {
    record("output_failed", core.outputFailed(channel, nowMS: now), ["c": .number(channel)])
  }

  mutating func measure(_ name: WireText, _ value: WireText, _ unit: WireText) {
    guard let reading = Reading(name: name, value: value, unit: unit, atMS: UInt64(now)) else { return }
    record(
      "reading",
      core.send(reading, nowMS: now),
      ["name": .string(name.string), "value": .string(value.string), "unit": .string(unit.string)]
    )
  }

  /// Challenges the device and takes the nonce of its hello.
  mutating func challenge() {
    nonces += 1
    let nonce = SessionNonce((0..<16).map { nonces << 4 | $0 }) ?? SessionNonce(boot: 0, session: 0)
    heard = 0
    let actions = core.receive(Challenge(serverNonce: nonce).encoded().span, nowMS: now)
    for case .send(let frame) in actions {
      if let start = frame.firstIndex(of: 0x7b),
        case .hello(let hello)? = try? DeviceMessage(decoding: Array(frame[start...]).span)
      {
        counter = 0
        keys = SessionKeys(
          deviceKey: configuration.key,
          device: configuration.device,
          serial: configuration.keySerial,
          serverNonce: nonce,
          deviceNonce: hello.deviceNonce
        )
      }
    }
    record(
      "receive",
      actions,
      ["text": .string(String(decoding: Challenge(serverNonce: nonce).encoded(), as: UTF8.self))]
    )
  }

  /// Connects, challenges and welcomes.
  mutating func greet(_ orders: [Welcome.Instruction] = []) {
    connected()
    challenge()
    say(.welcome(Welcome(epoch: UInt64(nonces), channels: orders)))
  }

  mutating func say(_ message: ServerMessage, powerFailsAfter: Int? = nil) {
    counter += 1
    receive(seal(counter) { message.encode(into: &$0) }, powerFailsAfter: powerFailsAfter)
  }

  /// Says any JSON at all, sealed rightly.
  mutating func say(json: String) {
    counter += 1
    receive(seal(counter, json: json))
  }

  func seal(_ counter: UInt64, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
    guard let keys, let frame = try? Frame.seal(counter: counter, key: FrameKey(keys.down), body) else { return [] }
    return frame
  }

  func seal(_ counter: UInt64, json: String) -> [UInt8] {
    guard let keys else { return [] }
    let body = Array("\(counter) \(json)".utf8)
    return Hex.digits(HMACSHA256.code(key: keys.down.bytes, body).prefix(16)) + [0x20] + body
  }

  mutating func run(
    _ number: UInt64,
    _ ms: UInt64,
    id: WireText? = nil,
    c: UInt8 = 0,
    mode: Run.Mode = .new,
    once: Bool = true,
    at: UInt64? = nil,
    life: UInt64 = 90_000,
    waits: Bool = false,
    powerFailsAfter: Int? = nil
  ) {
    let run = Run(
      id: id ?? WireText("dsp_\(number)"),
      channel: c,
      number: number,
      mode: mode,
      ms: ms,
      once: once,
      at: at ?? heard,
      lifeMS: life,
      waits: waits
    )
    say(.run(run), powerFailsAfter: powerFailsAfter)
  }

  mutating func stop(_ number: UInt64, c: UInt8 = 0) { say(.stop(Stop(channel: c, number: number))) }
  mutating func go(_ number: UInt64, c: UInt8? = nil) { say(.go(Go(number: number, channel: c))) }
}

// MARK: - Writing down

extension Script {
  private mutating func record(
    _ what: String,
    _ actions: [DeviceAction],
    _ details: JSONValue = [:],
    powerFailsAfter: Int? = nil
  ) {
    var members: [JSONValue.Member] = [.init("at", .number(now)), .init("do", .string(what))] + (details.object ?? [])
    members.append(.init("actions", .array(actions.map(\.value))))
    for action in actions.prefix(powerFailsAfter ?? .max) {
      if case .write(let place, let bytes) = action { flash[place] = bytes }
    }
    // A knock is no frame.
    for case .send(let text) in actions where text.first != 0x7b { heard += 1 }
    if let powerFailsAfter {
      members.append(.init("power_fails_after", .number(powerFailsAfter)))
    } else {
      members.append(.init("wake", core.wakeAtMS.map { .number($0) } ?? .null))
    }
    events.append(.object(members))
  }

}

extension RecordPlace {
  /// The name of a place in the file: `boot.0`, `channel.3.1`.
  var name: String {
    switch self {
    case .boot(let slot): "boot.\(slot)"
    case .channel(let channel, let slot): "channel.\(channel).\(slot)"
    }
  }
}

extension DeviceAction {
  /// An action in the file: `["write", place, hex]`, `["on", c]`, `["off", c]`, `["send", text]`, `["close"]`.
  var value: JSONValue {
    switch self {
    case .write(let place, let bytes): ["write", .string(place.name), .string(Hex.encode(bytes))]
    case .output(let channel, let isOn): [isOn ? "on" : "off", .number(channel)]
    case .send(let text): ["send", .string(String(decoding: text, as: UTF8.self))]
    case .close: ["close"]
    }
  }
}
