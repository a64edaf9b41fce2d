package import NIOCore

/// One WebSocket on the server's side: the only handler in its channel, beside TLS where there is some.
///
/// It reads frames, answers pings and close frames, keeps the bounds of `WebSocketOptions`, and writes buffers that
/// are whole frames already, so that one frame made once can go to thousands of connections. Confined to the
/// channel's event loop; `handle` is what other threads may hold.
package final class WebSocketConnection: ChannelInboundHandler, RemovableChannelHandler, Sweepable {
  package typealias InboundIn = ByteBuffer
  package typealias OutboundOut = ByteBuffer

  private enum Phase {
    case opening
    case open
    /// Our close frame is written, the other side's is awaited.
    case closing(WebSocketEnd)
    /// Our half is closed; what still comes in is thrown away until the other side closes.
    case lingering
    case ended
  }

  /// What was agreed on with the client.
  package let subprotocol: String?
  /// Where the client is; kept beyond the end.
  package private(set) var remoteAddress: SocketAddress?

  var sweepIndex = -1

  private let options: WebSocketOptions
  private let sweeper: ConnectionSweeper
  private var loop: SweptLoop?
  private var context: ChannelHandlerContext?
  private var handler: (any WebSocketConnectionHandler)?
  private var pass: ClientCount.Pass?
  private var reader: WebSocketReader
  private var phase = Phase.opening

  /// Milliseconds of the sweeper's clock when the connection opened.
  package private(set) var openedMS: Int64 = 0
  /// Milliseconds of the sweeper's clock when anything was last received.
  package private(set) var receivedMS: Int64 = 0
  private var hasMessage = false
  private var midMessageSinceMS = Int64.max
  private var pingedMS: Int64 = 0
  private var endsMS = Int64.max

  private var isReading = false
  private var isCalled = false
  private var needsFlush = false
  /// Whether less waits to be taken by the system than the channel's mark; kept here, because asking the channel for
  /// each of thousands of frames costs more than the rest of a send that is ours.
  private var isWritable = true
  private var discarded = 0

  static let maxDiscardedBytes = 1 << 20

  /// A connection whose handshake is written; `received` is what came behind the request.
  init(_ acceptance: WebSocketAcceptance, sweeper: ConnectionSweeper, received: ByteBuffer = ByteBuffer()) {
    subprotocol = acceptance.subprotocol
    options = acceptance.options
    handler = acceptance.makeHandler()
    pass = acceptance.pass
    self.sweeper = sweeper
    reader = WebSocketReader(
      side: .server,
      maxMessageBytes: options.maxMessageBytes,
      maxFragments: options.maxFragments
    )
    reader.receive(received)
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let loop = sweeper.loop(of: context.eventLoop)
    self.loop = loop
    remoteAddress = context.channel.remoteAddress
    (openedMS, receivedMS, pingedMS) = (loop.nowMS, loop.nowMS, loop.nowMS)
    loop.add(self)
    // The channel's own mark is 64 KiB; a smaller bound needs a lower one to be noticed.
    if options.maxPendingBytes < 65_536 {
      let high = max(2, options.maxPendingBytes)
      try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: high / 2, high: high))
    }
    phase = .open
    isWritable = context.channel.isWritable
    // The answer to the handshake is written, not flushed yet.
    needsFlush = true
    isReading = true
    handler?.opened(self)
    deliver()
    channelReadComplete(context: context)
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    loop?.remove(self)
    pass = nil
    self.context = nil
    finishSoon(.lost, on: context.eventLoop)
  }

  package func channelInactive(context: ChannelHandlerContext) {
    loop?.remove(self)
    finishSoon(.lost, on: context.eventLoop)
    context.fireChannelInactive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Self.unwrapInboundIn(data)
    switch phase {
    case .open, .closing:
      receivedMS = loop?.nowMS ?? 0
      reader.receive(bytes)
      // A failing write may hand over what was still to be read, in the middle of a call of ours.
      guard !isCalled else { return context.eventLoop.assumeIsolated().execute { self.deliver() } }
      isReading = true
      deliver()
    case .lingering:
      discarded += bytes.readableBytes
      if discarded > Self.maxDiscardedBytes { context.close(promise: nil) }
    case .opening, .ended: break
    }
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    if needsFlush {
      needsFlush = false
      context.flush()
    }
    checkPending()
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    isWritable = context.channel.isWritable
    guard case .open = phase else { return }
    let isWritable = isWritable
    guard isCalled else { handler?.writabilityChanged(isWritable, on: self); return }
    context.eventLoop.assumeIsolated().execute { self.handler?.writabilityChanged(isWritable, on: self) }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // Where the channel allows the other side to close its half, nobody else would close ours.
    if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

// MARK: - What the handler calls, on the event loop

extension WebSocketConnection {
  /// The event loop of the connection.
  package var eventLoop: (any EventLoop)? { context?.eventLoop }

  /// Whether frames may be sent.
  package var isOpen: Bool {
    if case .open = phase { true } else { false }
  }

  /// Bytes that wait to be taken by the system.
  package var pendingBytes: Int {
    guard let options = context?.channel.syncOptions else { return 0 }
    return (try? options.getOption(.bufferedWritableBytes)) ?? 0
  }

  /// What other threads may hold to reach this connection.
  package var handle: WebSocketHandle? { context.map { WebSocketHandle(self, eventLoop: $0.eventLoop) } }

  /// Sends a frame that `WebSocketFrames` made without a mask, or any bytes a simulator wants to break off with.
  ///
  /// Does nothing once the connection is closing. Where more than `maxPendingBytes` wait then, the connection is
  /// dropped.
  package func send(_ frame: ByteBuffer) {
    guard case .open = phase else { return }
    write(frame)
  }

  /// Sends a text message.
  package func send(text: String) { send(WebSocketFrames.text(text)) }

  /// Sends a ping; the answer comes to the handler's `pong`.
  package func ping(_ payload: ByteBuffer = ByteBuffer()) {
    pingedMS = loop?.nowMS ?? 0
    send(payload.readableBytes == 0 ? Self.emptyPing : WebSocketFrames.ping(payload))
  }

  /// Closes politely: a close frame goes out, the other side's is awaited for `closeWithinMS`.
  package func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
    startClosing(code, reason: reason, end: .closedByUs(code))
  }

  /// Ends the connection without a close frame.
  package func drop() { drop(.closedByUs(.normal)) }

  private static let emptyPing = WebSocketFrames.ping()
}

