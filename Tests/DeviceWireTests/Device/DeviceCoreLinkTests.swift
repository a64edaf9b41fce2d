import DeviceWire
import Primitives
import Testing

/// Knock, challenge, hello, welcome, ping; and frames that cannot be right.
@Suite struct DeviceCoreLinkTests {
  @Test func aWebSocketWaitsForItsChallenge() throws {
    var bench = Bench()
    _ = bench.boot()
    #expect(bench.connect() == [])
    let hello = try bench.challenge()
    #expect(hello.device == "charger-1")
    #expect(hello.keySerial == 1)
    #expect(hello.firmware == "1.2.0")
    #expect(hello.deviceNonce == SessionNonce(boot: 1, session: 1))
    #expect(bench.server?.heard?.counter == 1)
  }

  @Test func noncesNeverRepeat() throws {
    var bench = Bench()
    _ = bench.boot()
    var seen: Set<SessionNonce> = []
    for _ in 0..<3 {
      for _ in 0..<3 {
        _ = bench.connect()
        #expect(seen.insert(try bench.challenge().deviceNonce).inserted)
      }
      _ = bench.reboot()
    }
  }

  @Test func overMQTTItKnocks() throws {
    var bench = Bench(transport: .mqtt)
    _ = bench.boot()
    #expect(bench.connect() == [.knocked])
    #expect(bench.wait(19_999) == [])
    #expect(bench.wait(1) == [.knocked], "and again until it is challenged")
    _ = try bench.challenge()
    #expect(try bench.tell(.welcome(Welcome(epoch: 1, channels: []))) == [])
    #expect(bench.wait(19_999) == [])
  }

  @Test func pingsEveryTwentySecondsWithItsOutputs() throws {
    var bench = try Bench.ready()
    #expect(bench.wait(19_999) == [])
    let idle = ChannelReport(channel: 0, number: 0, says: "idle", leftMS: 0)
    #expect(bench.wait(1) == [.said(.ping(Ping(channels: [idle])))])
    _ = try bench.tell(bench.run(1, ms: 25_000, once: false))
    let running = ChannelReport(channel: 0, number: 1, says: "running", leftMS: 5_000)
    #expect(bench.wait(20_000) == [.said(.ping(Ping(channels: [running])))])
    #expect(try bench.tell(.pong(Pong(counter: 3))) == [])
  }

  @Test func silenceEndsAWebSocket() throws {
    var bench = try Bench.ready()
    _ = bench.wait(40_000)
    bench.answersPings = false
    #expect(!bench.wait(59_999).contains(.closed))
    #expect(bench.wait(1) == [.closed])
    #expect(bench.wait(100_000) == [], "said once; then it waits to be connected")
  }

  @Test func silenceMakesMQTTKnock() throws {
    var bench = try Bench.ready(transport: .mqtt)
    bench.answersPings = false
    let steps = bench.wait(60_000)
    #expect(steps.last == .knocked)
    #expect(steps.filter { $0 == .knocked }.count == 1)
    _ = try bench.challenge()
    #expect(try bench.tell(.welcome(Welcome(epoch: 2, channels: []))) == [])
  }

  @Test func aHandshakeThatHangsIsClosed() throws {
    var bench = Bench()
    _ = bench.boot()
    _ = bench.connect()
    _ = try bench.challenge()
    #expect(bench.wait(19_999) == [])
    #expect(bench.wait(1) == [.closed])
  }

  @Test func onlyAWelcomeOpensASession() throws {
    var bench = Bench()
    _ = bench.boot()
    _ = bench.connect()
    _ = try bench.challenge()
    #expect(try bench.tell(bench.run(1)) == [.closed])
    #expect(bench.outputs.isEmpty)
  }

  @Test func aSecondWelcomeIsNotUnderstood() throws {
    var bench = try Bench.ready()
    _ = try bench.tell(bench.run(1))
    let again = Welcome(epoch: 1, channels: [Welcome.Instruction(channel: 0, order: .stop)])
    #expect(try bench.tell(.welcome(again)) == [.said(.unknown(Unknown(name: "welcome")))])
    #expect(bench.outputs == [0])
  }

  @Test func unknownIsNeverAnswered() throws {
    var bench = try Bench.ready()
    #expect(try bench.tell(.unknown(Unknown(name: "ping"))) == [])
  }

  @Test func aForgedFrameClosesAWebSocket() throws {
    var bench = try Bench.ready()
    var frame = try bench.seal(bench.run(1))
    frame[40] ^= 1
    #expect(bench.receive(frame) == [.closed])
    #expect(bench.outputs.isEmpty)
  }

  @Test func aForgedFrameIsDroppedOverMQTT() throws {
    var bench = try Bench.ready(transport: .mqtt)
    let frame = try bench.seal(bench.run(1, ms: 500))
    for i in frame.indices {
      var forged = frame
      forged[i] ^= 1
      #expect(bench.receive(forged) == [])
    }
    #expect(bench.receive(Array(frame.dropLast())) == [])
    #expect(bench.receive([]) == [])
    #expect(bench.receive(Array("{".utf8)) == [])
    #expect(bench.receive([UInt8](repeating: 0x7b, count: 5_000)) == [])
    #expect(bench.receive([UInt8](repeating: 0x30, count: 5_000)) == [])
    #expect(bench.receive(frame).contains(.on(0)), "none of them used up the counter")
  }

