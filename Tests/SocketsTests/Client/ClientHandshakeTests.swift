import NIOCore
import Primitives
import Testing

@testable import Sockets

@Suite struct ClientHandshakeTests {
  private static let key = Array("the sample nonce".utf8)

  private func handshake(_ options: WebSocketClientOptions = .init()) throws -> ClientHandshake {
    try ClientHandshake(to: Endpoint(parsing: "ws://[::1]:7078/a?b"), options: options, key: Self.key)
  }

  /// Checks an answer made of lines.
  private func check(_ lines: [String], subprotocol: String? = nil) throws -> Bool {
    var options = WebSocketClientOptions()
    options.subprotocol = subprotocol
    var input = ByteBuffer(string: (lines + ["", ""]).joined(separator: "\r\n"))
    return try handshake(options).check(&input)
  }

  /// RFC 6455 section 1.3 has this key and this accept value.
  private static let right = [
    "HTTP/1.1 101 Switching Protocols", "Upgrade: WebSocket", "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  ]

  @Test func asks() throws {
    var options = WebSocketClientOptions()
    options.subprotocol = "coinslot.v1"
    options.headers = [("X-A", "b")]
    #expect(
      String(buffer: try handshake(options).request)
        == "GET /a?b HTTP/1.1\r\nHost: [::1]:7078\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Protocol: coinslot.v1\r\nX-A: b\r\n\r\n"
    )
  }

  @Test(arguments: [("X", "a\r\nY: b"), ("X Y", "a"), ("", "a"), ("X", "a\u{0}")])
  func sendsNoHeaderThatIsNone(_ name: String, _ value: String) {
    var options = WebSocketClientOptions()
    options.headers = [(name, value)]
    #expect(throws: WebSocketClientError.handshakeInvalid("a header to be sent is not one")) {
      try handshake(options)
    }
  }

  @Test func takesARightAnswer() throws {
    #expect(try check(Self.right))
    #expect(try check(Self.right + ["Sec-WebSocket-Protocol: coinslot.v1"], subprotocol: "coinslot.v1"))
    var input = ByteBuffer(string: Self.right.joined(separator: "\r\n") + "\r\n\r\nrest")
    #expect(try handshake().check(&input))
    #expect(String(buffer: input) == "rest")
  }

  @Test func waitsForTheWholeAnswer() throws {
    let whole = Self.right.joined(separator: "\r\n") + "\r\n\r\n"
    for count in 0..<whole.utf8.count {
      var input = ByteBuffer(bytes: whole.utf8.prefix(count))
      #expect(try handshake().check(&input) == false)
    }
  }

  @Test(
    arguments: [
      (0, "HTTP/1.1 403 Forbidden", WebSocketClientError.handshakeRefused(status: 403)),
      (0, "HTTP/1.0 200 OK", .handshakeRefused(status: 200)), (0, "HTTP/1.1 302", .handshakeRefused(status: 302)),
      (0, "HTTP/1.130 a", .handshakeInvalid("the answer is not HTTP/1.1")),
      (0, "SSH-2.0-OpenSSH_9.2", .handshakeInvalid("the answer is not HTTP/1.1")),
      (0, "HTTP/1.1 1x1 a", .handshakeInvalid("the answer is not HTTP/1.1")),
      (1, "Upgrade: h2c", .handshakeInvalid("the answer does not upgrade to a WebSocket")),
      (1, "X: y", .handshakeInvalid("the answer does not upgrade to a WebSocket")),
      (2, "Connection: close", .handshakeInvalid("Connection does not list upgrade")),
      (3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=", .handshakeInvalid("Sec-WebSocket-Accept is not ours")),
      (3, "X: y", .handshakeInvalid("Sec-WebSocket-Accept is not ours")),
      (
        1, "Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate",
        .handshakeInvalid("an extension that was not offered")
      ),
      (
        1, "Upgrade: websocket\r\nSec-WebSocket-Protocol: other",
        .handshakeInvalid("the server does not agree on the subprotocol")
      ),
      (1, "Upgrade : websocket", .handshakeInvalid("a header line does not start with a name and a colon")),
    ] as [(Int, String, WebSocketClientError)]
  )
  func refuses(_ line: Int, _ replacement: String, _ error: WebSocketClientError) {
    var lines = Self.right
    lines[line] = replacement
    #expect(throws: error) { try check(lines) }
  }

  @Test func insistsOnTheSubprotocol() {
    #expect(throws: WebSocketClientError.handshakeInvalid("the server does not agree on the subprotocol")) {
      try check(Self.right, subprotocol: "coinslot.v1")
    }
  }

  @Test func boundsTheAnswer() {
    #expect(throws: WebSocketClientError.handshakeInvalid("the answer is too long")) {
      try check(Self.right + ["X: " + String(repeating: "x", count: 16_384)])
    }
  }
}
