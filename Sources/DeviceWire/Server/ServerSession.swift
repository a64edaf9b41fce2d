public import Primitives

/// The server's half of one session: it makes a challenge, proves a hello, then opens and seals frames.
///
/// The caller owns the socket or topic, the clock and the keys, and checks what the hello says against its books.
///
/// ```
/// challenge ──▶ hello(proven) ──▶ seal(.welcome) ──▶ open / seal …
/// ```
/// After a refusal a WebSocket is to be closed; over MQTT the frame is dropped and the session goes on.
///
/// ## On failure
/// Nothing is kept: a session that is lost begins again with a new challenge.
public struct ServerSession: Sendable {
  /// How long a challenge may be answered, milliseconds.
  public static let challengeLifeMS: Int64 = 10_000

  /// A proven frame of the device: what a command's `at` and `life` refer to.
  public struct Heard: Hashable, Sendable {
    /// The frame's counter.
    public let counter: UInt64
    /// When it arrived, monotonic milliseconds.
    public let atMS: Int64

    /// A proven frame.
    public init(counter: UInt64, atMS: Int64) {
      self.counter = counter
      self.atMS = atMS
    }

    /// The life of a command that must start before `deadlineMS` on the same clock: milliseconds from this frame's
    /// arrival, 0 where the deadline has passed.
    public func lifeMS(until deadlineMS: Int64) -> UInt64 {
      let (left, isTooFar) = deadlineMS.subtractingReportingOverflow(atMS)
      guard !isTooFar else { return deadlineMS > 0 ? Wire.greatest : 0 }
      return min(UInt64(max(0, left)), Wire.greatest)
    }
  }

  /// What carries it.
  public let transport: LinkTransport
  /// The device of the hello, once it is proven.
  public private(set) var device: WireText?
  /// The last proven frame; nil before the hello.
  public private(set) var heard: Heard?

  private let serverNonce: SessionNonce
  private let issuedAtMS: Int64
  private var keys: (up: FrameKey, down: FrameKey)?
  private var sent: UInt64 = 0

  /// A session that begins with a challenge.
  ///
  /// - Parameters:
  ///   - serverNonce: 16 bytes that nobody can foresee, never used before.
  ///   - transport: What carries the session.
  ///   - nowMS: When the challenge leaves, monotonic milliseconds.
  public init(serverNonce: SessionNonce, transport: LinkTransport, nowMS: Int64) {
    self.serverNonce = serverNonce
    self.transport = transport
    issuedAtMS = nowMS
  }

  /// The challenge to send.
  public var challenge: [UInt8] { Challenge(serverNonce: serverNonce).encoded() }

  /// Whether the hello was proven.
  public var isOpen: Bool { keys != nil }

  /// Proves a hello.
  ///
  /// Until its MAC is checked its text only chooses the key that must prove it.
  ///
  /// - Parameters:
  ///   - frame: The first frame the device sent.
  ///   - nowMS: When it arrived, monotonic milliseconds.
  ///   - expected: The device that the socket or topic belongs to, where that is known.
  ///   - key: Gives the key of a device and serial; nil where there is none (any more).
  /// - Returns: The hello, proven.
  /// - Throws: `LinkRefusal`. The challenge is spent only by a proven hello, so that a stranger on the topic cannot
  ///   spend it.
  public mutating func hello(
    _ frame: Span<UInt8>,
    nowMS: Int64,
    expecting expected: WireText? = nil,
    key: (WireText, UInt32) -> Bytes32?
  ) throws(LinkRefusal) -> Hello {
    guard keys == nil, nowMS - issuedAtMS < ServerSession.challengeLifeMS else { throw .staleChallenge }
    let opened = try Frame.split(frame)
    let claim: DeviceMessage
    do { claim = try DeviceMessage(decoding: frame.extracting(opened.json)) } catch { throw .noSession }
    guard case .hello(let hello) = claim else { throw .noSession }
    if let expected, expected != hello.device { throw .wrongDevice }
    guard let deviceKey = key(hello.device, hello.keySerial) else { throw .unknownKey }
    let derived = SessionKeys(
      deviceKey: deviceKey,
      device: hello.device,
      serial: hello.keySerial,
      serverNonce: serverNonce,
      deviceNonce: hello.deviceNonce
    )
    let up = FrameKey(derived.up)
    let proven = try Frame.open(frame, key: up)
    guard transport.takes(proven.counter, after: 0) else { throw .badCounter(last: 0, got: proven.counter) }
    keys = (up, FrameKey(derived.down))
    device = hello.device
    heard = Heard(counter: proven.counter, atMS: nowMS)
    return hello
  }

  /// What a frame of the device says, once it is proven and its counter follows.
  public enum Received: Hashable, Sendable {
    /// A message.
    case message(DeviceMessage)
    /// A message this server does not know; `unknown` with this name is the answer.
    case notUnderstood(WireText)
  }

  /// Opens a frame of the device.
  ///
  /// - Throws: `LinkRefusal`; `.noSession` before a hello was proven.
  public mutating func open(_ frame: Span<UInt8>, nowMS: Int64) throws(LinkRefusal) -> Received {
    guard let keys, let last = heard?.counter else { throw .noSession }
    let opened = try Frame.open(frame, key: keys.up)
    guard transport.takes(opened.counter, after: last) else { throw .badCounter(last: last, got: opened.counter) }
    heard = Heard(counter: opened.counter, atMS: nowMS)
    do {
      return .message(try DeviceMessage(decoding: frame.extracting(opened.json)))
    } catch {
      switch error {
      case .notJSON(let refusal): throw .notJSON(refusal)
      case .notUnderstood(let name): return .notUnderstood(name)
      }
    }
  }

  /// Seals a message to the device.
  ///
  /// A counter is used up only where this succeeds.
  ///
  /// - Throws: `LinkRefusal.noSession` before a hello was proven, `.tooLong` where it does not fit a frame.
  public mutating func seal(_ message: ServerMessage) throws(LinkRefusal) -> [UInt8] {
    guard let keys else { throw .noSession }
    let frame = try Frame.seal(counter: sent + 1, key: keys.down) { message.encode(into: &$0) }
    sent += 1
    return frame
  }
}
