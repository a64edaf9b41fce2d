import NIOCore

/// The client's side of one WebSocket: the only handler in its channel, confined to the channel's event loop.
final class WebSocketClientHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum Phase {
    case connecting
    case handshaking(EventLoopPromise<WebSocketClientConnection>)
    case open
    /// A close frame of ours is written; this is how it will have ended.
    case closing(WebSocketClientError?)
    case ended(WebSocketClientError?)
  }

  private let eventLoop: any EventLoop
  private let handshake: ClientHandshake
  private let options: WebSocketClientOptions
  private var context: ChannelHandlerContext?
  private var phase = Phase.connecting
  private var answer = ByteBuffer()
  private var reader: WebSocketReader
  private var queue: MessageQueue?
  private var isPaused = false
  private var wantsRead = false
  private var alarm: Scheduled<Void>?
  private var hasHeard = false
  private var pendingBytes = 0

  init(_ handshake: ClientHandshake, _ options: WebSocketClientOptions, eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
    self.handshake = handshake
    self.options = options
    reader = WebSocketReader(
      side: .client,
      maxMessageBytes: options.maxMessageBytes,
      maxFragments: options.maxFragments
    )
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    end(.lost)
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    // What was read and is still to be cut into messages is bounded by one read.
    if isPaused {
      isPaused = false
      deliver()
    }
    end(.lost)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasHeard = true
    var bytes = Self.unwrapInboundIn(data)
    switch phase {
    case .connecting, .ended: break
    case .handshaking(let promise):
      answer.writeBuffer(&bytes)
      finishHandshake(promise, context)
    case .open, .closing:
      reader.receive(bytes)
      deliver()
    }
  }

  /// While the reader has enough waiting, nothing more is taken from the network.
  func read(context: ChannelHandlerContext) {
    if isPaused {
      wantsRead = true
    } else {
      context.read()
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if case .handshaking = phase, ClientTLS.isFailure(error) { end(.tlsFailed("\(error)")) }
    context.close(promise: nil)
  }
}

// MARK: - Opening

extension WebSocketClientHandler {
  /// Sends the handshake; the future is the open connection, or fails where the other side has closed already.
  func begin(_ deadline: NIODeadline) -> EventLoopFuture<WebSocketClientConnection> {
    guard let context, case .connecting = phase else { return eventLoop.makeFailedFuture(WebSocketClientError.lost) }
    let promise = context.eventLoop.makePromise(of: WebSocketClientConnection.self)
    phase = .handshaking(promise)
    context.writeAndFlush(Self.wrapOutboundOut(handshake.request), promise: nil)
    alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
      self?.end(.timedOut)
    }
    return promise.futureResult
  }

  private func finishHandshake(
    _ promise: EventLoopPromise<WebSocketClientConnection>,
    _ context: ChannelHandlerContext
  ) {
    do throws(WebSocketClientError) {
      guard try handshake.check(&answer) else { return }
    } catch {
      return end(error)
    }
    let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
    let queue = MessageQueue(max: options.maxWaitingMessages) {
      handler.eventLoop.execute { handler.value.resume() }
    }
    self.queue = queue
    phase = .open
    schedulePing()
    promise.succeed(
      WebSocketClientConnection(
        messages: .init(queue: queue),
        remoteAddress: context.channel.remoteAddress,
        channel: context.channel,
        handler: handler
      )
    )
    reader.receive(answer)
    answer = ByteBuffer()
    deliver()
  }
}

// MARK: - Reading

extension WebSocketClientHandler {
  private func deliver() {
    while !isPaused {
      switch phase {
      case .open, .closing: break
      default: return
      }
      do throws(WebSocketFault) {
        guard let event = try reader.next() else { return }
        try take(event)
      } catch {
        startClosing(error.closeCode, reason: "", end: .protocolViolation(error))
        context?.close(mode: .output, promise: nil)
      }
    }
  }

