import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import Sockets

@Suite struct WebSocketFrontTests {
  /// An HTTP server of the library's own codec, as it may stand behind a front.
  private final class Behind: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var target = ""
    private var bytes = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch Self.unwrapInboundIn(data) {
      case .head(let head): target = head.uri
      case .body(let body): bytes += body.readableBytes
      case .end:
        let body = ByteBuffer(string: "behind \(target) \(bytes)")
        let headers: HTTPHeaders = ["content-length": "\(body.readableBytes)"]
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        bytes = 0
      }
    }
  }

  /// Runs `body` with a listener whose channels have a front, and with what became of its connections.
  private func withFront(
    _ log: SocketLog,
    clock: ManualClock? = nil,
    _ body: (_ port: Int, _ listener: Listener, _ outcomes: Outcomes) async throws -> Void
  ) async throws {
    let outcomes = Outcomes()
    var options = Listener.Options()
    if let clock { options.clock = { clock.nowMS } }
    let listener = try await Listener.bind(
      ["127.0.0.1:0"],
      options: options,
      group: MultiThreadedEventLoopGroup.singleton
    ) { channel, sweeper in
      outcomes.note(channel)
      let front = WebSocketFront<String>(eventLoop: channel.eventLoop, sweeper: sweeper) { head, _ in
        switch head.path {
        case "/ws": .accept { LoggingHandler(log) }
        case "/no": .refuse(status: .forbidden, problem: "no")
        default: .notWebSocket
        }
      } startHTTP: { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Behind())
          return "started"
        }
      }
      front.outcome.whenSuccess { outcomes.note("\($0)") }
      try channel.pipeline.syncOperations.addHandler(front)
    }
    try await body(listener.ports[0], listener, outcomes)
    await listener.close(graceMS: 0)
  }

  private final class Outcomes: Sendable {
    private let list = Mutex<[String]>([])
    private let channel = Mutex<(any Channel)?>(nil)

    var all: [String] { list.withLock { $0 } }

    func note(_ text: String) { list.withLock { $0.append(text) } }

    func note(_ channel: any Channel) { self.channel.withLock { $0 = channel } }

    /// The handlers that are left in the channel that came last, as text.
    func pipelineOfLast() async throws -> String {
      let channel = try #require(self.channel.withLock { $0 })
      return try await channel.eventLoop.submit { channel.pipeline.debugDescription }.get()
    }
  }

  @Test func givesOtherRequestsToTheServerBehind() async throws {
    try await withFront(SocketLog()) { port, _, outcomes in
      try await RawClient.with(port: port) { client in
        client.send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhe")
        #expect(await eventually { outcomes.all == [#"http("started")"#] })
        client.send("llo")
        #expect(await client.waits(for: "behind /x 5"))
        client.send("GET /y HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.waits(for: "behind /y 0"))
      }
    }
  }

  @Test func takesWebSocketsAway() async throws {
    let log = SocketLog()
    try await withFront(log) { port, listener, outcomes in
      try await RawClient.with(port: port) { client in
        client.send(Array(ClientFrames.handshake().utf8) + ClientFrames.text("a"))
        #expect(await eventually { client.bytes.suffix(3) == [0x81, 1, 0x61] })
        #expect(outcomes.all == ["webSocket"])
        let pipeline = try await outcomes.pipelineOfLast()
        #expect(pipeline.contains("WebSocketConnection"))
        #expect(!pipeline.contains("HTTP") && !pipeline.contains("Front"))
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test(arguments: [
    (ClientFrames.handshake("/no"), 403), ("GET /ws HTTP/1.1\r\nHost: t\r\n\r\n", 426), ("nonsense\r\n\r\n", 400),
  ])
  func answersWhatItRefuses(_ request: String, _ status: Int) async throws {
    try await withFront(SocketLog()) { port, listener, outcomes in
      try await RawClient.with(port: port) { client in
        client.send(request)
        #expect(await client.waits(for: "HTTP/1.1 \(status) "))
        #expect(await client.waitsForEnd())
        #expect(outcomes.all == ["ended"])
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test func whoSaysNothingIsSwept() async throws {
    let clock = ManualClock()
    try await withFront(SocketLog(), clock: clock) { port, listener, outcomes in
      try await RawClient.with(port: port) { client in
        client.send("GET /")
        #expect(await eventually { listener.counts.open == 1 })
        await clock.pass(10_000, listener)
        #expect(outcomes.all.isEmpty, "not early")
        await clock.pass(1_000, listener)
        #expect(await client.waitsForEnd())
        #expect(outcomes.all == ["ended"])
      }
    }
  }

  @Test func halfClosedItEnds() async throws {
    try await withFront(SocketLog()) { port, listener, outcomes in
      try await RawClient.with(port: port) { client in
        client.send("GET /")
        client.closeOutput()
        #expect(await client.waitsForEnd())
      }
      #expect(await eventually { listener.counts.open == 0 && outcomes.all == ["ended"] })
    }
  }
}
