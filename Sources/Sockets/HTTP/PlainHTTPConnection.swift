package import NIOCore
import NIOHTTP1
import Primitives

/// One HTTP/1.x connection of a plain listener: reads requests, asks the service, writes the answers in order.
///
/// The only handler in its channel, and the first to see the bytes: the node that posts callbacks opens a connection
/// for each one, so setting one up must cost next to nothing. Where a request becomes a WebSocket, this handler puts a
/// `WebSocketConnection` in its place. Confined to the channel's event loop.
package final class PlainHTTPConnection: ChannelDuplexHandler, RemovableChannelHandler, Sweepable {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer
  package typealias OutboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  private enum Phase {
    /// Between two requests, or within one that is not complete.
    case reading
    /// The service works on an answer.
    case answering(RequestHead)
    /// The last bytes are written; what still comes in is thrown away until the other side closes.
    case lingering
    /// Nothing more happens here.
    case ended
  }

  var sweepIndex = -1

  private let service: any PlainHTTPService
  private let limits: PlainHTTPLimits
  private let sweeper: ConnectionSweeper
  private let clients: ClientGate?
  /// Who requests are counted for.
  private var client: ClientAddress?
  private var loop: SweptLoop?
  private var context: ChannelHandlerContext?
  private var reader: RequestReader
  private var phase = Phase.reading
  private var head: RequestHead?
  private var deadlineMS = Int64.max
  private var needsFlush = false
  private var hasAnswered = false
  private var isDraining = false
  private var wantsRead = false
  /// More is written than the other side reads; nothing is read from it until it does.
  private var isBlocked = false
  private var discarded = 0

  static let maxDiscardedBytes = 1 << 20

  /// A connection that asks `service`; `clients` says how often one client may ask.
  package init(
    service: any PlainHTTPService,
    limits: PlainHTTPLimits,
    sweeper: ConnectionSweeper,
    clients: ClientGate? = nil
  ) {
    self.service = service
    self.clients = clients
    self.limits = limits
    self.sweeper = sweeper
    reader = RequestReader(maxHeadBytes: limits.maxHeadBytes)
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let loop = sweeper.loop(of: context.eventLoop)
    self.loop = loop
    deadlineMS = loop.deadlineMS(after: limits.requestWithinMS)
    client = clients?.client(of: context.channel.remoteAddress)
    loop.add(self)
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    loop?.remove(self)
    self.context = nil
  }

  package func channelInactive(context: ChannelHandlerContext) {
    phase = .ended
    loop?.remove(self)
    context.fireChannelInactive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Self.unwrapInboundIn(data)
    switch phase {
    case .reading:
      // The time of the first request runs from the connection; the others begin with their first byte.
      if hasAnswered, !isBlocked, !reader.isMidRequest, let loop {
        deadlineMS = loop.deadlineMS(after: limits.requestWithinMS)
      }
      reader.receive(bytes)
      process(context)
    case .answering: reader.receive(bytes)
    case .lingering:
      discarded += bytes.readableBytes
      if discarded > Self.maxDiscardedBytes { end(context) }
    case .ended: break
    }
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    if needsFlush {
      needsFlush = false
      context.flush()
    }
  }

  /// While the service works, or the answers are not read, nothing more is read: what a client can pile up is one read.
  package func read(context: ChannelHandlerContext) {
    if case .answering = phase {
      wantsRead = true
    } else if isBlocked {
      wantsRead = true
    } else {
      context.read()
    }
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    if !context.channel.isWritable {
      block()
    } else if isBlocked {
      isBlocked = false
      guard case .reading = phase else { return }
      deadlineMS = loop?.deadlineMS(after: reader.isMidRequest ? limits.requestWithinMS : limits.idleMS) ?? .max
      process(context)
      channelReadComplete(context: context)
      readOn(context)
    }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed { end(context) }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) { end(context) }
}

extension PlainHTTPConnection {
  private func block() {
    guard !isBlocked, case .reading = phase else { return }
    isBlocked = true
    deadlineMS = loop?.deadlineMS(after: limits.unreadMS) ?? .max
  }

  private func readOn(_ context: ChannelHandlerContext) {
    guard wantsRead, !isBlocked else { return }
    if case .answering = phase { return }
    wantsRead = false
    context.read()
  }

  private func process(_ context: ChannelHandlerContext) {
    while case .reading = phase, !isBlocked {
      do throws(HTTPFault) {
        switch try reader.next() {
        case nil: return
        case .head(let head): try decide(head, context)
        case .body(let body): answer(body, context)
        }
      } catch {
        write(.fault(error), context)
      }
    }
  }