// MARK: - Reading

extension WebSocketConnection {
  private func deliver() {
    while true {
      switch phase {
      case .open, .closing: break
      default: return
      }
      do throws(WebSocketFault) {
        guard let event = try reader.next() else { break }
        try take(event)
      } catch {
        return fail(error)
      }
    }
    if reader.isMidMessage {
      midMessageSinceMS = min(midMessageSinceMS, loop?.nowMS ?? .max)
    } else {
      midMessageSinceMS = .max
    }
  }

  private func take(_ event: WebSocketReader.Event) throws(WebSocketFault) {
    if case .close(let code, _) = event { return closedByPeer(code) }
    guard case .open = phase else { return }
    switch event {
    case .text(let bytes):
      noteMessage()
      handler?.text(bytes, on: self)
    case .binary(let bytes):
      guard options.takesBinary else { throw .binaryRefused }
      noteMessage()
      handler?.binary(bytes, on: self)
    case .ping(let payload): write(WebSocketFrames.pong(payload))
    case .pong(let payload): handler?.pong(payload, on: self)
    case .close: break
    }
  }

  private func noteMessage() {
    hasMessage = true
    midMessageSinceMS = .max
  }

  private func closedByPeer(_ code: WebSocketCloseCode?) {
    if case .closing(let end) = phase {
      phase = .lingering
      finish(end)
      context?.close(promise: nil)
    } else {
      linger(WebSocketFrames.close(code))
      finish(.closedByPeer(code))
    }
  }

