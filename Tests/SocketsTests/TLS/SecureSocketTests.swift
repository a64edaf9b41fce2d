import NIOCore
import NIOPosix
import NIOSSL
import Testing

import class TestKit.Folder
import enum TestKit.Certificates
import func TestKit.withFolder

@testable import Sockets

/// WebSockets and requests over TLS, and those who mistake the port.
@Suite struct SecureSocketTests {
  private func withTLS(
    clock: ManualClock? = nil,
    limits: PlainHTTPLimits = PlainHTTPLimits(),
    _ body: (_ port: Int, _ trust: String, _ listener: Listener) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      let (trust, key) = try Certificates.write(into: folder)
      var options = Listener.Options()
      options.tls = try ServerTLS(certificateFile: trust, keyFile: key)
      try await withServer(.webSockets(SocketLog()), limits: limits, clock: clock, options: options) { port, listener in
        try await body(port, trust, listener)
      }
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func aWebSocketOverTLS(_ host: String) async throws {
    try await withTLS { port, trust, listener in
      let heard = try await ServerTLSTests.echo(port, host: host, trusting: trust, "hello")
      #expect(heard == "hello")
      let large = String(repeating: "x", count: 10_000)
      #expect(try await ServerTLSTests.echo(port, host: host, trusting: trust, large) == large)
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  /// A certificate of another maker, the system's trust, a name that is not in it.
  @Test func whoIsNotWhoTheyShouldBeIsLeft() async throws {
    try await withTLS { port, trust, _ in
      let other = try Folder()
      for file in [try other.write(Certificates.second, "other.pem"), nil] {
        let error = await #expect(throws: WebSocketClientError.self) {
          try await ServerTLSTests.echo(port, trusting: file, "secret")
        }
        guard case .tlsFailed = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
      let error = await #expect(throws: WebSocketClientError.self) {
        try await ServerTLSTests.echo(port, host: "127.1.1.1", trusting: trust, "secret")
      }
      // An address that is not in the certificate, where the machine has it.
      if case .tlsFailed = error {} else { #expect(error == .refused) }
      await #expect(throws: WebSocketClientError.badTrustFile(.missing("/nowhere"))) {
        try await ServerTLSTests.echo(port, trusting: "/nowhere", "secret")
      }
    }
  }

  @Test func plainHTTPOnTheTLSPortEnds() async throws {
    try await withTLS { port, _, listener in
      try await RawClient.with(port: port) { client in
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.waitsForEnd())
        #expect(!client.text.contains("HTTP/1.1 200"))
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test func aTLSGreetingOnThePlainPortEnds() async throws {
    try await withServer(.webSockets(SocketLog())) { port, listener in
      let error = await #expect(throws: WebSocketClientError.self) {
        try await ServerTLSTests.echo(port, trusting: nil, "x")
      }
      guard case .tlsFailed = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }

  @Test func anOldProtocolIsRefused() async throws {
    try await withTLS { port, _, _ in
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.certificateVerification = .none
      configuration.minimumTLSVersion = .tlsv1
      configuration.maximumTLSVersion = .tlsv11
      let context = try NIOSSLContext(configuration: configuration)
      let handshake = Handshake()
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: context, serverHostname: "localhost")
            )
            try channel.pipeline.syncOperations.addHandler(handshake)
          }
        }.connect(host: "127.0.0.1", port: port).get()
      try await channel.closeFuture.get()
      #expect(handshake.failed)
    }
  }

  private final class Handshake: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    private(set) var failed = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      failed = true
      context.close(promise: nil)
    }
  }

  /// Who never ends the handshake, or greets and then says nothing, is swept like everybody.
  @Test(arguments: [[], [0x16, 0x03, 0x01]] as [[UInt8]])
  func aHandshakeThatStopsIsSwept(_ bytes: [UInt8]) async throws {
    let clock = ManualClock()
    try await withTLS(clock: clock) { port, _, listener in
      try await RawClient.with(port: port) { client in
        client.send(bytes)
        #expect(await eventually { listener.counts.open == 1 })
        await clock.pass(10_000, listener)
        #expect(!client.sawEnd, "not early")
        await clock.pass(1_000, listener)
        #expect(await client.waitsForEnd())
      }
      #expect(await eventually { listener.counts.open == 0 })
    }
  }
}
