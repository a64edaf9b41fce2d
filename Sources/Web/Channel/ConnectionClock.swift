import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Primitives

/// Keeps one HTTP connection within its bounds of time, answers what is no HTTP, and lets go when the server stops.
///
/// It stands between the codec and hummingbird. Confined to the channel's event loop; one timer at most runs for what the
/// connection does now, a second only while the client does not read.
final class ConnectionClock: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// A request that did not arrive in time; told to whoever waits for its body.
  struct RequestTimeout: Error {}

  private let limits: PublicLimits
  private var timer: Scheduled<Void>?
  private var unreadTimer: Scheduled<Void>?

  /// Whether a request's head has come and its end has not.
  private var isReceiving = false
  /// Requests whose answers are not complete.
  private var unanswered = 0
  /// Whether the current answer has begun.
  private var hasHead = false
  /// Whether the current answer is a stream that ends only when somebody ends it.
  private var isStream = false
  private var closesAfterAnswer = false
  private var isOver = false
  /// Bytes of a body that nobody waits for any more.
  private var discarded = 0

  static let maxDiscardedBytes = 1 << 20

  init(limits: PublicLimits) { self.limits = limits }

  func handlerAdded(context: ChannelHandlerContext) { rearm(context) }

  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      isReceiving = true
      unanswered += 1
      let options = head.headerFields[values: .connection].joined(separator: ",").lowercased().split(separator: ",")
      if options.contains(where: { $0.filter { $0 != " " } == "close" }) { closesAfterAnswer = true }
      rearm(context)
    case .body(let bytes):
      if unanswered == 0 {
        discarded += bytes.readableBytes
        if discarded > Self.maxDiscardedBytes { return end(context) }
      }
    case .end:
      isReceiving = false
      discarded = 0
      rearm(context)
    }
    context.fireChannelRead(data)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !isOver, unanswered <= 1, !hasHead { answer(Self.problem(for: error), context) }
    isOver = true
    // Whoever waits for the rest of a body must learn that it will not come.
    context.fireErrorCaught(error)
    linger(context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent {
      if unanswered == 0 || isStream { end(context) } else { closesAfterAnswer = true }
      return
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    unreadTimer?.cancel()
    unreadTimer = nil
    if !context.channel.isWritable {
      unreadTimer = schedule(limits.unreadMS, context) { $0.end($1) }
    }
    context.fireChannelWritabilityChanged()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isOver else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(let head) where head.status.kind != .informational:
      hasHead = true
      isStream = head.headerFields[.contentType]?.hasPrefix("text/event-stream") == true
      if head.headerFields[.connection] == "close" { closesAfterAnswer = true }
      context.write(data, promise: promise)
    case .end:
      hasHead = false
      isStream = false
      unanswered -= 1
      if closesAfterAnswer && unanswered <= 0 {
        context.writeAndFlush(data, promise: promise)
        linger(context)
      } else {
        context.write(data, promise: promise)
        rearm(context)
      }
    case .head, .body: context.write(data, promise: promise)
    }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    // Hummingbird closes its half and waits for the other side; that must not take for ever.
    if mode == .output { arm(limits.lingerMS, context) { $0.end($1) } }
    context.close(mode: mode, promise: promise)
  }
}

extension ConnectionClock {
  /// Sets the timer for what the connection does now.
  private func rearm(_ context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    if isReceiving {
      arm(limits.requestWithinMS, context) { $0.requestIsLate($1) }
    } else if unanswered <= 0 {
      arm(limits.idleMS, context) { $0.end($1) }
    }
  }

  private func requestIsLate(_ context: ChannelHandlerContext) {
    guard !isOver else { return }
    if unanswered == 1, !hasHead {
      answer(
        Problem(
          .requestTimeout,
          "request_timeout",
          "Request timeout",
          "The request did not arrive in time.",
          isRetryable: true
        ),
        context
      )
    }
    isOver = true
    context.fireErrorCaught(RequestTimeout())
    linger(context)
  }

  /// Writes an answer of our own, the last one.
  private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
    var fields = problem.headers
    let body = ByteBuffer(bytes: problem.body(instance: nil))
    fields[.contentType] = Problem.mediaType
    fields[.contentLength] = String(body.readableBytes)
    fields[.cacheControl] = "no-store"
    fields[.connection] = "close"
    let head = HTTPResponse(status: problem.status, headerFields: fields)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// Closes our half, so that the answer is not lost to a reset, and the rest soon.
  private func linger(_ context: ChannelHandlerContext) {
    isOver = true
    arm(limits.lingerMS, context) { $0.end($1) }
    context.close(mode: .output, promise: nil)
  }

  private func end(_ context: ChannelHandlerContext) {
    isOver = true
    stop()
    context.close(promise: nil)
  }

  private func stop() {
    timer?.cancel()
    timer = nil
    unreadTimer?.cancel()
    unreadTimer = nil
  }

  private func arm(
    _ ms: Int64,
    _ context: ChannelHandlerContext,
    _ act: @escaping (ConnectionClock, ChannelHandlerContext) -> Void
  ) {
    timer?.cancel()
    timer = schedule(ms, context, act)
  }

  private func schedule(
    _ ms: Int64,
    _ context: ChannelHandlerContext,
    _ act: @escaping (ConnectionClock, ChannelHandlerContext) -> Void
  ) -> Scheduled<Void> {
    context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(ms)) { [weak self] in
      guard let self else { return }
      act(self, context)
    }
  }

  private static func problem(for error: any Error) -> Problem {
    switch error {
    case HTTPParserError.headerOverflow:
      Problem(
        .requestHeaderFieldsTooLarge,
        "head_too_large",
        "Head too large",
        "Request line and header fields are too long."
      )
    case let error as HTTPParserError: .badRequest("bad_http", "This is not HTTP/1.1: \(error).")
    default: .badRequest("bad_http", "This is not HTTP/1.1.")
    }
  }
}
