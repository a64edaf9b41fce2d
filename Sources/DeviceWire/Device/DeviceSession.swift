import Primitives

/// The device's half of one session: its keys, its counters, and when it sent its last frames.
struct DeviceSession: Sendable {
  /// How many frames can be named by `at`.
  private static let remembered = 8

  /// The challenge that it answered.
  let serverNonce: SessionNonce
  let startedAtMS: Int64
  /// When the last frame came that the server sealed; the session's start before the first.
  private(set) var heardAtMS: Int64
  private(set) var isWelcome = false
  /// When the next ping is due; counts from the welcome.
  var nextPingMS: Int64 = .max

  private let up: FrameKey
  private let down: FrameKey
  private var sent: UInt64 = 0
  private var received: UInt64 = 0
  private var sentAtMS = InlineArray<8, Int64>(repeating: 0)

  init(answering serverNonce: SessionNonce, keys: SessionKeys, nowMS: Int64) {
    self.serverNonce = serverNonce
    up = FrameKey(keys.up)
    down = FrameKey(keys.down)
    startedAtMS = nowMS
    heardAtMS = nowMS
  }

  /// Seals a message and remembers when; nil where it does not fit a frame.
  mutating func seal(_ message: DeviceMessage, nowMS: Int64) -> [UInt8]? {
    let counter = sent + 1
    guard let frame = try? Frame.seal(counter: counter, key: up, { message.encode(into: &$0) }) else { return nil }
    sent = counter
    sentAtMS[Int(counter % UInt64(DeviceSession.remembered))] = nowMS
    return frame
  }

  /// When the frame with this counter was sent; nil unless it is one of the last eight.
  func sentAtMS(of counter: UInt64) -> Int64? {
    guard counter > 0, counter <= sent, sent - counter < UInt64(DeviceSession.remembered) else { return nil }
    return sentAtMS[Int(counter % UInt64(DeviceSession.remembered))]
  }

  /// Opens a frame and takes its counter.
  mutating func open(_ frame: Span<UInt8>, over transport: LinkTransport, nowMS: Int64) throws(LinkRefusal) -> Range<
    Int
  > {
    let opened = try Frame.open(frame, key: down)
    guard transport.takes(opened.counter, after: received) else {
      throw .badCounter(last: received, got: opened.counter)
    }
    received = opened.counter
    heardAtMS = nowMS
    return opened.json
  }

  /// The welcome came.
  mutating func begin(nowMS: Int64) {
    isWelcome = true
    nextPingMS = nowMS + DeviceCore.pingMS
  }
}
