import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Testing

@testable import Sockets

@Suite struct WebSocketConnectionTests {
  /// Runs `body` with a raw client whose handshake is answered.
  private func withSocket<Result>(
    _ log: SocketLog,
    options: WebSocketOptions = WebSocketOptions(),
    clock: ManualClock? = nil,
    reads: Bool = true,
    _ body: (RawClient, Listener) async throws -> Result
  ) async throws -> Result {
    try await withServer(.webSockets(log, options: options), clock: clock) { port, listener in
      try await RawClient.with(port: port, reads: reads) { client in
        client.send(ClientFrames.handshake())
        if reads {
          #expect(await client.waits(for: "HTTP/1.1 101 "))
        } else {
          #expect(await log.waitsForHandles(1))
        }
        return try await body(client, listener)
      }
    }
  }

  /// What came behind the handshake, as hexadecimal digits.
  private func frames(_ client: RawClient) -> String {
    let bytes = client.bytes
    let end = Array("\r\n\r\n".utf8)
    guard bytes.count >= 4, let start = (0...bytes.count - 4).first(where: { Array(bytes[$0..<$0 + 4]) == end }) else {
      return ""
    }
    return Hex.encode(bytes[(start + 4)...])
  }

  private func waits(_ client: RawClient, forFrames hex: String) async -> Bool {
    await eventually { self.frames(client) == hex }
  }

  private func hex(_ frame: ByteBuffer) -> String { Hex.encode(Array(buffer: frame)) }

