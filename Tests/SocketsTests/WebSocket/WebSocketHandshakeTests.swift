import NIOCore
import Primitives
import Testing

@testable import Sockets

@Suite struct WebSocketHandshakeTests {
  private static let right = [
    "GET /call HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
  ]

  private func check(_ lines: [String], subprotocol: String? = nil) throws(HTTPFault) -> String {
    let head = try RequestHead(parsing: ByteBuffer(string: lines.map { $0 + "\r\n" }.joined()))
    return String(buffer: try WebSocketHandshake(checking: head, subprotocol: subprotocol).switchingProtocols)
  }

  private static let answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

  @Test func accepts() throws {
    #expect(try check(Self.right) == Self.answer + "\r\n")
  }

  @Test(arguments: ["Sec-WebSocket-Protocol: a, coinslot.v1", "sec-websocket-protocol:coinslot.v1"])
  func agreesOnASubprotocol(_ offer: String) throws {
    #expect(
      try check(Self.right + [offer], subprotocol: "coinslot.v1")
        == Self.answer + "Sec-WebSocket-Protocol: coinslot.v1\r\n\r\n"
    )
    #expect(try check(Self.right + [offer]) == Self.answer + "\r\n", "none is named unless one is spoken")
  }

  @Test(arguments: [[], ["Sec-WebSocket-Protocol: coinslot.v2"], ["Sec-WebSocket-Protocol: Coinslot.v1"]])
  func refusesAnotherSubprotocol(_ offer: [String]) {
    #expect(throws: HTTPFault(400, "the client does not offer the subprotocol spoken here", code: "bad_handshake")) {
      try check(Self.right + offer, subprotocol: "coinslot.v1")
    }
  }

  /// Line by line: left out, or replaced by what is nearly right.
  @Test(arguments: [
    (0, "POST /call HTTP/1.1", 405), (0, "GET /call HTTP/1.0", 400), (2, nil, 426), (2, "Upgrade: h2c", 426),
    (2, "Upgrade: websockets", 426), (3, nil, 400), (3, "Connection: keep-alive", 400), (3, "Connection: close", 400),
    (4, nil, 400), (4, "Sec-WebSocket-Key: ", 400), (4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j", 400),
    (4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWVl", 400), (5, nil, 426), (5, "Sec-WebSocket-Version: 8", 426),
    (5, "Sec-WebSocket-Version: 13, 8", 426), (5, "Sec-WebSocket-Version: 013", 426),
  ])
  func refuses(_ line: Int, _ replacement: String?, _ status: Int) {
    var lines = Self.right
    lines[line...line] = replacement.map { [$0] } ?? []
    let error = #expect(throws: HTTPFault.self) { try check(lines) }
    #expect(error?.status == status)
  }

  @Test(arguments: [
    ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400), ("Sec-WebSocket-Version: 13", 426),
    ("Content-Length: 1", 400),
    ("Transfer-Encoding: chunked", 400),
  ])
  func refusesWithAnotherLine(_ line: String, _ status: Int) {
    let error = #expect(throws: HTTPFault.self) { try check(Self.right + [line]) }
    #expect(error?.status == status)
  }
}
