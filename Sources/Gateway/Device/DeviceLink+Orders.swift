import Coinslot
import DeviceWire
import NIOCore
import Sockets

// What the server asks of a link: orders, signs of life, the end.

extension DeviceLink {
  /// Sends an order, if this still is the session it is for.
  func perform(_ order: Order) -> Performance {
    guard case .open(let device, order.epoch) = phase, device == order.dispatch.channel.device,
      connection?.isOpen == true, let heard = session?.heard, let message = ServerMessage(order, after: heard),
      say(message)
    else { return .away }
    let dispatch = order.dispatch
    let (untilMS, isTooFar) = dispatch.deadlineMS.addingReportingOverflow(dispatch.doubtMS)
    shown.sent(order.number, to: dispatch.channel.number, untilMS: isTooFar ? .max : untilMS)
    return .sent
  }

  /// Whether the device gives a sign of life in time.
  private func answers(withinMS: Int64) -> EventLoopFuture<Bool>? {
    guard case .open = phase, let connection, let eventLoop = connection.eventLoop, pings.count < DeviceLink.backlog
    else { return nil }
    let promise = eventLoop.makePromise(of: Bool.self)
    lastPing += 1
    let number = lastPing
    pings[number] = promise
    connection.ping(ByteBuffer(integer: number))
    let timer = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(max(0, withinMS))) {
      self.pings.removeValue(forKey: number)?.succeed(false)
    }
    promise.futureResult.whenComplete { _ in timer.cancel() }
    return promise.futureResult
  }
}

// MARK: - From other threads

extension DeviceLink {
  /// What other threads may hold of a link.
  struct Handle: Sendable {
    private let eventLoop: any EventLoop
    private let link: NIOLoopBound<DeviceLink>

    init(_ link: DeviceLink, on eventLoop: any EventLoop) {
      self.eventLoop = eventLoop
      self.link = NIOLoopBound(link, eventLoop: eventLoop)
    }

    /// Runs `body` on the link's event loop, soon.
    func run(_ body: @escaping @Sendable (DeviceLink) -> Void) { eventLoop.execute { [link] in body(link.value) } }

    /// Asks the link on its event loop; `missing` where that has ended.
    func ask<Answer: Sendable>(
      else missing: Answer,
      _ body: @escaping @Sendable (DeviceLink) -> Answer
    ) async -> Answer {
      (try? await eventLoop.submit { [link] in body(link.value) }.get()) ?? missing
    }

    /// Whether the device answers a ping in time.
    func ping(timeoutMS: Int64) async -> Bool {
      let answer = eventLoop.flatSubmit { [link, eventLoop] in
        link.value.answers(withinMS: timeoutMS) ?? eventLoop.makeSucceededFuture(false)
      }
      return (try? await answer.get()) ?? false
    }
  }

  /// What other threads may hold; nil once the socket is gone.
  var handle: Handle? { connection?.eventLoop.map { Handle(self, on: $0) } }
}
