import NIOCore

/// One connection to a node's socket: the only handler in its channel, confined to the channel's event loop.
///
/// Many questions may be open; answers come in the order in which they are ready and are told apart by their ids. It
/// never shuts only its writing side, since a node then drops the connection without an answer. It ends the connection
/// - after an answer without an id: the node reads no further, and would let later questions hang;
/// - after a question that was not answered in time: whether the other side still listens is not known, and the node
///   keeps its waiter either way, until its own time limit;
/// - after bytes that are no answer.
final class CoreLightningHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// The most questions open at once.
  static let openLimit = 256

  private struct Open {
    let promise: EventLoopPromise<CoreLightningOutcome>
    let alarm: Scheduled<Void>
    let method: String
  }

  private var context: ChannelHandlerContext?
  private var frames = CoreLightningFrames()
  private var open: [UInt64: Open] = [:]
  /// The number of the newest question; ids up to it that are not open were given up.
  private var newest: UInt64 = 0
  private var end: NodeFailure?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    finish(.away("the connection to the node ended"))
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(.away(frames.isInside ? "the node broke off inside an answer" : "the node closed the connection"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.away("the connection to the node failed (\(type(of: error)))"))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    frames.receive(Self.unwrapInboundIn(data).readableBytesView)
    do {
      while end == nil, let message = try frames.next() { try take(message) }
    } catch let fault as CoreLightningFrames.Fault {
      finish(.garbled("the node sent \(fault.words)"))
    } catch let refusal as CoreLightningRefusal {
      finish(.garbled("the node sent what is no answer: \(refusal.words)"))
    } catch {
      finish(.garbled("the node sent what is no answer"))
    }
  }
}

// MARK: - Asking

extension CoreLightningHandler {
  /// Sends a question; the future is its answer, or fails with `NodeFailure`.
  func ask(
    _ request: CoreLightningRequest,
    number: UInt64,
    within limit: TimeAmount
  ) -> EventLoopFuture<CoreLightningOutcome>? {
    guard let context else { return nil }
    let eventLoop = context.eventLoop
    if let end { return eventLoop.makeFailedFuture(end) }
    guard open.count < Self.openLimit else {
      return eventLoop.makeFailedFuture(NodeFailure.away("\(Self.openLimit) questions to the node are open already"))
    }
    let promise = eventLoop.makePromise(of: CoreLightningOutcome.self)
    let alarm = eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
      self?.overdue(number, limit)
      return
    }
    open[number] = Open(promise: promise, alarm: alarm, method: request.method)
    newest = max(newest, number)
    let bytes = request.bytes(id: Self.id(number, request.method))
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    return promise.futureResult
  }

  /// Whoever asked does not wait any more; the answer will be skipped.
  func giveUp(_ number: UInt64) {
    guard let question = open.removeValue(forKey: number) else { return }
    question.alarm.cancel()
    question.promise.fail(NodeFailure.away("we are stopping"))
  }

  /// Ends the connection.
  func close() { finish(.away("we are stopping")) }

  private func overdue(_ number: UInt64, _ limit: TimeAmount) {
    guard let question = open.removeValue(forKey: number) else { return }
    let seconds = limit.nanoseconds / 1_000_000_000
    finish(.away("the connection was given up since the node did not answer \(question.method)"))
    question.promise.fail(NodeFailure.away("the node did not answer \(question.method) within \(seconds) s"))
  }
}

// MARK: - Hearing

extension CoreLightningHandler {
  private static let prefix = "coinslot:"

  private static func id(_ number: UInt64, _ method: String) -> String { "\(prefix)\(method)#\(number)" }

  private func take(_ message: [UInt8]) throws(CoreLightningRefusal) {
    switch try CoreLightningReply(decoding: message) {
    case .notification: break
    case .unreadable(let error): giveOver(error)
    case .answer(let id, let outcome):
      guard let number = id.split(separator: "#").last.flatMap({ UInt64($0) }), number <= newest else {
        return finish(.garbled("the node answers a question that was not asked"))
      }
      // Not open: the answer to a question that was given up.
      guard let question = open[number] else { return }
      guard id == Self.id(number, question.method) else {
        return finish(.garbled("the node answers a question that was not asked"))
      }
      open[number] = nil
      question.alarm.cancel()
      question.promise.succeed(outcome)
    }
  }

  /// The node could not read us, and will not.
  private func giveOver(_ error: CoreLightningError) {
    guard open.count == 1, let method = open.values.first?.method else {
      return finish(.away("the node could not read one of several questions: \(error.words)"))
    }
    finish(.unsupported("the node cannot read our \(method): \(error.words)"))
  }

  private func finish(_ failure: NodeFailure) {
    guard end == nil else { return }
    end = failure
    let waiting = open.values
    open = [:]
    // First the end, or whoever learns of the failure might ask again before a new connection is thought of.
    context?.close(promise: nil)
    for question in waiting {
      question.alarm.cancel()
      question.promise.fail(failure)
    }
  }
}
