import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Synchronization
import Testing

@testable import Sockets

@Suite struct WebSocketClientTests {
  private func endpoint(_ port: Int, _ host: String = "127.0.0.1", _ path: String = "/ws") throws -> Endpoint {
    try Endpoint(parsing: "ws://\(host):\(port)\(path)")
  }

  /// A server that says one thing to every connection, whatever it asks, and notes what it hears.
  private func withSpeaker(
    _ answer: @escaping @Sendable (RequestHead) -> PlainHTTPAnswer,
    _ body: (Int) async throws -> Void
  ) async throws {
    var service = TestService()
    service.onRequest = { head, _ in answer(head) }
    try await withServer(service) { port, _ in try await body(port) }
  }

  /// The bytes of a correct answer to the handshake in `head`, and what comes behind.
  private static func accept(_ head: RequestHead, then rest: [UInt8] = []) -> ByteBuffer {
    let accept = HandshakeDigest.accept(head.first("sec-websocket-key") ?? "")
    let text =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
    return ByteBuffer(bytes: Array(text.utf8) + rest)
  }

  @Test(arguments: [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "[::1]"), ("localhost:0", "localhost")])
  func talks(_ listens: String, _ host: String) async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log, subprotocol: "p"), on: listens) { port, _ in
      var options = WebSocketClientOptions()
      options.subprotocol = "p"
      let echo = try await WebSocketClient.withConnection(to: endpoint(port, host), options: options) { connection in
        try await connection.send(text: "first")
        try await connection.send(utf8: Array("second €".utf8))
        var texts: [String] = []
        for try await message in connection.messages {
          texts.append(String(buffer: message))
          if texts.count == 1 { break }
        }
        // A second loop goes on where the first one stopped.
        for try await message in connection.messages {
          texts.append(String(buffer: message))
          if texts.count == 2 { break }
        }
        return texts
      }
      #expect(echo == ["first", "second €"])
      #expect(await log.waits(for: .closedByPeer(.normal)))
    }
  }

  @Test func largeMessagesGoBothWays() async throws {
    var options = WebSocketOptions()
    options.maxMessageBytes = 1 << 20
    options.maxPendingBytes = 1 << 22
    try await withServer(.webSockets(SocketLog(), options: options)) { port, _ in
      let text = String(repeating: "0123456789abcdef", count: 65_536)
      try await WebSocketClient.withConnection(to: endpoint(port)) { connection in
        try await connection.send(text: text)
        var iterator = connection.messages.makeAsyncIterator()
        let echo = try await iterator.next()
        #expect(echo == ByteBuffer(string: text))
      }
    }
  }

  // MARK: No connection

  @Test func nobodyListens() async throws {
    let port = try await withServer(TestService()) { port, _ in port }
    for host in ["127.0.0.1", "[::1]", "localhost"] {
      await #expect(throws: WebSocketClientError.refused) {
        try await WebSocketClient.withConnection(to: endpoint(port, host)) { _ in }
      }
    }
  }

  /// Again and again, until somebody listens.
  @Test func connectsOnceTheServerIsBack() async throws {
    let port = try await withServer(TestService()) { port, _ in port }
    for _ in 0..<20 {
      await #expect(throws: WebSocketClientError.refused) {
        try await WebSocketClient.withConnection(to: endpoint(port)) { _ in }
      }
    }
    try await withServer(.webSockets(SocketLog()), on: "127.0.0.1:\(port)") { port, _ in
      try await WebSocketClient.withConnection(to: endpoint(port)) { try await $0.send(text: "back") }
    }
  }

  @Test func theNameStandsForNothing() async throws {
    await #expect(throws: WebSocketClientError.cannotResolve(host: "nothing.invalid")) {
      try await WebSocketClient.withConnection(to: Endpoint(parsing: "ws://nothing.invalid/")) { _ in }
    }
  }

  @Test func onlyWebSocketsAreSpoken() async throws {
    for text in ["https://localhost/", "http://localhost/"] {
      await #expect(throws: WebSocketClientError.unsupportedScheme) {
        try await WebSocketClient.withConnection(to: Endpoint(parsing: text)) { _ in }
      }
    }
  }

  @Test(arguments: [404, 426, 503]) func theServerRefuses(_ status: Int) async throws {
    try await withSpeaker { _ in
      .reply(.text(HTTPResponseStatus(statusCode: status), "no"))
    } _: { port in
      await #expect(throws: WebSocketClientError.handshakeRefused(status: status)) {
        try await WebSocketClient.withConnection(to: endpoint(port)) { _ in }
      }
    }
  }

  @Test func theServerAnswersAnotherKey() async throws {
    let wrong = ByteBuffer(
      string: "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"
    )
    try await withSpeaker { _ in
      .raw(wrong)
    } _: { port in
      await #expect(throws: WebSocketClientError.handshakeInvalid("Sec-WebSocket-Accept is not ours")) {
        try await WebSocketClient.withConnection(to: endpoint(port)) { _ in }
      }
    }
  }

  @Test func theServerHangsUp() async throws {
    try await withSpeaker { _ in
      .hangUp
    } _: { port in
      await #expect(throws: WebSocketClientError.lost) {
        try await WebSocketClient.withConnection(to: endpoint(port)) { _ in }
      }
    }
  }

  @Test func theServerSaysNothing() async throws {
    let never = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: PlainHTTPReply.self)
    var options = WebSocketClientOptions()
    options.connectWithinMS = 100
    try await withSpeaker { _ in
      .later(never.futureResult)
    } _: { port in
      await #expect(throws: WebSocketClientError.timedOut) {
        try await WebSocketClient.withConnection(to: endpoint(port), options: options) { _ in }
      }
    }
    never.fail(ChannelError.eof)
  }

  @Test func cancellingEndsAnAttempt() async throws {
    let never = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: PlainHTTPReply.self)
    let asked = SocketLog()
    let answer: @Sendable (RequestHead) -> PlainHTTPAnswer = { _ in
      asked.note("asked")
      return .later(never.futureResult)
    }
    try await withSpeaker(answer) { port in
      let endpoint = try endpoint(port)
      let attempt = Task { try await WebSocketClient.withConnection(to: endpoint) { _ in } }
      #expect(await eventually { !asked.lines.isEmpty })
      attempt.cancel()
      await #expect(throws: CancellationError.self) { try await attempt.value }
    }
    never.fail(ChannelError.eof)
  }

  // MARK: The end of a connection

  /// How a connection ends to whose handshake `bytes` are the rest of the answer.
  private func end(
    _ bytes: [UInt8],
    options: WebSocketClientOptions = .init(),
    expecting error: WebSocketClientError?
  ) async throws {
    try await withSpeaker {
      .raw(Self.accept($0, then: bytes))
    } _: { port in
      let ended = try await WebSocketClient.withConnection(to: endpoint(port), options: options) { connection in
        do {
          for try await _ in connection.messages {}
          return WebSocketClientError?.none
        } catch {
          return error as? WebSocketClientError
        }
      }
      #expect(ended == error)
    }
  }

  @Test func closedNormallyTheMessagesEnd() async throws {
    try await end(
      Array(buffer: WebSocketFrames.text("a")) + Array(buffer: WebSocketFrames.close(.normal)),
      expecting: nil
    )
  }

  @Test(
    arguments: [
      (
        Array(buffer: WebSocketFrames.close(.goingAway, reason: "bye")),
        WebSocketClientError.closed(.goingAway, reason: "bye")
      ),
      (Array(buffer: WebSocketFrames.close()), .closed(nil, reason: "")), ([], .lost), ([0x81, 0x05, 0x48], .lost),
      (ClientFrames.text("masked"), .protocolViolation(.wrongMasking)), ([0xc1, 0], .protocolViolation(.reservedBits)),
      ([0x82, 0x01, 0x00], .protocolViolation(.binaryRefused)), ([0x81, 0x01, 0xff], .protocolViolation(.invalidText)),
      ([0x81, 0x7f, 0, 0, 0, 0, 0, 0x10, 0, 1], .protocolViolation(.messageTooBig)),
    ] as [([UInt8], WebSocketClientError)]
  )
  func ends(_ bytes: [UInt8], _ error: WebSocketClientError) async throws {
    try await end(bytes, expecting: error)
  }

  @Test func tellsTheServerWhyItCloses() async throws {
    let log = SocketLog()
    var options = WebSocketClientOptions()
    options.maxMessageBytes = 10
    try await withServer(.webSockets(log)) { port, _ in
      await #expect(throws: WebSocketClientError.protocolViolation(.messageTooBig)) {
        try await WebSocketClient.withConnection(to: endpoint(port), options: options) { connection in
          try await connection.send(text: "12345678901")
          for try await _ in connection.messages {}
        }
      }
      #expect(await log.waits(for: .closedByPeer(.messageTooBig)))
    }
  }

  @Test func theServerGoesAway() async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, _ in
      try await WebSocketClient.withConnection(to: endpoint(port)) { connection in
        #expect(await log.waitsForHandles(1))
        log.handles[0].send(WebSocketFrames.text("last words"))
        log.handles[0].drop()
        var messages = connection.messages.makeAsyncIterator()
        let last = try await messages.next()
        #expect(last == ByteBuffer(string: "last words"))
        await #expect(throws: WebSocketClientError.lost) { for try await _ in connection.messages {} }
        await #expect(throws: WebSocketClientError.lost) { try await connection.send(text: "x") }
      }
    }
  }

  @Test func closedByUsNothingMoreIsSent() async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, _ in
      try await WebSocketClient.withConnection(to: endpoint(port)) { connection in
        await connection.close(.goingAway, reason: "enough")
        await #expect(throws: WebSocketClientError.ended) { try await connection.send(text: "x") }
        for try await _ in connection.messages { Issue.record("a message behind the end") }
      }
      #expect(log.ends == [.closedByPeer(.goingAway)])
    }
  }

  @Test func whatTheBodyThrowsIsThrown() async throws {
    struct Mine: Error {}
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, _ in
      await #expect(throws: Mine.self) {
        try await WebSocketClient.withConnection(to: endpoint(port)) { _ in throw Mine() }
      }
      #expect(await log.waits(for: .closedByPeer(.normal)))
    }
  }

  @Test func cancellingEndsTheConnection() async throws {
    let log = SocketLog()
    try await withServer(.webSockets(log)) { port, _ in
      let endpoint = try endpoint(port)
      let task = Task {
        try await WebSocketClient.withConnection(to: endpoint) { connection in
          for try await _ in connection.messages {}
        }
      }
      #expect(await log.waitsForHandles(1))
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(await log.waits(for: .lost))
    }
  }

  // MARK: Signs of life

  @Test func answersPingsAndSendsThem() async throws {
    let log = SocketLog()
    var options = WebSocketClientOptions()
    options.pingEveryMS = 20
    options.pongWithinMS = 5_000
    try await withServer(.webSockets(log)) { port, _ in
      try await WebSocketClient.withConnection(to: endpoint(port), options: options) { connection in
        #expect(await log.waitsForHandles(1))
        log.handles[0].run { $0.ping(ByteBuffer(string: "there?")) }
        #expect(await eventually { log.lines == ["pong there?"] })
        // Its own pings were answered meanwhile, else the connection would be gone.
        try await Task.sleep(for: .milliseconds(100))
        try await connection.send(text: "still here")
        #expect(await eventually { log.lines.count == 2 })
      }
    }
  }

  @Test func whoDoesNotPongIsLeft() async throws {
    // This server accepts the handshake and then never says a word.
    let silent = try await Listener.bind(["127.0.0.1:0"], group: MultiThreadedEventLoopGroup.singleton) { channel, _ in
      try channel.pipeline.syncOperations.addHandler(Mute())
    }
    var options = WebSocketClientOptions()
    options.pingEveryMS = 20
    options.pongWithinMS = 50
    await #expect(throws: WebSocketClientError.noPong) {
      try await WebSocketClient.withConnection(to: endpoint(silent.ports[0]), options: options) { connection in
        for try await _ in connection.messages {}
      }
    }
    await silent.close(graceMS: 0)
  }

  /// Answers the handshake and nothing else.
  private final class Mute: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let readsOn: Bool
    private var reader = RequestReader()
    private var hasAnswered = false

    init(readsOn: Bool = true) { self.readsOn = readsOn }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard !hasAnswered else { return }
      reader.receive(Self.unwrapInboundIn(data))
      guard case .head(let head)? = try? reader.next() else { return }
      hasAnswered = true
      if !readsOn { try? context.channel.syncOptions?.setOption(.autoRead, value: false) }
      context.writeAndFlush(Self.wrapOutboundOut(WebSocketClientTests.accept(head)), promise: nil)
    }
  }

  // MARK: Back-pressure

  /// A reader that takes its time slows the server down: what waits is bounded, and nothing is lost.
  @Test func aSlowReaderHoldsTheServerBack() async throws {
    let log = SocketLog()
    var server = WebSocketOptions()
    server.maxPendingBytes = 100_000_000
    var options = WebSocketClientOptions()
    options.maxWaitingMessages = 8
    options.pingEveryMS = 100
    options.pongWithinMS = 1_000
    try await withServer(.webSockets(log, options: server)) { port, _ in
      try await WebSocketClient.withConnection(to: endpoint(port), options: options) { connection in
        #expect(await log.waitsForHandles(1))
        let count = 2_000
        let padding = String(repeating: "x", count: 10_000)
        for i in 0..<count { log.handles[0].send(WebSocketFrames.text("\(i) \(padding)")) }
        let pending = Mutex(0)
        let isHeldBack = await eventually {
          log.handles[0].run { connection in
            let bytes = connection.pendingBytes
            pending.withLock { $0 = bytes }
          }
          return pending.withLock { $0 } > 5_000_000
        }
        #expect(isHeldBack)
        // What is not heard while the reader rests is not held against the server.
        try await Task.sleep(for: .milliseconds(2_500))
        var next = 0
        for try await message in connection.messages {
          #expect(String(buffer: message).hasPrefix("\(next) "))
          next += 1
          if next == count { break }
        }
        #expect(next == count)
      }
    }
  }

  @Test func whatWaitsToBeSentIsBounded() async throws {
    let deaf = try await Listener.bind(["127.0.0.1:0"], group: MultiThreadedEventLoopGroup.singleton) { channel, _ in
      try channel.pipeline.syncOperations.addHandler(Mute(readsOn: false))
    }
    var options = WebSocketClientOptions()
    options.maxPendingBytes = 100_000
    options.closeWithinMS = 50
    try await WebSocketClient.withConnection(to: endpoint(deaf.ports[0]), options: options) { connection in
      let handler = connection.handler
      let text = [UInt8](repeating: 0x78, count: 90_000)
      // The buffers of the system take some megabytes first; then one may wait, and no second one.
      let results = try await connection.channel.eventLoop.submit {
        (0..<200).map { _ in handler.value.send(text) }
      }.get()
      await #expect(throws: WebSocketClientError.sendQueueFull) { try await results[199].get() }
      await #expect(throws: Never.self) { try await results[0].get() }
    }
    await deaf.close(graceMS: 0)
  }
}
