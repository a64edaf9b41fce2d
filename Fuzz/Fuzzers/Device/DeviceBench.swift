import Primitives

@testable import DeviceWire

/// Socket, flash, pins and clock of a device under the fuzzer, and a server that knows its key.
struct DeviceBench {
  private let configuration: DeviceConfiguration
  private var core: DeviceCore
  private var flash: [RecordPlace: [UInt8]] = [:]
  private var nowMS: Int64 = 1_000
  /// When each output that is on was switched on.
  private var onSinceMS: [UInt8: Int64] = [:]
  /// What the server knows of the session: the last challenge, the keys that the hello to it gave, the last counter.
  private var serverNonce = SessionNonce(boot: 0, session: 0)
  private var keys: (up: FrameKey, down: FrameKey)?
  private var sentDown: UInt64 = 0
  /// The counter of the last frame that the device sent.
  private(set) var lastSent: UInt64 = 0

  /// A device by the bits of `setup`: transport, outputs, limits.
  init(setup: Int) {
    let limits: [UInt32] = setup & 2 == 0 ? [600_000, 1, 45_000] : [.max, 86_400_000, 30_000]
    configuration = DeviceConfiguration(
      device: "charger-1",
      key: Bytes32(words: 1, 2, 3, 4),
      keySerial: 1,
      firmware: "1.2.0",
      transport: setup & 1 == 0 ? .webSocket : .mqtt,
      channels: (0..<1 + setup >> 2 % 3).map { i in
        ChannelConfiguration(number: UInt8(i), maxOnMS: limits[i], resumesAlone: setup >> 4 & 1 == 1)
      }
    )
    core = DeviceCore(configuration, storage: DeviceStorage(of: configuration) { _ in nil }, nowMS: nowMS)
    boot()
  }

  private mutating func boot() {
    onSinceMS = [:]
    keys = nil
    let flash = flash
    let storage = DeviceStorage(of: configuration) { flash[$0] }
    core = DeviceCore(configuration, storage: storage, nowMS: nowMS)
    carryOut(core.start())
  }

  /// The power fails and comes back; `count` says how the write before was left: torn where below 32.
  mutating func cutPower(after count: Int) {
    if count < 32, let place = flash.keys.min(by: { "\($0)" < "\($1)" }), let bytes = flash[place] {
      flash[place] = Array(bytes.prefix(count))
    }
    nowMS += 1
    boot()
  }
}

// MARK: - Events

extension DeviceBench {
  mutating func connect() {
    keys = nil
    carryOut(core.connected(nowMS: nowMS))
  }

  mutating func disconnect() { carryOut(core.disconnected(nowMS: nowMS)) }

  mutating func failOutput(_ number: UInt8) {
    if configuration.channels.contains(where: { $0.number == number }) {
      carryOut(core.outputFailed(number, nowMS: nowMS))
      expect(onSinceMS[number] == nil, "an output that failed is left on")
    }
  }

  /// Time passes, and the device is woken whenever it asked to be, at most a hundred times.
  mutating func wait(_ ms: Int64) {
    let end = nowMS + ms
    for _ in 0..<100 {
      guard let wake = core.wakeAtMS, wake <= end else { break }
      nowMS = max(nowMS, wake)
      carryOut(core.tick(nowMS: nowMS))
      expect((core.wakeAtMS ?? .max) > nowMS, "woken for nothing")
    }
    // Further than a hundred times: the clock stands where the device was woken last.
    if (core.wakeAtMS ?? .max) > end { nowMS = end }
    carryOut(core.tick(nowMS: nowMS))
  }

  mutating func hear(_ text: [UInt8]) { carryOut(core.receive(text.span, nowMS: nowMS)) }

  mutating func challenge(_ number: Int) {
    serverNonce = SessionNonce(boot: 99, session: UInt64(number))
    hear(Challenge(serverNonce: serverNonce).encoded())
  }

  /// A text under the server's seal; the text itself where there is no session or it is too long.
  mutating func sealed(_ json: [UInt8], skips: UInt64) -> [UInt8] {
    guard let keys else { return json }
    let frame = try? Frame.seal(counter: sentDown + 1 + skips, key: keys.down) { writer in
      writer = JSONWriter(appendingTo: writer.bytes + json)
    }
    guard let frame else { return json }
    sentDown += 1
    return frame
  }

  mutating func sealed(_ message: ServerMessage, skips: UInt64) -> [UInt8] {
    var writer = JSONWriter()
    message.encode(into: &writer)
    return sealed(writer.bytes, skips: skips)
  }
}

// MARK: - Actions

extension DeviceBench {
  private mutating func carryOut(_ actions: [DeviceAction]) {
    for action in actions {
      switch action {
      case .write(let place, let record): keep(record, at: place)
      case .output(let number, let isOn): turn(number, isOn)
      case .send(let text): said(text)
      case .close:
        expect(configuration.transport == .webSocket, "closes what is no connection")
        keys = nil
      }
    }
    for (number, since) in onSinceMS {
      guard let channel = configuration.channels.first(where: { $0.number == number }) else { continue }
      expect(nowMS - since <= Int64(channel.maxOnMS), "on for longer than the device's own limit")
    }
    expect((core.wakeAtMS ?? nowMS) >= nowMS, "wants to be woken in the past")
  }

  private mutating func keep(_ record: [UInt8], at place: RecordPlace) {
    switch place {
    case .boot: expect((try? BootRecord(decoding: record.span))?.place == place, "a boot record that is none")
    case .channel(let number, _):
      expect((try? ChannelRecord(decoding: record.span))?.place == place, "a channel record that is none")
      expect(configuration.channels.contains { $0.number == number }, "a record of no output")
    }
    flash[place] = record
  }

  private mutating func turn(_ number: UInt8, _ isOn: Bool) {
    expect(configuration.channels.contains { $0.number == number }, "switches what is no output")
    if isOn {
      expect(onSinceMS[number] == nil, "switched on twice")
      onSinceMS[number] = nowMS
    } else {
      onSinceMS[number] = nil
    }
  }

  /// What the device says must be what a server understands.
  private mutating func said(_ text: [UInt8]) {
    expect(text.count <= Frame.limit, "a text beyond the bound")
    if text.first == UInt8(ascii: "{") {
      expect((try? Knock(decoding: text.span))?.device == configuration.device, "a knock of another device")
      return
    }
    guard let split = try? Frame.split(text.span) else { broken("a frame that is none") }
    let json = Array(text[split.json])
    guard let message = try? DeviceMessage(decoding: json.span) else { broken("a frame no server understands") }
    if case .hello(let hello) = message { greeted(hello) }
    guard let keys else { broken("a frame before the hello") }
    if (try? Frame.open(text.span, key: keys.up)) != nil {
      expect(split.counter > lastSent, "a counter that does not rise")
      lastSent = split.counter
    }
  }

  private mutating func greeted(_ hello: Hello) {
    let derived = SessionKeys(
      deviceKey: configuration.key,
      device: hello.device,
      serial: hello.keySerial,
      serverNonce: serverNonce,
      deviceNonce: hello.deviceNonce
    )
    keys = (FrameKey(derived.up), FrameKey(derived.down))
    sentDown = 0
    lastSent = 0
  }
}
