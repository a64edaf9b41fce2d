import DeviceWire
import Primitives
import Testing

@Suite struct ServerSessionTests {
  static let nonce = SessionNonce(boot: 0xa0a1_a2a3_a4a5_a6a7, session: 0xa8a9_aaab_acad_aeaf)

  /// A device that was challenged with `nonce` at 1,000 ms: its core and its hello frame.
  private func challenged(_ transport: LinkTransport = .webSocket) throws -> (DeviceCore, [UInt8]) {
    var bench = Bench(transport: transport)
    _ = bench.boot()
    _ = bench.connect()
    let actions = bench.core.receive(Challenge(serverNonce: Self.nonce).encoded().span, nowMS: 1_000)
    guard case .send(let frame) = actions.last else { throw LinkRefusal.noSession }
    return (bench.core, frame)
  }

  private func session(_ transport: LinkTransport = .webSocket) -> ServerSession {
    ServerSession(serverNonce: Self.nonce, transport: transport, nowMS: 1_000)
  }

  private func key(_ device: WireText, _ serial: UInt32) -> Bytes32? {
    device == "charger-1" && serial == 1 ? Bench.key : nil
  }

  @Test func provesAHello() throws {
    let (_, frame) = try challenged()
    var session = session()
    #expect(String(decoding: session.challenge, as: UTF8.self) == #"{"challenge":"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"}"#)
    #expect(!session.isOpen)
    let hello = try session.hello(frame, nowMS: 1_250, expecting: "charger-1", key: key)
    #expect(hello.boot == 1)
    #expect(session.isOpen)
    #expect(session.device == "charger-1")
    #expect(session.heard == ServerSession.Heard(counter: 1, atMS: 1_250))
  }

