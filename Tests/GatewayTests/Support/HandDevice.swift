import Coinslot
import DeviceWire
import Gateway
import Primitives
import Sockets
import Synchronization
import TestKit

/// A device played by hand, frame by frame, right or wrong as a test wants.
final class HandDevice: Sendable {
  let client: RawClient
  private let state: Mutex<(keys: (up: FrameKey, down: FrameKey)?, sent: UInt64)>

  private init(_ client: RawClient) {
    self.client = client
    state = Mutex((nil, 0))
  }

  struct NoChallenge: Error {}

  /// Connects and waits for the challenge.
  static func connect(port: Int) async throws -> HandDevice {
    let client = try await RawClient.webSocket(
      port: port,
      path: "/link",
      headers: "Sec-WebSocket-Protocol: coinslot.v1\r\n"
    )
    guard try await client.waits(forMessages: 1) else { throw NoChallenge() }
    return HandDevice(client)
  }

  /// Connects, says hello and waits for the answer.
  static func greeted(
    port: Int,
    key: [UInt8],
    device: String = "charger-1",
    boot: UInt64 = 1,
    n: UInt64 = 0,
    says: String = "idle",
    left: UInt64? = nil
  ) async throws -> HandDevice {
    let hand = try await connect(port: port)
    try hand.hello(key: key, device: device, boot: boot, outputs: [report(n: n, says: says, left: left)])
    _ = try await eventually { hand.client.messages.count == 2 || hand.client.closing != nil }
    return hand
  }

  static func report(channel: UInt8 = 0, n: UInt64 = 0, says: String = "idle", left: UInt64? = nil) -> ChannelReport {
    ChannelReport(channel: channel, number: n, says: WireText(says), leftMS: left)
  }

  /// The bytes of a hello to this connection's challenge.
  func helloFrame(
    key: [UInt8],
    device: String = "charger-1",
    serial: UInt32 = 1,
    boot: UInt64 = 1,
    counter: UInt64 = 1,
    outputs: [ChannelReport] = [report()]
  ) throws -> [UInt8] {
    guard let challenge = client.messages.first else { throw NoChallenge() }
    let nonce = SessionNonce(boot: boot, session: 1)
    let keys = SessionKeys(
      deviceKey: Bytes32(key) ?? .zero,
      device: WireText(device),
      serial: serial,
      serverNonce: try Challenge(decoding: Array(challenge.utf8).span).serverNonce,
      deviceNonce: nonce
    )
    let up = FrameKey(keys.up)
    state.withLock { $0 = ((up, FrameKey(keys.down)), counter) }
    let hello = Hello(
      device: WireText(device),
      keySerial: serial,
      deviceNonce: nonce,
      boot: boot,
      firmware: "hand",
      channels: outputs
    )
    return try Frame.seal(counter: counter, key: up) { DeviceMessage.hello(hello).encode(into: &$0) }
  }

  func hello(
    key: [UInt8],
    device: String = "charger-1",
    serial: UInt32 = 1,
    boot: UInt64 = 1,
    outputs: [ChannelReport] = [report()]
  ) throws {
    client.sendFrame(
      String(
        decoding: try helloFrame(key: key, device: device, serial: serial, boot: boot, outputs: outputs),
        as: UTF8.self
      )
    )
  }

  /// Seals and sends a message; gives the text of the frame.
  @discardableResult
  func say(_ message: DeviceMessage, counter: UInt64? = nil) throws -> String {
    try say(counter: counter) { message.encode(into: &$0) }
  }

  /// Seals and sends any JSON.
  @discardableResult
  func say(counter: UInt64? = nil, _ body: (inout JSONWriter) -> Void) throws -> String {
    let (keys, number) = state.withLock { state in
      state.sent += 1
      return (state.keys, counter ?? state.sent)
    }
    guard let keys else { throw NoChallenge() }
    let frame = String(decoding: try Frame.seal(counter: number, key: keys.up, body), as: UTF8.self)
    client.sendFrame(frame)
    return frame
  }

  func ping(n: UInt64 = 0, says: String = "idle", left: UInt64? = nil) throws {
    try say(.ping(Ping(channels: [Self.report(n: n, says: says, left: left)])))
  }

  func ack(_ number: UInt64, _ word: Ack.Word, left: UInt64? = nil) throws {
    try say(.ack(Ack(channel: 0, number: number, word: word, leftMS: left)))
  }

  /// What the server said under seal, in order; what is not rightly sealed and counted is left out.
  var heard: [ServerMessage] {
    guard let keys = state.withLock({ $0.keys }) else { return [] }
    var last: UInt64 = 0
    return client.messages.dropFirst().compactMap { text in
      let bytes = Array(text.utf8)
      guard let opened = try? Frame.open(bytes.span, key: keys.down), opened.counter == last + 1 else { return nil }
      last = opened.counter
      return try? ServerMessage(decoding: bytes.span.extracting(opened.json))
    }
  }

  /// Waits for so many messages under seal, the welcome counted.
  func waits(forMessages count: Int) async throws -> Bool { try await eventually { self.heard.count >= count } }

  func close() async { await client.close() }
}
