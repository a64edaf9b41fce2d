import DeviceWire
import Primitives
import Testing

@testable import Simulators

/// The server's half of the device link for tests: what it says is sealed as the real one seals it.
struct TestLinkServer {
  static let key = Bytes32(words: 1, 2, 3, 4)
  static let device = WireText("charger-1")

  private(set) var session: ServerSession
  private(set) var hello: Hello?
  /// What the device said after its hello.
  private(set) var heard: [DeviceMessage] = []

  static func configuration(maxOnMS: UInt32 = 24 * 3_600_000) -> DeviceConfiguration {
    DeviceConfiguration(
      device: device,
      key: key,
      keySerial: 1,
      firmware: "virtual-1",
      transport: .webSocket,
      channels: [ChannelConfiguration(number: 0, maxOnMS: maxOnMS)]
    )
  }

  /// A connection; `nonce` must be another one each time.
  init(nonce: UInt64, nowMS: Int64) {
    session = ServerSession(
      serverNonce: SessionNonce(boot: 0xfeed, session: nonce),
      transport: .webSocket,
      nowMS: nowMS
    )
  }

  var challenge: [UInt8] { session.challenge }

  /// Takes a frame of the device; gives its hello where it is that.
  mutating func take(_ frame: [UInt8], nowMS: Int64) throws {
    if hello == nil {
      hello = try session.hello(frame.span, nowMS: nowMS) { _, _ in TestLinkServer.key }
    } else if case .message(let message) = try session.open(frame.span, nowMS: nowMS) {
      heard.append(message)
    }
  }

  mutating func seal(_ message: ServerMessage) throws -> [UInt8] { try session.seal(message) }

  /// A welcome that lets the device go on with what it has left, as a server does after a short outage.
  mutating func welcome(resuming: Bool = true) throws -> [UInt8] {
    let report = try #require(hello?.channels.first)
    let left = report.leftMS ?? 0
    let goesOn = ["paused", "unknown", "running"].contains(report.says.string) && left > 0 && resuming
    let order: Welcome.Order = goesOn ? .resume(leftMS: left) : .ok
    return try seal(.welcome(Welcome(epoch: 1, channels: [.init(channel: 0, order: order)])))
  }

  mutating func run(
    _ number: UInt64,
    _ id: String,
    ms: UInt64,
    once: Bool,
    mode: Run.Mode = .new,
    lifeMS: UInt64 = 60_000
  ) throws -> [UInt8] {
    let at = try #require(session.heard?.counter)
    return try seal(
      .run(
        Run(id: WireText(id), channel: 0, number: number, mode: mode, ms: ms, once: once, at: at, lifeMS: lifeMS)
      )
    )
  }

  /// What the device said became of numbers.
  var acks: [Ack] { heard.compactMap { if case .ack(let ack) = $0 { ack } else { nil } } }
}