  @Test func aHelloUnderAnotherKeyIsRefused() throws {
    let (_, frame) = try challenged()
    var session = session()
    #expect(throws: LinkRefusal.badMAC) { try session.hello(frame, nowMS: 1_000) { _, _ in .zero } }
    #expect(throws: LinkRefusal.unknownKey) { try session.hello(frame, nowMS: 1_000) { _, _ in nil } }
    #expect(throws: LinkRefusal.wrongDevice) {
      try session.hello(frame, nowMS: 1_000, expecting: "charger-2", key: key)
    }
    #expect(!session.isOpen)
    #expect(session.heard == nil)
    // None of these spent the challenge.
    #expect(throws: Never.self) { try session.hello(frame, nowMS: 1_000, key: key) }
  }

  @Test func aHelloToAnotherChallengeIsRefused() throws {
    let (_, frame) = try challenged()
    var other = ServerSession(serverNonce: SessionNonce(boot: 1, session: 1), transport: .webSocket, nowMS: 1_000)
    #expect(throws: LinkRefusal.badMAC) { try other.hello(frame, nowMS: 1_000, key: key) }
  }

  @Test func aChallengeLivesTenSecondsAndOnce() throws {
    let (_, frame) = try challenged()
    var late = session()
    #expect(throws: LinkRefusal.staleChallenge) { try late.hello(frame, nowMS: 11_000, key: key) }
    var session = session()
    _ = try session.hello(frame, nowMS: 10_999, key: key)
    #expect(throws: LinkRefusal.staleChallenge) { try session.hello(frame, nowMS: 10_999, key: key) }
  }

  @Test func everyByteOfAHelloIsProven() throws {
    let (_, frame) = try challenged()
    for i in frame.indices {
      var forged = frame
      forged[i] ^= 1
      var session = session()
      #expect(throws: LinkRefusal.self) { try session.hello(forged, nowMS: 1_000, key: key) }
      #expect(!session.isOpen)
    }
  }

  @Test func onlyAHelloOpensASession() throws {
    var session = session()
    for text in ["", "x", #"{"hello":{}}"#, String(repeating: "0", count: 32) + " 1 {}", #"{"knock":"charger-1"}"#] {
      #expect(throws: LinkRefusal.self) { try session.hello(Array(text.utf8), nowMS: 1_000, key: key) }
    }
    #expect(throws: LinkRefusal.noSession) { try session.open(Array("x".utf8), nowMS: 1_000) }
    #expect(throws: LinkRefusal.noSession) { try session.seal(.pong(Pong(counter: 1))) }
    let long = [UInt8](repeating: 0x30, count: 1_025)
    #expect(throws: LinkRefusal.tooLong(1_025)) { try session.hello(long, nowMS: 1_000, key: key) }
  }

  /// A session and the device's frames that follow its hello: pings 2, 3, 4.
  private func opened(_ transport: LinkTransport) throws -> (ServerSession, [[UInt8]]) {
    var (core, frame) = try challenged(transport)
    var session = session(transport)
    _ = try session.hello(frame, nowMS: 1_000, key: key)
    let welcome = try session.seal(.welcome(Welcome(epoch: 1, channels: [])))
    _ = core.receive(welcome.span, nowMS: 1_000)
    var frames: [[UInt8]] = []
    for i in 1...3 {
      if case .send(let ping) = core.tick(nowMS: 1_000 + 20_000 * Int64(i)).last { frames.append(ping) }
      let pong = try session.seal(.pong(Pong(counter: UInt64(i) + 1)))
      _ = core.receive(pong.span, nowMS: 1_000 + 20_000 * Int64(i))
    }
    return (session, frames)
  }

  @Test func opensFramesInOrder() throws {
    var (session, frames) = try opened(.webSocket)
    for (i, frame) in frames.enumerated() {
      guard case .message(.ping) = try session.open(frame, nowMS: 30_000 + Int64(i)) else {
        Issue.record("no ping")
        return
      }
      #expect(session.heard == ServerSession.Heard(counter: UInt64(i) + 2, atMS: 30_000 + Int64(i)))
    }
  }

  @Test func aWebSocketTakesExactlyTheNext() throws {
    var (session, frames) = try opened(.webSocket)
    #expect(throws: LinkRefusal.badCounter(last: 1, got: 3)) { try session.open(frames[1], nowMS: 2_000) }
    _ = try session.open(frames[0], nowMS: 2_000)
    #expect(throws: LinkRefusal.badCounter(last: 2, got: 2)) { try session.open(frames[0], nowMS: 2_000) }
    #expect(session.heard?.counter == 2)
  }

  @Test func mqttTakesWhatIsHigher() throws {
    var (session, frames) = try opened(.mqtt)
    _ = try session.open(frames[1], nowMS: 2_000)
    #expect(throws: LinkRefusal.badCounter(last: 3, got: 2)) { try session.open(frames[0], nowMS: 2_000) }
    #expect(throws: LinkRefusal.badCounter(last: 3, got: 3)) { try session.open(frames[1], nowMS: 2_000) }
    _ = try session.open(frames[2], nowMS: 2_000)
    #expect(session.heard?.counter == 4)
  }

  @Test func framesOfTheServerAreNotTheDevices() throws {
    var (session, _) = try opened(.mqtt)
    let mine = try session.seal(.pong(Pong(counter: 9)))
    #expect(throws: LinkRefusal.badMAC) { try session.open(mine, nowMS: 2_000) }
  }

  @Test func whatIsSealedButNotUnderstoodIsNamed() throws {
    let (_, hello) = try challenged()
    var session = session()
    let proven = try session.hello(hello, nowMS: 1_000, key: key)
    let keys = SessionKeys(
      deviceKey: Bench.key,
      device: "charger-1",
      serial: 1,
      serverNonce: Self.nonce,
      deviceNonce: proven.deviceNonce
    )
    let up = FrameKey(keys.up)
    let dance = try Frame.seal(counter: 2, key: up) { $0.value(["dance": 1]) }
    #expect(try session.open(dance, nowMS: 1_000) == .notUnderstood("dance"))
    let second = try Frame.seal(counter: 3, key: up) { $0.value(["ack": 1]) }
    #expect(try session.open(second, nowMS: 1_000) == .notUnderstood("ack"))
    let torn = try Frame.seal(counter: 4, key: up) { $0.beginObject() }
    #expect(throws: LinkRefusal.notJSON(JSONRefusal(.endsEarly, at: 1))) { try session.open(torn, nowMS: 1_000) }
  }

  @Test(
    arguments: [
      (90_000, 89_000), (1_000, 0), (999, 0), (Int64.min, 0), (Int64.max, Wire.greatest),
    ] as [(Int64, UInt64)]
  )
  func lifeCountsFromTheFramesArrival(_ deadlineMS: Int64, _ lifeMS: UInt64) {
    #expect(ServerSession.Heard(counter: 3, atMS: 1_000).lifeMS(until: deadlineMS) == lifeMS)
  }

  @Test func aFrameThatDoesNotFitUsesUpNoCounter() throws {
    var (session, _) = try opened(.webSocket)
    let long = Unknown(name: WireText(String(repeating: "x", count: 1_100)))
    #expect(throws: LinkRefusal.self) { try session.seal(.unknown(long)) }
    let next = try session.seal(.pong(Pong(counter: 1)))
    #expect(String(decoding: next[33..<35], as: UTF8.self) == "5 ")
  }
}