  @Test(arguments: [LinkTransport.webSocket, .mqtt])
  func aRepeatedFrameIsNotObeyed(_ transport: LinkTransport) throws {
    var bench = try Bench.ready(transport: transport)
    let frame = try bench.seal(bench.run(1, ms: 500))
    _ = bench.receive(frame)
    #expect(bench.receive(frame) == (transport == .webSocket ? [.closed] : []))
  }

  @Test func aGapInTheCountersClosesAWebSocketOnly() throws {
    for transport in [LinkTransport.webSocket, .mqtt] {
      var bench = try Bench.ready(transport: transport)
      _ = try bench.seal(.pong(Pong(counter: 1)))  // never arrives
      let steps = try bench.tell(bench.run(1, ms: 500))
      #expect(steps.last == (transport == .webSocket ? .closed : .ack(.accepted, n: 1, left: 500)))
    }
  }

  @Test func aSecondChallengeClosesAWebSocket() throws {
    var bench = try Bench.ready()
    #expect(bench.receive(Challenge(serverNonce: SessionNonce(boot: 9, session: 9)).encoded()) == [.closed])
  }

  @Test func aForgedChallengeDoesNotEndASessionOverMQTT() throws {
    var bench = try Bench.ready(transport: .mqtt)
    let forged = Challenge(serverNonce: SessionNonce(boot: 9, session: 9)).encoded()
    #expect(bench.receive(forged) == [.noise], "a hello that nobody waits for")
    #expect(bench.receive(forged) == [], "no more than one a second")
    #expect(try bench.tell(bench.run(1, ms: 500)).contains(.on(0)), "the session stands")
  }

  @Test func aChallengeDeliveredTwiceIsAnsweredOnce() throws {
    var bench = Bench(transport: .mqtt)
    _ = bench.boot()
    _ = bench.connect()
    _ = try bench.challenge()
    guard let challenge = bench.server?.challenge else { return }
    bench.now += 3_000
    #expect(bench.receive(challenge) == [])
    _ = try bench.tell(.welcome(Welcome(epoch: 1, channels: [])))
    bench.now += 3_000
    #expect(bench.receive(challenge) == [])
    #expect(try bench.tell(bench.run(1, ms: 500, at: 1)).contains(.on(0)))
  }

  @Test func aNewSessionReplacesTheOldWithItsWelcome() throws {
    var bench = try Bench.ready(transport: .mqtt)
    var old = bench.server
    _ = bench.wait(5_000)
    _ = try bench.challenge()
    guard let early = try old?.seal(bench.run(1, ms: 500, at: 1)) else { return }
    bench.server = old
    #expect(bench.receive(early).contains(.on(0)), "until then the old one holds")
    bench.now += 2_000
    _ = bench.tick()
    _ = try bench.challenge()
    _ = try bench.tell(.welcome(Welcome(epoch: 2, channels: [])))
    guard let late = try old?.seal(bench.run(2, ms: 500, at: 1)) else { return }
    #expect(bench.receive(late) == [], "and no longer")
  }

  @Test func nothingIsHeardWhileTheLinkIsDown() throws {
    var bench = try Bench.ready()
    let frame = try bench.seal(bench.run(1))
    _ = bench.disconnect()
    #expect(bench.receive(frame) == [])
    #expect(bench.outputs.isEmpty)
  }

  @Test func readingsNeedASession() throws {
    var bench = Bench()
    _ = bench.boot()
    let reading = try #require(Reading(name: "temperature", value: "21.5", unit: "°C", atMS: 120_500))
    #expect(bench.carryOut(bench.core.send(reading, nowMS: bench.now)) == [])
    _ = try bench.greet()
    #expect(bench.carryOut(bench.core.send(reading, nowMS: bench.now)) == [.said(.reading(reading))])
  }

  @Test func theLongestHelloFitsAFrame() throws {
    let channels = (0..<8).map { ChannelConfiguration(number: 248 + UInt8($0), maxOnMS: .max) }
    let configuration = DeviceConfiguration(
      device: WireText(String(repeating: "d", count: 64)),
      key: .zero,
      keySerial: .max,
      firmware: WireText(String(repeating: "f", count: 32)),
      transport: .webSocket,
      channels: channels
    )
    let records = channels.map {
      ChannelRecord(
        channel: $0.number,
        sequence: 1,
        number: Wire.greatest,
        id: 1,
        state: .running,
        leftMS: .max
      ).encoded()
    }
    var core = DeviceCore(
      configuration,
      storage: DeviceStorage(
        boot: (BootRecord(boot: Wire.greatest - 1).encoded(), nil),
        channels: records.map { ($0, nil) }
      ),
      nowMS: 0
    )
    _ = core.connected(nowMS: 0)
    let actions = core.receive(Challenge(serverNonce: SessionNonce(boot: .max, session: .max)).encoded().span, nowMS: 0)
    guard case .send(let frame) = actions.last else { Issue.record("no hello"); return }
    #expect(frame.count <= Frame.limit)
    var session = ServerSession(
      serverNonce: SessionNonce(boot: .max, session: .max),
      transport: .webSocket,
      nowMS: 0
    )
    let hello = try session.hello(frame.span, nowMS: 0) { _, _ in .zero }
    #expect(hello.channels.count == 8)
    #expect(hello.boot == Wire.greatest)
  }
}
