import NIOCore
import Sockets
import TestKit
import Testing

@testable import Web

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The public port over TLS.
struct SecurePortTests {
  private final class Echo: WebSocketConnectionHandler {
    func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
      connection.send(WebSocketFrames.text(bytes))
    }
    func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {}
  }

  /// A certificate and its key in a folder of the test's own.
  private func withCertificate(
    _ limits: PublicLimits = PublicLimits(),
    _ test: @escaping @Sendable (_ server: TestServer, _ trust: String) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      let (certificate, key) = try Certificates.write(into: folder)
      let tls = try ServerTLS(certificateFile: certificate, keyFile: key)
      try await TestServer.with(
        limits: limits,
        tls: tls,
        decide: { head, _ in head.path == "/socket" ? .accept { Echo() } : .notWebSocket }
      ) { server in
        try await test(server, certificate)
      }
    }
  }

  /// Asks with another program's TLS: what ours understands by itself proves little.
  private func openssl(_ port: Int, _ trust: String, _ request: String, _ options: [String] = []) async throws -> String
  {
    let command = "/usr/bin/openssl"
    let arguments = [
      "s_client", "-quiet", "-connect", "127.0.0.1:\(port)", "-CAfile", trust, "-verify_return_error",
      "-servername", "localhost",
    ]
    return try await Command.run(command, arguments + options, input: request)
  }

  private static let get = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

  @Test(.enabled(if: access("/usr/bin/openssl", X_OK) == 0, "needs /usr/bin/openssl"))
  func pagesOverTLS() async throws {
    try await withCertificate { server, trust in
      for version in ["-tls1_2", "-tls1_3"] {
        let answer = try await openssl(server.port, trust, Self.get, [version])
        #expect(answer.contains("HTTP/1.1 200 OK") && answer.contains("\r\n\r\nok\n"), "\(version) \(answer)")
      }
      let old = try await openssl(server.port, trust, Self.get, ["-tls1_1"])
      #expect(!old.contains("HTTP/1.1"))
      // Without trust in the certificate nothing is said.
      #expect(!(try await openssl(server.port, "/dev/null", Self.get)).contains("HTTP/1.1"))
    }
  }

  @Test func socketsOverTLS() async throws {
    try await withCertificate { server, trust in
      var options = WebSocketClientOptions()
      options.trustedCAFile = trust
      let endpoint = try Endpoint(parsing: "wss://localhost:\(server.port)/socket")
      try await WebSocketClient.withConnection(to: endpoint, options: options) { connection in
        try await connection.send(text: "over TLS")
        var messages = connection.messages.makeAsyncIterator()
        #expect(try await messages.next().map { String(buffer: $0) } == "over TLS")
      }
      await #expect(throws: WebSocketClientError.handshakeRefused(status: 200)) {
        let livez = try Endpoint(parsing: "wss://localhost:\(server.port)/livez")
        try await WebSocketClient.withConnection(to: livez, options: options) { _ in }
      }
    }
  }

  @Test func plainHTTPOnTheTLSPortEnds() async throws {
    try await withCertificate { server, _ in
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      try await connection.send(Self.get)
      let heard = try await connection.readToEnd()
      #expect(!String(decoding: heard, as: UTF8.self).contains("HTTP/1.1 200"))
    }
  }

  @Test func aTLSGreetingOnThePlainPortEnds() async throws {
    try await TestServer.with { server in
      let connection = try await RawConnection.open(port: server.port)
      defer { connection.close() }
      try await connection.send([0x16, 0x03, 0x01, 0x00, 0xf8, 0x01, 0x00, 0x00, 0xf4, 0x03, 0x03])
      let reply = try Reply(await connection.readToEnd())
      #expect(reply.status == 400 && reply.code == "bad_http")
    }
  }
}
