import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import Sockets

@Suite struct PlainHTTPConnectionTests {
  private let get = "GET /a HTTP/1.1\r\nHost: t\r\n\r\n"

  private func post(_ body: String, extra: String = "") -> String {
    "POST /callback/ HTTP/1.1\r\nHost: t\r\n\(extra)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func answersAndKeepsTheConnection() async throws {
    try await withServer(TestService()) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await client.waits(for: "\r\nContent-Length: 8\r\n\r\nGET /a 0"))
        client.send(post("hello"))
        #expect(await client.waits(for: "POST /callback/ 5"))
        #expect(!client.text.contains("Connection: close"))
        #expect(!client.sawEnd)
        #expect(listener.counts == ConnectionCounts(accepted: 1, open: 1, refused: 0))
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test(arguments: ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"])
  func closesWhereItIsAskedTo(_ request: String) async throws {
    try await withServer(TestService()) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(request)
        #expect(await client.waits(for: "Connection: close\r\n\r\nGET / 0"))
        #expect(await client.waitsForEnd())
      }
    }
  }

  @Test func answersPipelinedRequestsInOrder() async throws {
    try await withServer(TestService()) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(get + post("xyz") + "GET /b HTTP/1.1\r\nHost: t\r\n\r\n" + "GET /c HT")
        #expect(await client.waits(for: "GET /b 0"))
        client.send("TP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.waits(for: "GET /c 0"))
        #expect(client.holdsInOrder(["GET /a 0", "POST /callback/ 3", "GET /b 0", "GET /c 0"]))
      }
    }
  }

  /// What the answer to one request waits for holds the next ones back, and nothing of them is lost.
  @Test func answersLateInOrder() async throws {
    var service = TestService()
    service.onRequest = { head, _ in
      guard head.target == "/a" else { return .reply(.text(.ok, "second")) }
      let loop = MultiThreadedEventLoopGroup.singleton.next()
      return .later(loop.scheduleTask(in: .milliseconds(50)) { .text(.ok, "first") }.futureResult)
    }
    try await withServer(service) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(get)
        client.send("GET /b HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.waits(for: "second"))
        #expect(client.holdsInOrder(["first", "second"]))
      }
    }
  }

  /// What a client can pile up meanwhile is what the system holds, not what it sends.
  @Test func nothingIsReadWhileTheServiceWorks() async throws {
    let asked = Mutex(false)
    let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: PlainHTTPReply.self)
    var service = TestService()
    service.onRequest = { _, _ in
      asked.withLock { $0 = true }
      return .later(promise.futureResult)
    }
    try await withServer(service) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await eventually { asked.withLock { $0 } })
        let isSent = Mutex(false)
        async let sending: Void = {
          await client.sendAll([UInt8](repeating: 0x78, count: 40_000_000))
          isSent.withLock { $0 = true }
        }()
        #expect(await eventually(within: 1) { isSent.withLock { $0 } } == false)
        promise.succeed(.text(.ok, "late"))
        #expect(await client.waits(for: "late"))
        await client.close()
        await sending
      }
    }
  }

  @Test func anAnswerThatFailsIs500() async throws {
    var service = TestService()
    service.onRequest = { _, _ in
      .later(MultiThreadedEventLoopGroup.singleton.next().makeFailedFuture(ChannelError.eof))
    }
    try await withServer(service) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await client.waits(for: "HTTP/1.1 500 "))
        #expect(await client.waitsForEnd())
      }
    }
  }

  @Test func anAnswerThatNeverComesIs503() async throws {
    var service = TestService()
    let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: PlainHTTPReply.self)
    var limits = PlainHTTPLimits()
    limits.replyWithinMS = 5_000
    let clock = ManualClock()
    let asked = Mutex(false)
    service.onRequest = { _, _ in
      asked.withLock { $0 = true }
      return .later(promise.futureResult)
    }
    try await withServer(service, limits: limits, clock: clock) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await eventually { asked.withLock { $0 } })
        await clock.pass(5_000, listener)
        #expect(client.text.isEmpty, "not early")
        await clock.pass(1_000, listener)
        #expect(await client.waits(for: "HTTP/1.1 503 "))
        #expect(await client.waitsForEnd())
      }
    }
    promise.succeed(.text(.ok, "too late"))
  }

  @Test func headGetsNoBody() async throws {
    try await withServer(TestService()) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send("HEAD /a HTTP/1.1\r\nHost: t\r\n\r\n" + get)
        #expect(await client.waits(for: "GET /a 0"))
        #expect(!client.text.contains("HEAD /a 0"))
        #expect(client.count(of: "Content-Length: ") == 2)
      }
    }
  }

  @Test(arguments: [
    ("BAD\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\nHost: t\r\n\r\n", 505),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 70000\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n11111\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 70000\r\nExpect: 100-continue\r\n\r\n", 413),
    ("GET /\(String(repeating: "a", count: 17_000)) HTTP/1.1\r\nHost: t\r\n\r\n", 431),
  ])
  func refuses(_ request: String, _ status: Int) async throws {
    try await withServer(TestService()) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(request)
        #expect(await client.waits(for: "HTTP/1.1 \(status) "))
        #expect(await client.waitsForEnd())
        #expect(client.text.contains("Connection: close\r\n"))
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  /// The answer arrives although the client goes on sending what nobody reads.
  @Test func anAnswerSurvivesWhatIsStillSent() async throws {
    try await withServer(TestService()) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 300000\r\n\r\n")
        await client.sendAll([UInt8](repeating: 0x78, count: 300_000))
        #expect(await client.waits(for: "HTTP/1.1 413 "))
        #expect(await client.waitsForEnd())
      }
    }
  }

  @Test func serviceRefusesByTheHead() async throws {
    var service = TestService()
    service.onHead = { head in
      head.path == "/callback/" ? .body(maxBytes: 10) : .refuse(.problem(.notFound, "no such path"))
    }
    service.onRequest = { _, body in .reply(.text(.ok, "got \(body.readableBytes)")) }
    try await withServer(service) { port, _ in
      for (request, answer) in [
        (post("0123456789"), "got 10"), (post("0123456789x"), "HTTP/1.1 413 "),
        ("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 404 "),
      ] {
        try await RawClient.with(port: port) { client in
          client.send(request)
          #expect(await client.waits(for: answer))
        }
      }
    }
  }

  @Test func tellsAClientToGoOn() async throws {
    try await withServer(TestService()) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        #expect(await client.waits(for: "HTTP/1.1 100 Continue\r\n\r\n"))
        client.send("hello")
        #expect(await client.waits(for: "POST / 5"))
        client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello")
        #expect(await eventually { client.count(of: "POST / 5") == 2 })
        #expect(client.count(of: "100 Continue") == 1, "who does not wait is not told")
      }
    }
  }

  private let hello = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n"

  @Test(arguments: ["", "half"]) func aFirstRequestThatStopsIs408(_ half: String) async throws {
    let clock = ManualClock()
    try await withServer(TestService(), clock: clock) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(hello)
        #expect(await client.waits(for: "100 Continue"))
        client.send(half)
        await clock.pass(10_000, listener)
        #expect(!client.text.contains("408"), "not early")
        await clock.pass(1_000, listener)
        #expect(await client.waits(for: "HTTP/1.1 408 "))
        #expect(await client.waitsForEnd())
      }
    }
  }

  /// However slowly it comes, and although something always comes.
  @Test func aClientThatDripsIs408() async throws {
    let clock = ManualClock()
    try await withServer(TestService(), clock: clock) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await client.waits(for: "GET /a 0"))
        client.send("GET / HTTP/1.1\r\nX: ")
        #expect(
          await eventually {
            client.send("x")
            await clock.pass(500, listener)
            return client.text.contains("HTTP/1.1 408 ")
          }
        )
      }
    }
  }

  @Test(arguments: ["", "GET /a HTTP/1.1\r\nHost: t\r\n\r\n"])
  func aSilentConnectionIsClosedSilently(_ before: String) async throws {
    let clock = ManualClock()
    try await withServer(TestService(), clock: clock) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(before)
        if !before.isEmpty { #expect(await client.waits(for: "GET /a 0")) }
        #expect(await eventually { listener.counts.open == 1 })
        await clock.pass(before.isEmpty ? 10_000 : 60_000, listener)
        #expect(!client.sawEnd, "not early")
        await clock.pass(1_000, listener)
        #expect(await client.waitsForEnd())
        #expect(!client.text.contains("408"))
        #expect(before.isEmpty == client.text.isEmpty)
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  /// Time between requests does not count against the next one.
  @Test func theTimeOfARequestBeginsWithIt() async throws {
    let clock = ManualClock()
    try await withServer(TestService(), clock: clock) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await client.waits(for: "GET /a 0"))
        await clock.pass(55_000, listener)
        client.send(hello)
        #expect(await client.waits(for: "100 Continue"))
        await clock.pass(9_000, listener)
        client.send("0123456789")
        #expect(await client.waits(for: "POST / 10"))
      }
    }
  }

  @Test func halfClosedAfterARequestItIsStillAnswered() async throws {
    try await withServer(TestService()) { port, listener in
      try await RawClient.with(port: port) { client in
        client.send(get)
        client.closeOutput()
        #expect(await client.waits(for: "GET /a 0"))
        #expect(await client.waitsForEnd())
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test func breaksOffWhereASimulatorWantsIt() async throws {
    var service = TestService()
    service.onRequest = { head, _ in
      head.target == "/a" ? .raw(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Le")) : .hangUp
    }
    try await withServer(service) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await client.waitsForEnd())
        #expect(client.text == "HTTP/1.1 200 OK\r\nContent-Le")
      }
      try await RawClient.with(port: port) { client in
        client.send("GET /b HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.waitsForEnd())
        #expect(client.text == "")
      }
    }
  }

  @Test func serviceSeesWhereTheClientIs() async throws {
    struct Mirror: PlainHTTPService {
      func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
        .reply(.text(.ok, remote?.ipAddress ?? "nowhere"))
      }
    }
    let listener = try await Listener.serve(Mirror(), on: ["[::1]:0"], group: MultiThreadedEventLoopGroup.singleton)
    try await RawClient.with(port: listener.ports[0], host: "::1") { client in
      client.send(get)
      #expect(await client.waits(for: "\r\n\r\n::1"))
    }
    await listener.close()
  }

  @Test func largeAnswersArriveWhole() async throws {
    var service = TestService()
    service.onRequest = { _, _ in
      .reply(PlainHTTPReply(.ok, body: ByteBuffer(repeating: 0x78, count: 5_000_000), closes: true))
    }
    try await withServer(service) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(get)
        #expect(await client.waitsForEnd())
        #expect(client.bytes.suffix(5_000_000).allSatisfy { $0 == 0x78 })
        #expect(client.bytes.count > 5_000_000)
      }
    }
  }
}