  private func take(_ event: WebSocketReader.Event) throws(WebSocketFault) {
    switch (event, phase) {
    case (.text(let message), .open): isPaused = queue?.offer(message) == false
    case (.binary, .open): throw .binaryRefused
    case (.ping(let payload), .open): write(WebSocketFrames.pong(payload, mask: freshMask()))
    case (.close(let code, let reason), .open):
      write(WebSocketFrames.close(code, mask: freshMask()))
      let end: WebSocketClientError? = code == .normal ? nil : .closed(code, reason: reason)
      phase = .closing(end)
      finish(end)
      scheduleClose()
    case (.close, .closing(let known)): end(known)
    default: break
    }
  }

  /// The reader has made room.
  func resume() {
    guard isPaused else { return }
    isPaused = false
    deliver()
    guard !isPaused, wantsRead else { return }
    wantsRead = false
    context?.read()
  }
}

// MARK: - Writing

extension WebSocketClientHandler {
  /// Sends a text message; the future succeeds when the system has taken it.
  func send(_ text: [UInt8]) -> EventLoopFuture<Void> {
    guard let context, case .open = phase else { return failed(reasonForEnd ?? .ended) }
    guard pendingBytes == 0 || pendingBytes + text.count <= options.maxPendingBytes else {
      return failed(.sendQueueFull)
    }
    let count = text.count
    pendingBytes += count
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenComplete { _ in self.pendingBytes -= count }
    context.writeAndFlush(
      Self.wrapOutboundOut(WebSocketFrames.text(text, mask: freshMask())),
      promise: written
    )
    return written.futureResult.assumeIsolated().flatMapErrorThrowing { _ in
      throw self.reasonForEnd ?? WebSocketClientError.lost
    }.nonisolated()
  }

  private func failed(_ error: WebSocketClientError) -> EventLoopFuture<Void> {
    eventLoop.makeFailedFuture(error)
  }

  private var reasonForEnd: WebSocketClientError? {
    switch phase {
    case .closing(let end), .ended(let end): end
    default: nil
    }
  }

  private func write(_ frame: ByteBuffer) {
    context?.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
  }

  /// RFC 6455 section 10.3: a mask the server's side cannot foresee.
  private func freshMask() -> UInt32 { UInt32.random(in: .min ... .max) }
}

// MARK: - Ending

extension WebSocketClientHandler {
  /// Closes politely.
  func close(_ code: WebSocketCloseCode, reason: String) { startClosing(code, reason: reason, end: nil) }

  /// Ends the connection now.
  func drop() { end(nil) }

  private func startClosing(_ code: WebSocketCloseCode, reason: String, end: WebSocketClientError?) {
    guard case .open = phase else { return }
    write(WebSocketFrames.close(code, reason: reason, mask: freshMask()))
    phase = .closing(end)
    finish(end)
    // A paused reader would not see the server's close frame; what it sends meanwhile is of no use any more.
    resume()
    scheduleClose()
  }

  private func finish(_ error: WebSocketClientError?) {
    queue?.finish(error)
    queue = nil
    alarm?.cancel()
  }

  private func scheduleClose() { schedule(options.closeWithinMS) { $0.end(nil) } }

  private func end(_ error: WebSocketClientError?) {
    switch phase {
    case .ended: return
    case .closing(let known): phase = .ended(known)
    case .handshaking(let promise):
      phase = .ended(error)
      promise.fail(error ?? .ended)
    case .connecting, .open: phase = .ended(error)
    }
    finish(error)
    context?.close(promise: nil)
  }
}

// MARK: - Signs of life

extension WebSocketClientHandler {
  private func schedulePing() {
    guard let every = options.pingEveryMS else {
      alarm?.cancel()
      return
    }
    schedule(every) { handler in
      handler.hasHeard = false
      handler.write(WebSocketFrames.ping(mask: handler.freshMask()))
      handler.schedulePong()
    }
  }

  private func schedulePong() {
    schedule(options.pongWithinMS) { handler in
      // A reader that takes its time keeps us from hearing; that is not the server's silence.
      guard handler.hasHeard || handler.isPaused else { return handler.end(.noPong) }
      handler.schedulePing()
    }
  }

  private func schedule(_ delayMS: Int64, _ action: @escaping (WebSocketClientHandler) -> Void) {
    alarm?.cancel()
    alarm = context?.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(delayMS)) { [weak self] in
      if let self { action(self) }
    }
  }
}
