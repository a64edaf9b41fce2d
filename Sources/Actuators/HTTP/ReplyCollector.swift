import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Keeps what came of one request, and whether any of it may have left.
///
/// Everything is called on one event loop, so it is noted in the same turn in which the bytes are handed on.
final class ReplyCollector: HTTPClientResponseDelegate {
  typealias Response = Void

  /// The answer is longer than we read.
  struct TooLong: Error {}

  private struct State {
    var hasLeft = false
    var head: HTTPResponseHead?
    var body: [UInt8] = []
    var isWhole = false
  }
  private let state = Mutex(State())

  /// Whether a byte of the request may have left.
  var hasLeft: Bool { state.withLock { $0.hasLeft } }

  /// The answer as far as it came; nil before its head.
  var reply: OutgoingReply? {
    state.withLock { state in
      guard let head = state.head else { return nil }
      return OutgoingReply(
        status: Int(head.status.code),
        headers: head.headers.map { (name: $0.name.lowercased(), value: $0.value) },
        body: state.body,
        isWhole: state.isWhole
      )
    }
  }

  func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
    state.withLock { $0.hasLeft = true }
  }

  func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    state.withLock { $0.head = head }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
    let isTooLong = state.withLock { state in
      let room = OutgoingHTTP.mostBytes - state.body.count
      state.body += buffer.readableBytesView.prefix(room)
      return buffer.readableBytes > room
    }
    return isTooLong ? task.eventLoop.makeFailedFuture(TooLong()) : task.eventLoop.makeSucceededVoidFuture()
  }

  func didFinishRequest(task: HTTPClient.Task<Void>) throws { state.withLock { $0.isWhole = true } }
}