  private func fail(_ fault: WebSocketFault) {
    if case .closing(let end) = phase {
      phase = .ended
      context?.close(promise: nil)
      return finish(end)
    }
    linger(WebSocketFrames.close(fault.closeCode))
    finish(.violation(fault))
  }

  /// Writes the last frame and closes our half, so that the frame is not lost to a reset; then waits within bounds.
  private func linger(_ frame: ByteBuffer) {
    phase = .lingering
    guard let context, let loop else { return }
    endsMS = loop.deadlineMS(after: options.closeWithinMS)
    needsFlush = false
    isCalled = true
    defer { isCalled = false }
    context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    let closed = context.eventLoop.makePromise(of: Void.self)
    closed.futureResult.assumeIsolated().whenFailure { [weak self] _ in self?.context?.close(promise: nil) }
    context.close(mode: .output, promise: closed)
  }
}

// MARK: - Writing and ending

extension WebSocketConnection {
  private func write(_ frame: ByteBuffer) {
    guard let context else { return }
    isCalled = true
    defer { isCalled = false }
    // What is sent while a read is worked on goes out in one system call at its end.
    if isReading {
      context.write(Self.wrapOutboundOut(frame), promise: nil)
      needsFlush = true
    } else {
      context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
    }
    if !isWritable { checkPending() }
  }

  /// Drops a client that lets more wait than the bound.
  private func checkPending() {
    guard case .open = phase, let context, !isWritable else { return }
    if isReading { context.flush() }
    if pendingBytes > options.maxPendingBytes { drop(.tooSlow) }
  }

  private func startClosing(_ code: WebSocketCloseCode, reason: String, end: WebSocketEnd) {
    guard case .open = phase, let loop else { return }
    write(WebSocketFrames.close(code, reason: reason))
    // Writing may have found the client too slow.
    guard case .open = phase else { return }
    phase = .closing(end)
    endsMS = loop.deadlineMS(after: options.closeWithinMS)
  }

  private func drop(_ end: WebSocketEnd) {
    if case .ended = phase { return }
    let context = self.context
    phase = .ended
    loop?.remove(self)
    guard let context else { return }
    finishSoon(end, on: context.eventLoop)
    context.eventLoop.assumeIsolated().execute { context.close(promise: nil) }
  }

  /// Tells the handler in a turn of its own: it may be in the middle of something when the connection ends.
  private func finishSoon(_ end: WebSocketEnd, on eventLoop: any EventLoop) {
    guard handler != nil else { return }
    var end = end
    if case .closing(let known) = phase { end = known }
    phase = .ended
    eventLoop.assumeIsolated().execute { self.finish(end) }
  }

  private func finish(_ end: WebSocketEnd) {
    guard let handler else { return }
    self.handler = nil
    handler.closed(end, self)
  }
}

// MARK: - Sweeping

extension WebSocketConnection {
  func sweep(nowMS: Int64) {
    switch phase {
    case .opening: return
    case .ended, .lingering, .closing:
      if nowMS >= endsMS { context?.close(promise: nil) }
      return
    case .open: break
    }
    if let limit = options.firstMessageWithinMS, !hasMessage, isPast(openedMS, limit, nowMS) {
      return startClosing(.policyViolation, reason: "no message", end: .silent)
    }
    if midMessageSinceMS != .max, isPast(midMessageSinceMS, options.messageWithinMS, nowMS) {
      return startClosing(.policyViolation, reason: "message not completed", end: .silent)
    }
    if let limit = options.silentForMS, isPast(receivedMS, limit, nowMS) { return drop(.silent) }
    if let every = options.pingEveryMS, nowMS - pingedMS >= every { ping() }
    handler?.swept(self, nowMS: nowMS)
  }

  /// Whether a limit that began at `startMS` of the coarse clock has surely passed.
  private func isPast(_ startMS: Int64, _ limitMS: Int64, _ nowMS: Int64) -> Bool {
    nowMS - startMS >= limitMS + (loop?.everyMS ?? 0)
  }

  func drain() { close(.goingAway) }
}