  private func decide(_ head: RequestHead, _ context: ChannelHandlerContext) throws(HTTPFault) {
    self.head = head
    if let client, clients?.request(client) != nil { return write(.tooManyRequests, context) }
    // Asked of the channel, which knows it; the context would ask the system each time.
    let remote = context.channel.remoteAddress
    switch service.webSocket(head, from: remote) {
    case .accept(let acceptance):
      guard let client, let clients else { return try upgrade(head, acceptance, context) }
      guard case .open(let pass) = clients.webSocket(client) else { return write(.tooManySockets, context) }
      return try upgrade(head, acceptance.holding(pass), context)
    case .refuse(let reply): return write(reply.closing, context)
    case .notWebSocket: break
    }
    switch service.admit(head, from: remote) {
    case .refuse(let reply):
      write(reply.closing, context)
    case .body(let maxBytes):
      try reader.beginBody(maxBytes: maxBytes)
      if head.expectsContinue, !reader.hasBytesLeft {
        context.writeAndFlush(Self.wrapOutboundOut(Self.goOn), promise: nil)
      }
    }
  }

  private static let goOn = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

  private func answer(_ body: ByteBuffer, _ context: ChannelHandlerContext) {
    guard let head else { return end(context) }
    switch service.answer(head, body: body, from: context.channel.remoteAddress) {
    case .reply(let reply): write(reply, context)
    case .hangUp: end(context)
    case .raw(let bytes):
      context.write(Self.wrapOutboundOut(bytes), promise: nil)
      linger(context)
    case .later(let reply):
      phase = .answering(head)
      deadlineMS = loop?.deadlineMS(after: limits.replyWithinMS) ?? .max
      reply.hop(to: context.eventLoop).assumeIsolated().whenComplete { [weak self] result in
        self?.answered(result)
      }
    }
  }

  private func answered(_ result: Result<PlainHTTPReply, any Error>) {
    guard case .answering = phase, let context else { return }
    phase = .reading
    switch result {
    case .success(let reply): write(reply, context)
    case .failure: write(.fault(HTTPFault(500, "the answer could not be made")), context)
    }
    process(context)
    channelReadComplete(context: context)
    readOn(context)
  }

  /// Writes a reply to the current request and gets ready for the next, or closes.
  private func write(_ reply: PlainHTTPReply, _ context: ChannelHandlerContext) {
    let closes = reply.closes || isDraining || head?.keepsAlive != true
    let bytes = reply.bytes(closing: closes, omittingBody: head?.method == .HEAD)
    head = nil
    context.write(Self.wrapOutboundOut(bytes), promise: nil)
    needsFlush = true
    if closes {
      linger(context)
    } else {
      hasAnswered = true
      if isBlocked { return }
      guard context.channel.isWritable else { return block() }
      deadlineMS = loop?.deadlineMS(after: reader.isMidRequest ? limits.requestWithinMS : limits.idleMS) ?? .max
    }
  }

  private func upgrade(
    _ head: RequestHead,
    _ acceptance: WebSocketAcceptance,
    _ context: ChannelHandlerContext
  ) throws(HTTPFault) {
    let handshake = try WebSocketHandshake(checking: head, subprotocol: acceptance.subprotocol)
    context.write(Self.wrapOutboundOut(handshake.switchingProtocols), promise: nil)
    needsFlush = false
    phase = .ended
    loop?.remove(self)
    let connection = WebSocketConnection(acceptance, sweeper: sweeper, received: reader.takeRest())
    do {
      try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    } catch {
      end(context)
    }
  }

  /// Closes our half, so that the answer is not lost to a reset, and waits for the other side within bounds.
  private func linger(_ context: ChannelHandlerContext) {
    phase = .lingering
    reader = RequestReader()
    needsFlush = false
    // Until all is taken from us it is the time for reading that counts.
    deadlineMS = loop?.deadlineMS(after: limits.unreadMS) ?? .max
    context.flush()
    let closed = context.eventLoop.makePromise(of: Void.self)
    closed.futureResult.assumeIsolated().whenComplete { [weak self] _ in
      guard let self, case .lingering = phase else { return }
      deadlineMS = loop?.deadlineMS(after: limits.lingerMS) ?? .max
    }
    context.close(mode: .output, promise: closed)
    isBlocked = false
    readOn(context)
  }

  private func end(_ context: ChannelHandlerContext) {
    phase = .ended
    context.close(promise: nil)
  }
}

extension PlainHTTPConnection {
  func sweep(nowMS: Int64) {
    guard nowMS >= deadlineMS, let context else { return }
    switch phase {
    case .reading where isBlocked: end(context)
    case .reading where reader.isMidRequest:
      write(.fault(HTTPFault(408, "the request did not arrive in time")), context)
    case .answering:
      phase = .reading
      write(.fault(HTTPFault(503, "no answer in time")), context)
    case .reading, .lingering, .ended: end(context)
    }
  }

  func drain() {
    guard let context else { return }
    isDraining = true
    if case .reading = phase, !reader.isMidRequest { end(context) }
  }

  func drop() {
    if let context { end(context) }
  }
}
