import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Synchronization
import Testing

@testable import Sockets

@Suite struct ListenerTests {
  private let group = MultiThreadedEventLoopGroup.singleton

  private func listen(_ addresses: [String], options: Listener.Options = Listener.Options()) async throws -> Listener {
    try await Listener.serve(TestService(), on: addresses, options: options, group: group)
  }

  private func answers(port: Int, host: String) async throws -> Bool {
    try await RawClient.with(port: port, host: host) { client in
      client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      return await client.waits(for: "GET / 0")
    }
  }

  @Test func listensOnSeveralAddresses() async throws {
    let listener = try await listen(["127.0.0.1:0", "[::1]:0"])
    #expect(listener.addresses.map(\.ipAddress) == ["127.0.0.1", "::1"])
    #expect(Set(listener.ports).count == 2 && !listener.ports.contains(0))
    #expect(try await answers(port: listener.ports[0], host: "127.0.0.1"))
    #expect(try await answers(port: listener.ports[1], host: "::1"))
    await listener.close()
  }

  @Test func localhostIsBothLoopbackAddressesOnOnePort() async throws {
    let listener = try await listen(["localhost:0"])
    #expect(Set(listener.ports).count == 1)
    for address in listener.addresses {
      #expect(try await answers(port: listener.ports[0], host: address.ipAddress ?? ""))
    }
    #expect(listener.addresses.first?.ipAddress == "127.0.0.1")
    await listener.close()
  }

  @Test func bothFamiliesMayHaveAllAddressesOfOnePort() async throws {
    let port = try await withServer(TestService()) { port, _ in port }
    let listener = try await listen(["0.0.0.0:\(port)", "[::]:\(port)"])
    #expect(try await answers(port: port, host: "127.0.0.1"))
    #expect(try await answers(port: port, host: "::1"))
    await listener.close()
  }

  @Test func aPortInUseIsSaid() async throws {
    let first = try await listen(["127.0.0.1:0"])
    let address = "127.0.0.1:\(first.ports[0])"
    await #expect(throws: ListenerError.inUse(address)) { try await listen(["127.0.0.1:0", address]) }
    await first.close()
    let again = try await listen([address])
    #expect(again.ports == first.ports)
    await again.close()
  }

  @Test func anAddressOfAnotherMachineIsSaid() async throws {
    await #expect(throws: ListenerError.notAvailable("192.0.2.1:0")) { try await listen(["192.0.2.1:0"]) }
  }

  @Test func aNameOfNothingIsSaid() async throws {
    await #expect(throws: ListenerError.cannotResolve("nothing.invalid:0")) { try await listen(["nothing.invalid:0"]) }
  }

  @Test func noAddressIsSaid() async throws {
    await #expect(throws: ListenerError.badAddress("7090", .badValue("the port is missing"))) {
      try await listen(["7090"])
    }
  }

  @Test(arguments: [
    (ListenerError.inUse("a:1"), "a:1: the port is in use"),
    (.notPermitted("a:1"), "a:1: no permission to listen on this port"),
    (.notAvailable("a:1"), "a:1: this machine does not have this address"),
    (.failed("a:1", code: 5), "a:1: cannot listen there (system error 5)"),
  ])
  func errorsAreSentences(_ error: ListenerError, _ sentence: String) {
    #expect("\(error)" == sentence)
  }

  @Test func tooManyConnectionsAreClosedAndCounted() async throws {
    var options = Listener.Options()
    options.maxConnections = 3
    let listener = try await listen(["127.0.0.1:0"], options: options)
    let port = listener.ports[0]
    var clients: [RawClient] = []
    for _ in 0..<3 { clients.append(try await RawClient.connect(port: port)) }
    #expect(await eventually { listener.counts.open == 3 })
    for _ in 0..<4 {
      try await RawClient.with(port: port) { client in #expect(await client.waitsForEnd()) }
    }
    #expect(listener.counts == ConnectionCounts(accepted: 3, open: 3, refused: 4))
    await clients[0].close()
    #expect(await eventually { listener.counts.open == 2 })
    #expect(try await answers(port: port, host: "127.0.0.1"))
    for client in clients { await client.close() }
    await listener.close()
    #expect(listener.counts.open == 0)
  }

  @Test func acceptedConnectionsDoNotDelay() async throws {
    let noDelay = Mutex<Int?>(nil)
    let listener = try await Listener.bind(["127.0.0.1:0"], group: group) { channel, _ in
      let value = try channel.syncOptions?.getOption(.tcpOption(.tcp_nodelay))
      noDelay.withLock { $0 = value.map { Int($0) } }
    }
    try await RawClient.with(port: listener.ports[0]) { _ in
      #expect(await eventually { noDelay.withLock { $0 != nil } })
    }
    #expect(noDelay.withLock { $0 } != 0)
    await listener.close(graceMS: 0)
  }

  @Test func closingWaitsForRequestsAndEndsIdleConnections() async throws {
    let asked = SocketLog()
    var service = TestService()
    let promise = group.next().makePromise(of: PlainHTTPReply.self)
    service.onRequest = { _, _ in
      asked.note("asked")
      return .later(promise.futureResult)
    }
    let listener = try await Listener.serve(service, on: ["127.0.0.1:0"], group: group)
    let idle = try await RawClient.connect(port: listener.ports[0])
    let busy = try await RawClient.connect(port: listener.ports[0])
    busy.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
    #expect(await eventually { !asked.lines.isEmpty })
    #expect(await eventually { listener.counts.open == 2 })
    async let closed: Void = listener.close(graceMS: 60_000)
    #expect(await idle.waitsForEnd())
    #expect(!busy.sawEnd)
    promise.succeed(.text(.ok, "done"))
    #expect(await busy.waits(for: "Connection: close\r\n\r\ndone"))
    await busy.close()
    await closed
    #expect(listener.counts.open == 0)
    await #expect(throws: (any Error).self) { try await RawClient.connect(port: listener.ports[0]) }
  }

  @Test func closingEndsWhatDoesNotEnd() async throws {
    var service = TestService()
    let promise = group.next().makePromise(of: PlainHTTPReply.self)
    service.onRequest = { _, _ in .later(promise.futureResult) }
    let listener = try await Listener.serve(service, on: ["127.0.0.1:0"], group: group)
    try await RawClient.with(port: listener.ports[0]) { client in
      client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
      #expect(await eventually { listener.counts.open == 1 })
      await listener.close(graceMS: 50)
      #expect(listener.counts.open == 0)
      #expect(await client.waitsForEnd())
    }
    promise.fail(ChannelError.eof)
  }

  /// Where a channel lets the other side close its half alone, as other servers set it, nothing is left open.
  @Test(arguments: ["", "GET / HT", ClientFrames.handshake()])
  func aHalfClosedConnectionIsNotLeaked(_ start: String) async throws {
    let log = SocketLog()
    let service = TestService.webSockets(log)
    let listener = try await Listener.bind(["127.0.0.1:0"], group: group) { channel, sweeper in
      try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
      try channel.pipeline.syncOperations.addHandler(
        PlainHTTPConnection(service: service, limits: PlainHTTPLimits(), sweeper: sweeper)
      )
    }
    try await RawClient.with(port: listener.ports[0]) { client in
      client.send(start)
      if start.contains("Upgrade") { #expect(await log.waitsForHandles(1)) }
      #expect(await eventually { listener.counts.accepted == 1 })
      client.closeOutput()
      #expect(await client.waitsForEnd())
      #expect(await eventually { listener.counts.open == 0 })
    }
    #expect(log.ends == (log.handles.isEmpty ? [] : [.lost]))
    await listener.close()
  }
}
