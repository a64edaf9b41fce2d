import NIOCore
import NIOPosix
import Sockets

/// Posts bodies the way a node does: a TCP connection for each, the answer's first line read, and never again.
///
/// Lives on one event loop. A real node has no bound; this one posts so many at a time and lets so many wait.
final class CallbackPoster {
  private let endpoint: Endpoint
  private let eventLoop: any EventLoop
  private let maxUnderWay: Int
  private let maxWaiting: Int
  private let onEnd: (_ isDelivered: Bool) -> Void
  private var waiting: [[UInt8]] = []
  private var first = 0
  private var underWay = 0
  private var isStopped = false

  init(
    to endpoint: Endpoint,
    on eventLoop: any EventLoop,
    maxUnderWay: Int,
    maxWaiting: Int,
    onEnd: @escaping (_ isDelivered: Bool) -> Void
  ) {
    self.endpoint = endpoint
    self.eventLoop = eventLoop
    self.maxUnderWay = max(1, maxUnderWay)
    self.maxWaiting = maxWaiting
    self.onEnd = onEnd
  }

  /// Takes a body; false where too many wait.
  func post(_ body: [UInt8]) -> Bool {
    guard !isStopped, waiting.count - first < maxWaiting else { return false }
    waiting.append(body)
    startSome()
    return true
  }

  /// Forgets what waits.
  func clear() {
    waiting = []
    first = 0
  }

  func stop() {
    isStopped = true
    clear()
  }

  private func startSome() {
    while underWay < maxUnderWay, first < waiting.count {
      let body = waiting[first]
      waiting[first] = []
      first += 1
      if first == waiting.count { clear() }
      start(body)
    }
  }

  private func start(_ body: [UInt8]) {
    underWay += 1
    let request = request(body)
    let poster = NIOLoopBound(self, eventLoop: eventLoop)
    let promise = eventLoop.makePromise(of: Bool.self)
    ClientBootstrap(group: eventLoop)
      .connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(StatusReader(promise))
        }
      }
      .connect(host: endpoint.host, port: endpoint.port)
      .whenComplete { result in
        switch result {
        case .failure: promise.succeed(false)
        case .success(let channel): channel.writeAndFlush(request, promise: nil)
        }
      }
    promise.futureResult.whenSuccess { isDelivered in poster.value.ended(isDelivered) }
  }

  private func ended(_ isDelivered: Bool) {
    underWay -= 1
    onEnd(isDelivered)
    startSome()
  }

  /// The headers of a node, in its order: `Host` without the port.
  private func request(_ body: [UInt8]) -> ByteBuffer {
    var out = ByteBuffer()
    out.writeString("POST \(endpoint.target) HTTP/1.1\r\nHost: \(endpoint.host)\r\n")
    out.writeString("Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n")
    out.writeBytes(body)
    return out
  }
}

/// Reads the first line of an answer, says whether it is a 2xx, and closes.
private final class StatusReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var promise: EventLoopPromise<Bool>?
  private var line: [UInt8] = []
  private var timer: Scheduled<Void>?

  init(_ promise: EventLoopPromise<Bool>) { self.promise = promise }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard promise != nil else { return }
    line += Self.unwrapInboundIn(data).readableBytesView.prefix(4096 - line.count)
    guard line.contains(0x0a) || line.count >= 4096 else { return }
    // HTTP/1.x SP digit digit digit
    let isRight = line.starts(with: "HTTP/1.".utf8) && line.count > 12 && line[8] == 0x20 && line[9] == 0x32
    end(isRight)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { end(false) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func handlerRemoved(context: ChannelHandlerContext) { end(false) }

  private func end(_ isDelivered: Bool) {
    timer?.cancel()
    timer = nil
    promise?.succeed(isDelivered)
    promise = nil
  }
}
