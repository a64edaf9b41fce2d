package import NIOCore
import NIOHTTP1

/// Stands before another HTTP server in a channel and takes its WebSockets away.
///
/// It reads the first head of a connection. Where that becomes a WebSocket, it answers the handshake and only a
/// `WebSocketConnection` stays, behind TLS where there is some. Else it sets the other server up, gives it the bytes
/// as they came, and leaves: a later request of the same connection is an ordinary one. Add it to the channel as the
/// last handler, or behind TLS.
package final class WebSocketFront<HTTP: Sendable>: ChannelInboundHandler, RemovableChannelHandler, Sweepable {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  /// What became of a connection.
  package enum Outcome: Sendable {
    /// It is a WebSocket; nothing is left to do for it.
    case webSocket
    /// It is the other server's; what its set-up gave.
    case http(HTTP)
    /// It ended before it was either.
    case ended
  }

  /// What became of the connection; never fails but with the error of the other server's set-up.
  package let outcome: EventLoopFuture<Outcome>

  var sweepIndex = -1

  private let promise: EventLoopPromise<Outcome>
  private let decide: @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision
  private let startHTTP: @Sendable (any Channel) -> EventLoopFuture<HTTP>
  private let limits: PlainHTTPLimits
  private let sweeper: ConnectionSweeper
  private var loop: SweptLoop?
  private var context: ChannelHandlerContext?
  private var reader: RequestReader
  private var received: [ByteBuffer] = []
  private var receivedBytes = 0
  private var isDecided = false
  private var deadlineMS = Int64.max

  /// A front of a channel on `eventLoop`.
  ///
  /// - Parameters:
  ///   - eventLoop: The event loop of the channel.
  ///   - sweeper: Keeps the time limits.
  ///   - limits: The bounds of the first head.
  ///   - decide: Whether a request becomes a WebSocket; called on the event loop.
  ///   - startHTTP: Adds the other server's handlers to the channel.
  package init(
    eventLoop: any EventLoop,
    sweeper: ConnectionSweeper,
    limits: PlainHTTPLimits = PlainHTTPLimits(),
    decide: @escaping @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision,
    startHTTP: @escaping @Sendable (any Channel) -> EventLoopFuture<HTTP>
  ) {
    promise = eventLoop.makePromise(of: Outcome.self)
    outcome = promise.futureResult
    self.sweeper = sweeper
    self.limits = limits
    self.decide = decide
    self.startHTTP = startHTTP
    reader = RequestReader(maxHeadBytes: limits.maxHeadBytes)
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let loop = sweeper.loop(of: context.eventLoop)
    self.loop = loop
    deadlineMS = loop.deadlineMS(after: limits.requestWithinMS)
    loop.add(self)
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    loop?.remove(self)
    self.context = nil
    if !isDecided { promise.succeed(.ended) }
    isDecided = true
  }

  package func channelInactive(context: ChannelHandlerContext) {
    loop?.remove(self)
    if !isDecided { promise.succeed(.ended) }
    isDecided = true
    context.fireChannelInactive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Self.unwrapInboundIn(data)
    received.append(bytes)
    receivedBytes += bytes.readableBytes
    guard !isDecided else {
      // The other server is being set up; what comes meanwhile is bounded.
      if receivedBytes > limits.maxHeadBytes + 65_536 { context.close(promise: nil) }
      return
    }
    reader.receive(bytes)
    do throws(HTTPFault) {
      guard case .head(let head)? = try reader.next() else { return }
      switch decide(head, context.channel.remoteAddress) {
      case .accept(let acceptance): try upgrade(head, acceptance, context)
      case .refuse(let reply): refuse(reply, context)
      case .notWebSocket: handOver(context)
      }
    } catch {
      refuse(.fault(error), context)
    }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed, !isDecided { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }
}

extension WebSocketFront {
  private func upgrade(
    _ head: RequestHead,
    _ acceptance: WebSocketAcceptance,
    _ context: ChannelHandlerContext
  ) throws(HTTPFault) {
    let handshake = try WebSocketHandshake(checking: head, subprotocol: acceptance.subprotocol)
    isDecided = true
    loop?.remove(self)
    context.write(Self.wrapOutboundOut(handshake.switchingProtocols), promise: nil)
    let connection = WebSocketConnection(acceptance, sweeper: sweeper, received: reader.takeRest())
    received = []
    do {
      try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
      promise.succeed(.webSocket)
    } catch {
      context.close(promise: nil)
      promise.succeed(.ended)
    }
  }

  private func handOver(_ context: ChannelHandlerContext) {
    isDecided = true
    deadlineMS = loop?.deadlineMS(after: limits.requestWithinMS) ?? .max
    startHTTP(context.channel).hop(to: context.eventLoop).assumeIsolated().whenComplete { [self] result in
      guard let context = self.context else { return promise.succeed(.ended) }
      switch result {
      case .failure(let error):
        context.close(promise: nil)
        promise.fail(error)
      case .success(let http):
        promise.succeed(.http(http))
        for bytes in received { context.fireChannelRead(Self.wrapInboundOut(bytes)) }
        received = []
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
      }
    }
  }

  private func refuse(_ reply: PlainHTTPReply, _ context: ChannelHandlerContext) {
    isDecided = true
    received = []
    promise.succeed(.ended)
    deadlineMS = loop?.deadlineMS(after: limits.lingerMS) ?? .max
    context.writeAndFlush(Self.wrapOutboundOut(reply.bytes(closing: true, omittingBody: false)), promise: nil)
    context.close(mode: .output, promise: nil)
  }

  func sweep(nowMS: Int64) {
    guard nowMS >= deadlineMS, let context else { return }
    context.close(promise: nil)
  }

  func drain() { context?.close(promise: nil) }

  func drop() { context?.close(promise: nil) }
}
