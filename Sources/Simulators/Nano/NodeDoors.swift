import NIOCore
import NIOHTTP1
import Primitives
import Sockets

/// The node's RPC port: answers every POST with 200, whatever is in it.
struct RPCDoor: PlainHTTPService {
  let node: NIOLoopBound<ToyNode>

  func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission {
    .body(maxBytes: node.value.options.maxRequestBytes)
  }

  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    switch head.method {
    case .POST: return node.value.answer(Array(body.readableBytesView))
    case .OPTIONS: return .reply(ToyNode.reply([]))
    default:
      return .reply(ToyNode.reply(PropertyTree.object([.init("error", "Can only POST requests")]).bytes))
    }
  }
}

/// The node's WebSocket port.
///
/// Dead, it takes connections and lets their handshakes wait.
struct WebSocketDoor: PlainHTTPService {
  let node: NIOLoopBound<ToyNode>

  func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision {
    guard !node.value.isMute else { return .notWebSocket }
    var options = WebSocketOptions()
    options.maxMessageBytes = 8 << 20
    options.maxPendingBytes = 16 << 20
    // A node sends no pings, and waits for ever.
    options.firstMessageWithinMS = nil
    options.pingEveryMS = nil
    return .accept(options: options) { [node] in NodeSocket(node.value) }
  }

  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    node.value.isMute ? node.value.hold(nil) : .reply(PlainHTTPReply(.badRequest, closes: true))
  }
}
