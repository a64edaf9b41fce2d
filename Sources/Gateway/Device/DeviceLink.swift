import Coinslot
import DeviceWire
import Logging
import NIOCore
import Primitives
import Sockets
import Synchronization

/// One device's connection, confined to its event loop: challenge, hello, welcome, then orders down and words up.
///
/// ```
/// challenged ──proven hello──▶ judged by the books ──welcome──▶ open ──▶ over
/// ```
/// Whatever cannot be right (a MAC, a counter, a late hello) ends the connection; the device connects anew.
final class DeviceLink: WebSocketConnectionHandler {
  enum Phase {
    case challenged
    /// The hello is proven; the books are asked.
    case judged(Greeting, ticket: Int)
    case open(DeviceID, SessionEpoch)
    case over
  }

  /// Frames that may come between hello and welcome, and messages that may wait for the books.
  static let earlyFrames = 8
  static let backlog = 32
  /// How long a device may say nothing, milliseconds: three pings.
  static let silenceMS: Int64 = 60_000
  /// How often the last sign of a device that runs something is kept, milliseconds: after a power cut that hits server
  /// and device alike it tells how long the outage was.
  static let keepSeenMS: Int64 = 60_000

  private let door: DeviceDoor
  var connection: WebSocketConnection?
  var session: ServerSession?
  var phase = Phase.challenged
  var shown = ShownOutputs()
  private var early: [(received: ServerSession.Received, heard: ServerSession.Heard)] = []
  private let waiting = Backlog()
  private var keptSeenMS: Int64 = 0
  var lastPing: UInt64 = 0
  var pings: [UInt64: EventLoopPromise<Bool>] = [:]

  /// Messages of one connection that wait for the books.
  private final class Backlog: Sendable {
    let count = Atomic<Int>(0)
  }

  init(_ door: DeviceDoor) { self.door = door }

  // MARK: - The socket

  func opened(_ connection: WebSocketConnection) {
    self.connection = connection
    guard let nonce = SessionNonce(door.entropy.bytes(16)) else { return end("no challenge", .internalError) }
    let session = ServerSession(serverNonce: nonce, transport: .webSocket, nowMS: door.clock.nowMS)
    self.session = session
    connection.send(WebSocketFrames.text(session.challenge))
  }

  func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
    let now = door.clock.nowMS
    let frame = bytes.readableBytesUInt8Span
    do throws(LinkRefusal) {
      switch phase {
      case .challenged: try greet(frame, now)
      case .judged:
        guard let received = try session?.open(frame, nowMS: now), let heard = session?.heard,
          early.count < DeviceLink.earlyFrames
        else { throw LinkRefusal.noSession }
        early.append((received, heard))
      case .open(let device, let epoch):
        guard let received = try session?.open(frame, nowMS: now), let heard = session?.heard else { return }
        take(received, heard, of: device, epoch)
      case .over: return
      }
    } catch {
      refuse(error)
    }
  }

  func pong(_ payload: ByteBuffer, on connection: WebSocketConnection) {
    guard let number = payload.getInteger(at: payload.readerIndex, as: UInt64.self) else { return }
    pings.removeValue(forKey: number)?.succeed(true)
  }

  func swept(_ connection: WebSocketConnection, nowMS: Int64) {
    guard case .open = phase, let heard = session?.heard else { return }
    if door.clock.nowMS - heard.atMS >= DeviceLink.silenceMS {
      door.counters.count(.deviceSilent)
      end("nothing was heard for too long")
    }
  }

  func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {
    if end == .tooSlow { door.counters.count(.deviceTooSlow) }
    leave()
    self.connection = nil
  }

  /// Ends the session and closes the socket.
  func end(_ reason: String, _ code: WebSocketCloseCode = .policyViolation) {
    leave()
    connection?.close(code, reason: reason)
  }

  /// Ends the session; the socket may live a moment longer.
  private func leave() {
    let before = phase
    phase = .over
    early = []
    for promise in pings.values { promise.succeed(false) }
    pings = [:]
    guard case .open(let device, let epoch) = before else { return }
    door.registry.close(device, epoch: epoch)
    let lastSeenMS = session?.heard?.atMS ?? door.clock.nowMS
    _ = door.mail.post(for: device) { [door] in await door.departed(device, lastSeenMS: lastSeenMS) }
    door.log.debug("device left", metadata: ["device.id": "\(device)", "session.epoch": "\(epoch)"])
  }

  private func refuse(_ refusal: LinkRefusal) {
    switch phase {
    case .challenged:
      door.counters.count(.deviceHelloRefused)
      door.log.debug("hello refused", metadata: ["reason": "\(refusal)"])
      // One answer for an unknown device, a wrong key, a replay: a stranger learns nothing.
      end("the hello is not accepted")
    case .judged, .open:
      door.counters.count(.deviceFrameRefused)
      door.log.debug("frame refused", metadata: ["reason": "\(refusal)"])
      end("the frame is not accepted")
    case .over: break
    }
  }
}

// MARK: - Hello and welcome