  @Test func answersTheHandshakeAndEchoes() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, _ in
      #expect(client.text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
      client.send(ClientFrames.text("Hello"))
      #expect(await waits(client, forFrames: "810548656c6c6f"))
      client.send(ClientFrames.ping("Hi") + ClientFrames.text("") + ClientFrames.raw(0x8a, [0x41]))
      #expect(await waits(client, forFrames: "810548656c6c6f" + "8a024869" + "8100"))
      #expect(await eventually { log.lines == ["text Hello", "text ", "pong A"] })
      await client.close()
      #expect(await log.waits(for: .lost))
    }
    #expect(log.ends.count == 1)
  }

  @Test func echoesLargeAndFragmented() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, _ in
      let large = String(repeating: "x", count: 16_384)
      client.send(ClientFrames.text(large))
      let echo = hex(WebSocketFrames.text(large))
      #expect(await waits(client, forFrames: echo))
      let half = [UInt8](repeating: 0x78, count: 8_192)
      client.send(ClientFrames.raw(0x01, half))
      client.send(ClientFrames.ping())
      #expect(await waits(client, forFrames: echo + "8a00"))
      client.send(ClientFrames.raw(0x80, half))
      #expect(await waits(client, forFrames: echo + "8a00" + echo))
    }
  }

  /// A client may send its first frame together with the handshake.
  @Test func readsWhatComesBehindTheHandshake() async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(Array(ClientFrames.handshake().utf8) + ClientFrames.text("early") + [0x81])
        #expect(await waits(client, forFrames: "81056561726c79"))
        client.send([UInt8](ClientFrames.text("a").dropFirst()))
        #expect(await waits(client, forFrames: "81056561726c79" + "810161"))
      }
    }
  }

  @Test(arguments: [
    ("POST /ws HTTP/1.1\r\nHost: t\r\n\r\n", 405), ("GET /ws HTTP/1.1\r\nHost: t\r\n\r\n", 426),
    (ClientFrames.handshake().replacing("Version: 13", with: "Version: 12"), 426),
    (ClientFrames.handshake().replacing("Connection: Upgrade", with: "Connection: close"), 400),
    (ClientFrames.handshake().replacing("dGhl", with: "d"), 400),
    (ClientFrames.handshake().replacing("HTTP/1.1", with: "HTTP/1.0"), 400),
    (ClientFrames.handshake("/other"), 200),
  ])
  func refusesHandshakes(_ request: String, _ status: Int) async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(request)
        #expect(await client.waits(for: "HTTP/1.1 \(status) "))
        if status != 200 { #expect(await client.waitsForEnd()) }
        #expect(!client.text.contains(" 101 "))
      }
    }
    #expect(log.handles.isEmpty)
  }

  @Test func theServiceRefuses() async throws {
    var service = TestService()
    service.onUpgrade = { _ in .refuse(status: .forbidden, problem: "not from there") }
    try await withServer(service) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(ClientFrames.handshake())
        #expect(await client.waits(for: "not from there"))
        #expect(client.text.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(await client.waitsForEnd())
      }
    }
  }

  @Test func oneConnectionFirstPostsThenUpgrades() async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log, subprotocol: "coinslot.v1")) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send("POST /callback/ HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi")
        #expect(await client.waits(for: "POST /callback/ 2"))
        client.send(ClientFrames.handshake(extra: "Sec-WebSocket-Protocol: coinslot.v1\r\n"))
        #expect(await client.waits(for: "Sec-WebSocket-Protocol: coinslot.v1\r\n\r\n"))
        client.send(ClientFrames.text("x"))
        #expect(await eventually { client.bytes.suffix(3) == [0x81, 1, 0x78] })
      }
    }
  }

  // MARK: Ending

  @Test(arguments: [
    (ClientFrames.close(1000), "880203e8", WebSocketEnd.closedByPeer(.normal)),
    (ClientFrames.close(), "8800", .closedByPeer(nil)),
    (ClientFrames.close(4999), "88021387", .closedByPeer(.init(rawValue: 4999))),
    (ClientFrames.close(1005), "880203ea", .violation(.badCloseFrame)),
    ([0x81, 0x01, 0x78], "880203ea", .violation(.wrongMasking)),
    (ClientFrames.raw(0xc1, []), "880203ea", .violation(.reservedBits)),
    (ClientFrames.raw(0x83, []), "880203ea", .violation(.unknownOpcode)),
    (ClientFrames.raw(0x09, []), "880203ea", .violation(.badControlFrame)),
    (ClientFrames.raw(0x89, [UInt8](repeating: 0, count: 126)), "880203ea", .violation(.badControlFrame)),
    (ClientFrames.raw(0x80, []), "880203ea", .violation(.badFragment)),
    (ClientFrames.raw(0x81, [0xff]), "880203ef", .violation(.invalidText)),
    (ClientFrames.raw(0x82, [1]), "880203eb", .violation(.binaryRefused)),
    (ClientFrames.raw(0x81, [UInt8](repeating: 0x78, count: 16_385)), "880203f1", .violation(.messageTooBig)),
    (
      Array(repeating: ClientFrames.raw(0x00, []), count: 65).reduce(ClientFrames.raw(0x01, []), +), "880203f1",
      .violation(.tooManyFragments)
    ),
  ])
  func ends(_ bytes: [UInt8], _ answer: String, _ end: WebSocketEnd) async throws {
    let log = SocketLog()
    try await withSocket(log) { client, listener in
      client.send(bytes)
      #expect(await waits(client, forFrames: answer))
      #expect(await client.waitsForEnd())
      #expect(await log.waits(for: end))
      await client.close()
      #expect(await eventually { listener.counts.open == 0 })
    }
    #expect(log.ends == [end])
  }

  /// Fragments for ever, each within every bound but the sum.
  @Test func aMessageThatNeverEndsIsClosed() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, _ in
      client.send(ClientFrames.raw(0x01, [UInt8](repeating: 0x78, count: 1_000)))
      for _ in 0..<16 { client.send(ClientFrames.raw(0x00, [UInt8](repeating: 0x78, count: 1_000))) }
      #expect(await waits(client, forFrames: "880203f1"))
      #expect(await log.waits(for: .violation(.messageTooBig)))
    }
  }

  @Test func binaryIsHandedOnWhereItIsTaken() async throws {
    let log = SocketLog()
    var options = WebSocketOptions()
    options.takesBinary = true
    try await withSocket(log, options: options) { client, _ in
      client.send(ClientFrames.raw(0x82, [1, 2, 3]))
      #expect(await eventually { log.lines == ["binary 3"] })
    }
  }

  @Test func closesPolitely() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, _ in
      log.handles[0].close(.goingAway, reason: "bye")
      #expect(await waits(client, forFrames: "880503e9627965"))
      log.handles[0].send(WebSocketFrames.text("never sent"))
      client.send(ClientFrames.text("never seen") + ClientFrames.close(1001))
      #expect(await client.waitsForEnd())
      #expect(await log.waits(for: .closedByUs(.goingAway)))
      #expect(frames(client) == "880503e9627965")
      #expect(log.lines.isEmpty)
    }
    #expect(log.ends == [.closedByUs(.goingAway)])
  }

  @Test func aClientThatDoesNotCloseIsDropped() async throws {
    let log = SocketLog()
    let clock = ManualClock()
    try await withSocket(log, clock: clock) { client, listener in
      log.handles[0].close()
      #expect(await waits(client, forFrames: "880203e8"))
      await clock.pass(2_000, listener)
      #expect(log.ends.isEmpty, "not early")
      await clock.pass(1_000, listener)
      #expect(await client.waitsForEnd())
      #expect(await log.waits(for: .closedByUs(.normal)))
    }
  }

  @Test func halfClosedItEnds() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, listener in
      client.closeOutput()
      #expect(await client.waitsForEnd())
      #expect(await log.waits(for: .lost))
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test func dropsWithoutACloseFrame() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, _ in
      log.handles[0].send(ByteBuffer(bytes: [0x81, 0x05, 0x48]))
      log.handles[0].drop()
      #expect(await client.waitsForEnd())
      #expect(frames(client) == "810548")
    }
  }

  // MARK: A client that does not read

  @Test(arguments: [8_192, 65_536, 200_000])
  func whoNeverReadsIsDropped(_ bound: Int) async throws {
    let log = SocketLog()
    var options = WebSocketOptions()
    options.maxPendingBytes = bound
    try await withSocket(log, options: options, reads: false) { client, listener in
      let frame = WebSocketFrames.text(String(repeating: "x", count: 4_000))
      // The buffers of the system on both sides take some megabytes first.
      for _ in 0..<20_000 where log.ends.isEmpty { log.handles[0].send(frame) }
      #expect(await log.waits(for: .tooSlow))
      #expect(await eventually { listener.counts.open == 0 })
    }
    #expect(log.ends == [.tooSlow])
  }

  /// The pongs that a client asks for and does not take count as well.
  @Test func whoOnlyPingsIsDropped() async throws {
    let log = SocketLog()
    try await withSocket(log, reads: false) { client, _ in
      let pings = (0..<500).flatMap { _ in ClientFrames.ping(String(repeating: "p", count: 125)) }
      for _ in 0..<2_000 where log.ends.isEmpty { await client.sendAll(pings) }
      #expect(await log.waits(for: .tooSlow))
    }
  }

  @Test func whoReadsIsNotDropped() async throws {
    let log = SocketLog()
    try await withSocket(log) { client, _ in
      let frame = WebSocketFrames.text(String(repeating: "x", count: 4_000))
      for round in 1...50 {
        for _ in 0..<10 { log.handles[0].send(frame) }
        #expect(await eventually { client.bytes.count > round * 40_000 })
      }
      #expect(log.ends.isEmpty)
    }
  }

  // MARK: Sweeping

  @Test func aSilentClientIsSwept() async throws {
    let log = SocketLog()
    let clock = ManualClock()
    try await withSocket(log, clock: clock) { client, listener in
      client.send(ClientFrames.ping())
      #expect(await waits(client, forFrames: "8a00"))
      await clock.pass(10_000, listener)
      #expect(frames(client) == "8a00", "not early")
      await clock.pass(1_000, listener)
      #expect(
        await waits(client, forFrames: "8a00" + hex(WebSocketFrames.close(.policyViolation, reason: "no message")))
      )
      client.send(ClientFrames.close(1008))
      #expect(await log.waits(for: .silent))
    }
  }

  @Test func whoHasSpokenIsPinged() async throws {
    let log = SocketLog()
    let clock = ManualClock()
    try await withSocket(log, clock: clock) { client, listener in
      client.send(ClientFrames.text("here"))
      var expected = "810468657265"
      #expect(await waits(client, forFrames: expected))
      for _ in 0..<5 {
        await clock.pass(29_999, listener)
        await clock.pass(1, listener)
        expected += "8900"
        #expect(await waits(client, forFrames: expected))
      }
      #expect(log.ends.isEmpty)
    }
  }

  @Test func aMessageThatStopsIsSwept() async throws {
    let log = SocketLog()
    let clock = ManualClock()
    try await withSocket(log, clock: clock) { client, listener in
      client.send(ClientFrames.text("here") + ClientFrames.raw(0x01, [0x61]))
      #expect(await waits(client, forFrames: "810468657265"))
      await clock.pass(29_000, listener)
      #expect(frames(client) == "810468657265", "not early")
      await clock.pass(2_000, listener)
      #expect(await eventually { frames(client).contains("03f0") })
      client.send(ClientFrames.close(1008))
      #expect(await log.waits(for: .silent))
    }
  }

  /// Many small messages, one of which is always half there, are no message that stops.
  @Test func aBusyClientIsNotSwept() async throws {
    let log = SocketLog(echoes: false)
    let clock = ManualClock()
    try await withSocket(log, clock: clock) { client, listener in
      let frame = ClientFrames.text("m")
      client.send([frame[0]])
      for round in 1...6 {
        client.send(Array(frame.dropFirst()) + [frame[0]])
        #expect(await eventually { log.lines.count == round })
        await clock.pass(20_000, listener)
      }
      #expect(log.ends.isEmpty)
    }
  }

  @Test func whoSendsNothingIsDroppedWhereThatIsTheRule() async throws {
    let log = SocketLog()
    let clock = ManualClock()
    var options = WebSocketOptions()
    options.silentForMS = 70_000
    options.firstMessageWithinMS = nil
    try await withSocket(log, options: options, clock: clock) { client, listener in
      for round in 1...3 {
        client.send(ClientFrames.raw(0x8a, []))
        #expect(await eventually { log.lines.count == round })
        await clock.pass(70_000, listener)
      }
      #expect(log.ends.isEmpty)
      await clock.pass(1_000, listener)
      #expect(await log.waits(for: .silent))
      #expect(await client.waitsForEnd())
    }
  }

  /// A rule of the handler's own, such as a device that may sleep for an hour.
  @Test func handlersMayHaveRulesOfTheirOwn() async throws {
    final class Strict: WebSocketConnectionHandler {
      func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {}
      func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {}
      func swept(_ connection: WebSocketConnection, nowMS: Int64) {
        if nowMS - connection.receivedMS >= 5_000 { connection.close(.init(rawValue: 4000)) }
      }
    }
    var service = TestService()
    service.onUpgrade = { _ in .accept { Strict() } }
    let clock = ManualClock()
    try await withServer(service, clock: clock) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(ClientFrames.handshake())
        #expect(await client.waits(for: " 101 "))
        await clock.pass(4_999, listener)
        #expect(frames(client) == "")
        await clock.pass(1, listener)
        #expect(await waits(client, forFrames: "88020fa0"))
      }
    }
  }

  // MARK: Many

  @Test func oneFrameGoesToMany() async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, listener in
      var clients: [RawClient] = []
      for _ in 0..<50 {
        let client = try await RawClient.connect(port: port)
        client.send(ClientFrames.handshake())
        clients.append(client)
      }
      #expect(await log.waitsForHandles(50))
      #expect(Set(log.handles).count == 50)
      let frame = WebSocketFrames.text("to all")
      WebSocketHandle.send(frame, to: log.handles)
      for client in clients {
        #expect(await waits(client, forFrames: "8106746f20616c6c"))
        await client.close()
      }
      #expect(await eventually { log.ends.count == 50 })
      #expect(await eventually { listener.counts.open == 0 })
      WebSocketHandle.send(frame, to: log.handles)
      log.handles[0].close()
    }
  }

  @Test func aClosingListenerSaysGoodbye() async throws {
    let log = SocketLog()
    var service = TestService.webSockets(log)
    service.onRequest = { _, _ in .reply(.text(.ok, "x")) }
    let listener = try await Listener.serve(service, on: ["127.0.0.1:0"], group: MultiThreadedEventLoopGroup.singleton)
    try await RawClient.with(port: listener.ports[0]) { client in
      client.send(ClientFrames.handshake())
      #expect(await log.waitsForHandles(1))
      async let closed: Void = listener.close()
      #expect(await waits(client, forFrames: "880203e9"))
      client.send(ClientFrames.close(1001))
      await closed
      #expect(log.ends == [.closedByUs(.goingAway)])
      #expect(listener.counts.open == 0)
    }
  }
}
