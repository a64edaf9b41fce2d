package import NIOCore
import NIOHTTP1
import Primitives

/// The opening handshake of a server (RFC 6455 section 4.2): checks the request, makes the answer.
package struct WebSocketHandshake: Sendable {
  /// The bytes of the `101 Switching Protocols` answer.
  package let switchingProtocols: ByteBuffer

  /// Checks a request that shall become a WebSocket.
  ///
  /// - Parameters:
  ///   - head: The request.
  ///   - subprotocol: What will be spoken; the client must have offered it. Without one the answer names none.
  /// - Throws: `HTTPFault` 405 for another method than GET, 426 where it asks for no upgrade or another version than
  ///   13, 400 for everything else.
  package init(checking head: RequestHead, subprotocol: String?) throws(HTTPFault) {
    guard head.method == .GET else { throw HTTPFault(405, "a WebSocket begins with GET") }
    guard head.minorVersion == 1 else {
      throw HTTPFault(400, "a WebSocket begins with HTTP/1.1", code: "bad_handshake")
    }
    guard head.framing == .none else {
      throw HTTPFault(400, "a WebSocket begins without a body", code: "bad_handshake")
    }
    guard head.lists("websocket", in: "upgrade") else { throw HTTPFault(426, "this is a WebSocket") }
    guard head.lists("upgrade", in: "connection") else {
      throw HTTPFault(400, "Connection does not list upgrade", code: "bad_handshake")
    }
    guard head.count("sec-websocket-version") == 1, head.first("sec-websocket-version") == "13" else {
      throw HTTPFault(426, "version 13 of the WebSocket protocol is spoken here")
    }
    guard head.count("sec-websocket-key") == 1, let key = head.first("sec-websocket-key"), HandshakeDigest.isKey(key)
    else { throw HTTPFault(400, "Sec-WebSocket-Key is not the base64 of 16 bytes", code: "bad_handshake") }
    var answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Accept: \(HandshakeDigest.accept(key))\r\n"
    if let subprotocol {
      guard head.elements("sec-websocket-protocol").contains(subprotocol) else {
        throw HTTPFault(400, "the client does not offer the subprotocol spoken here", code: "bad_handshake")
      }
      answer += "Sec-WebSocket-Protocol: \(subprotocol)\r\n"
    }
    switchingProtocols = ByteBuffer(string: answer + "\r\n")
  }
}
