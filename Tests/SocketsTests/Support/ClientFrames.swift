import NIOCore
import Sockets

/// Bytes of frames as a client sends them, right and wrong ones.
enum ClientFrames {
  static let key: UInt32 = 0x37fa_213d

  static func text(_ text: String) -> [UInt8] { Array(buffer: WebSocketFrames.text(text, mask: key)) }

  static func ping(_ text: String = "") -> [UInt8] {
    Array(buffer: WebSocketFrames.ping(ByteBuffer(string: text), mask: key))
  }

  static func close(_ code: UInt16? = nil) -> [UInt8] {
    Array(buffer: WebSocketFrames.close(code.map(WebSocketCloseCode.init(rawValue:)), mask: key))
  }

  /// Any frame at all, masked.
  static func raw(_ first: UInt8, _ payload: [UInt8], mask: UInt32 = key) -> [UInt8] {
    var out = [first]
    switch payload.count {
    case ...125: out.append(0x80 | UInt8(payload.count))
    case ...0xffff: out += [0xfe, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default: out += [0xff] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    let keyBytes = (0..<4).map { UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32($0))) }
    return out + keyBytes + payload.enumerated().map { $1 ^ keyBytes[$0 % 4] }
  }

  /// A correct handshake for `path`.
  static func handshake(_ path: String = "/ws", extra: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\(extra)\r\n"
  }
}