extension DeviceLink {
  private func greet(_ frame: Span<UInt8>, _ now: Int64) throws(LinkRefusal) {
    guard let hello = try session?.hello(frame, nowMS: now, key: door.key), let handle,
      let device = DeviceID(rawValue: hello.device.string)
    else { throw .noSession }
    let greeting = Greeting(hello, of: device)
    phase = .judged(greeting, ticket: door.registry.ticket(for: device))
    let isPosted = door.mail.post(for: device) { [door] in
      let judgement = await door.judge(greeting, nowMS: now)
      handle.run { $0.judged(judgement) }
    }
    if !isPosted { end("too many devices at once", .tryAgainLater) }
  }

  private func judged(_ judgement: DeviceDoor.Judgement) {
    guard case .judged(let greeting, let ticket) = phase, let handle else { return }
    let device = greeting.device
    switch judgement {
    case .unavailable: end("the books cannot be read", .tryAgainLater)
    case .refuse(let reason):
      door.counters.count(.deviceTurnedAway)
      door.log.debug("device turned away", metadata: ["device.id": "\(device)", "reason": "\(reason)"])
      end("the hello is not accepted")
    case .welcome(let epoch, let outputs):
      let now = door.clock.nowMS
      let opening = door.registry.open(
        device,
        epoch: epoch,
        greeting: greeting,
        ticket: ticket,
        link: handle,
        nowMS: now
      )
      guard case .opened(let replaced, let isCopy) = opening else { return end("the session is void") }
      phase = .open(device, epoch)
      if let replaced {
        door.counters.count(.deviceReplaced)
        replaced.run { $0.end("the device has connected anew") }
      }
      if isCopy { return door.quarantine(device) }
      shown.greet(greeting.outputs, nowMS: now)
      keptSeenMS = now
      guard say(.welcome(Welcome(epoch: epoch, outputs))) else {
        return end("the welcome does not fit", .internalError)
      }
      door.counters.count(.deviceWelcomed)
      door.log.debug("device welcomed", metadata: ["device.id": "\(device)", "session.epoch": "\(epoch)"])
      _ = door.mail.post(for: device) { [door] in await door.arrived(greeting) }
      let waited = early
      early = []
      for frame in waited { take(frame.received, frame.heard, of: device, epoch) }
    }
  }
}

// MARK: - Words up

extension DeviceLink {
  private func take(
    _ received: ServerSession.Received,
    _ heard: ServerSession.Heard,
    of device: DeviceID,
    _ epoch: SessionEpoch
  ) {
    switch received {
    case .message(.ack(let ack)):
      door.registry.saw(device, epoch: epoch, outputs: nil, nowMS: heard.atMS)
      let answer = Answer(
        channel: ChannelID(device: device, number: ack.channel),
        number: ack.number,
        word: Answer.Word(ack.word),
        leftMS: ack.leftMS
      )
      if answer.word.settles { shown.answered(ack.number, by: ack.channel) }
      guard let handle else { return }
      post(for: device) { [ears = door.ears] in
        if await !ears.heard(answer) { handle.run { $0.end("what was said could not be recorded", .tryAgainLater) } }
      }
    case .message(.ping(let ping)):
      say(.pong(Pong(counter: heard.counter)))
      show(ping.channels.map { OutputState($0) }, of: device, epoch, heard.atMS)
    case .message(.unknown): break
    case .message(.hello): say(.unknown(Unknown(name: "hello")))
    case .message(.reading): say(.unknown(Unknown(name: "reading")))
    case .notUnderstood(let name): say(.unknown(Unknown(name: name)))
    }
  }

  private func show(_ outputs: [OutputState], of device: DeviceID, _ epoch: SessionEpoch, _ now: Int64) {
    let news = shown.show(outputs, nowMS: now)
    door.registry.saw(device, epoch: epoch, outputs: shown.latest, nowMS: now)
    for output in news {
      guard let handle else { return }
      post(for: device) { [door] in
        if await !door.record(output, of: device, nowMS: now) { handle.run { $0.shown.notRecorded(output.number) } }
      }
    }
    if now - keptSeenMS >= DeviceLink.keepSeenMS, outputs.contains(where: { $0.says == "running" }) {
      keptSeenMS = now
      post(for: device) { [door] in await door.keepSeen(device, atMS: now) }
    }
  }

  /// Sends a message; false where the session cannot.
  @discardableResult
  func say(_ message: ServerMessage) -> Bool {
    guard let frame = try? session?.seal(message) else { return false }
    connection?.send(WebSocketFrames.text(frame))
    return true
  }

  /// Hands something to the books, within the connection's bound.
  private func post(for device: DeviceID, _ letter: @escaping DeviceMailroom.Letter) {
    guard case .open = phase else { return }
    guard waiting.count.load(ordering: .relaxed) < DeviceLink.backlog,
      door.mail.post(
        for: device,
        { [waiting] in
          await letter()
          waiting.count.wrappingSubtract(1, ordering: .relaxed)
        }
      )
    else {
      door.counters.count(.deviceTooFast)
      return end("more was said than can be written down", .tryAgainLater)
    }
    waiting.count.wrappingAdd(1, ordering: .relaxed)
  }
}
