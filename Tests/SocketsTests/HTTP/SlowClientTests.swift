import NIOCore
import NIOHTTP1
import Testing

@testable import Sockets

/// Clients that do not read what they are answered; those that send too slowly are in `PlainHTTPConnectionTests`.
@Suite struct SlowClientTests {
  /// Each request is answered with much more than it is.
  private static func large() -> TestService {
    var service = TestService()
    let body = ByteBuffer(repeating: 0x61, count: 60_000)
    service.onRequest = { _, _ in .reply(PlainHTTPReply(.ok, body: body)) }
    return service
  }

  /// Sends requests until the server has stopped taking them; gives how many.
  private func fill(_ client: RawClient, _ listener: Listener, _ answered: @escaping () -> Int) async -> Int {
    let some = Array(String(repeating: "GET / HTTP/1.1\r\nHost: t\r\n\r\n", count: 20).utf8)
    client.send(some)
    #expect(await eventually { answered() > 0 })
    var before = 0
    while answered() != before {
      before = answered()
      client.send(some)
      _ = await eventually(within: 1.5) { answered() > before }
    }
    return before
  }

  @Test func whoNeverReadsIsHeldBackThenDropped() async throws {
    let clock = ManualClock()
    let count = Counter()
    var service = Self.large()
    let inner = service.onRequest
    service.onRequest = { head, body in
      count.add()
      return inner(head, body)
    }
    try await withServer(service, clock: clock) { port, listener in
      let client = try await RawClient.connect(port: port, reads: false)
      let answered = await fill(client, listener) { count.value }
      // What the buffers of both systems take, some megabytes, and not one for each request that could be sent.
      #expect(answered > 0)
      client.send(Array(String(repeating: "GET / HTTP/1.1\r\nHost: t\r\n\r\n", count: 2_000).utf8))
      try await Task.sleep(for: .milliseconds(50))
      #expect(count.value < answered + 200, "the buffers of the system may have grown; no more than they take")
      await clock.pass(9_000, listener)
      #expect(listener.counts.open == 1, "not early")
      #expect(
        await eventually {
          await clock.pass(1_000, listener)
          return listener.counts.open == 0
        }
      )
      await client.close()
    }
  }

  /// Who reads in the end gets everything, in order.
  @Test func whoReadsLateIsServed() async throws {
    try await withServer(Self.large()) { port, _ in
      try await RawClient.with(port: port) { client in
        client.send(String(repeating: "GET / HTTP/1.1\r\nHost: t\r\n\r\n", count: 40))
        #expect(await eventually { client.bytes.count > 40 * 60_000 })
        #expect(client.count(of: "HTTP/1.1 200 OK") == 40)
      }
    }
  }
}
