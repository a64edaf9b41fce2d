import Coinslot
import DeviceWire
import Gateway
import NIOCore
import Primitives
import Sockets
import Synchronization
import TestKit

/// A whole device on the other side of the link: the mind that boards run, a flash and a relay in memory, a real socket.
final class TestDevice: Sendable {
  private struct State {
    var core: DeviceCore
    var flash: [RecordPlace: [UInt8]] = [:]
    var isOn = false
    var switches: [Bool] = []
    var toSend: AsyncStream<[UInt8]>.Continuation?
  }

  /// The device's own monotonic clock; it knows nothing of the server's.
  let clock = TestClock(1_000)
  private let configuration: DeviceConfiguration
  private let state: Mutex<State>

  init(_ device: DeviceID = .charger, key: [UInt8], serial: UInt32 = 1) {
    let configuration = DeviceConfiguration(
      device: WireText(device.rawValue),
      key: Bytes32(key) ?? .zero,
      keySerial: serial,
      firmware: "1.2.0",
      transport: .webSocket,
      channels: [ChannelConfiguration(number: 0, maxOnMS: 7_200_000)]
    )
    self.configuration = configuration
    let storage = DeviceStorage(of: configuration) { _ in nil }
    state = Mutex(State(core: DeviceCore(configuration, storage: storage, nowMS: 1_000)))
    act { $0.start() }
  }

  var isOn: Bool { state.withLock { $0.isOn } }
  /// How often the relay closed.
  var pulses: Int { state.withLock { $0.switches.filter { $0 }.count } }
  var report: ChannelReport? { state.withLock { $0.core.report().first } }

  /// Connects and lives until the connection ends.
  func live(port: Int) async throws {
    var options = WebSocketClientOptions()
    options.subprotocol = "coinslot.v1"
    let endpoint = try Endpoint(parsing: "ws://127.0.0.1:\(port)/link")
    try await WebSocketClient.withConnection(to: endpoint, options: options) { connection in
      let (frames, entrance) = AsyncStream.makeStream(of: [UInt8].self)
      state.withLock { $0.toSend = entrance }
      let sending = Task { for await frame in frames { try? await connection.send(utf8: frame) } }
      act { [now = clock.nowMS] in $0.connected(nowMS: now) }
      defer {
        sending.cancel()
        act { [now = clock.nowMS] in $0.disconnected(nowMS: now) }
      }
      for try await text in connection.messages {
        act { [now = clock.nowMS] in $0.receive(text.readableBytesUInt8Span, nowMS: now) }
      }
    }
  }

  /// Time passes on the device.
  func advance(_ ms: Int64) {
    clock.advance(ms)
    act { [now = clock.nowMS] in $0.tick(nowMS: now) }
  }

  /// The power is cut and comes back: only the flash is left.
  func reboot() {
    state.withLock { state in
      let flash = state.flash
      state.core = DeviceCore(
        configuration,
        storage: DeviceStorage(of: configuration) { flash[$0] },
        nowMS: clock.nowMS
      )
      state.isOn = false
    }
    act { $0.start() }
  }

  private func act(_ body: (inout DeviceCore) -> [DeviceAction]) {
    state.withLock { state in
      for action in body(&state.core) {
        switch action {
        case .write(let place, let bytes): state.flash[place] = bytes
        case .output(_, let isOn):
          if isOn != state.isOn { state.switches.append(isOn) }
          state.isOn = isOn
        case .send(let frame): state.toSend?.yield(frame)
        case .close: state.toSend?.finish()
        }
      }
    }
  }
}
