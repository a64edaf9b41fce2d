import NIOCore
import Sockets

/// One client of the node's WebSocket.
///
/// Lives on the node's event loop.
final class NodeSocket: WebSocketConnectionHandler {
  private let node: ToyNode
  private(set) var subscriptions: NodeSubscriptions
  private weak var connection: WebSocketConnection?

  init(_ node: ToyNode) {
    self.node = node
    subscriptions = NodeSubscriptions(node.options.release)
  }

  func opened(_ connection: WebSocketConnection) {
    self.connection = connection
    node.add(self)
  }

  func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
    guard !node.isMute else { return }
    switch subscriptions.handle(Array(bytes.readableBytesView)) {
    case .ack(let action, let id):
      if action == "subscribe" { node.counts.subscriptions += 1 }
      if action == "update" { node.counts.updates += 1 }
      send(node.speech.ack(action, id: id, nowMS: node.nowMS).bytes)
    case .silence: break
    case .drop: connection.drop()
    }
  }

  func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) { node.remove(self) }

  func send(_ message: [UInt8]) { connection?.send(WebSocketFrames.text(message)) }
}
