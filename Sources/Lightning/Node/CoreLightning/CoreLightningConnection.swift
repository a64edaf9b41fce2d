import NIOCore
import NIOPosix
import Synchronization

/// An open connection to a node's socket; may be used from any task.
final class CoreLightningConnection: Sendable {
  private let channel: any Channel
  private let handler: NIOLoopBound<CoreLightningHandler>
  private let count = Atomic<UInt64>(0)

  private init(_ channel: any Channel, _ handler: NIOLoopBound<CoreLightningHandler>) {
    self.channel = channel
    self.handler = handler
  }

  /// Connects; the future fails with `NodeFailure`.
  static func open(_ path: String, on eventLoop: any EventLoop) -> EventLoopFuture<CoreLightningConnection> {
    ClientBootstrap(group: eventLoop)
      .connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(CoreLightningHandler())
        }
      }
      .connect(unixDomainSocketPath: path)
      .flatMapThrowing { channel in
        let handler = try channel.pipeline.syncOperations.handler(type: CoreLightningHandler.self)
        return CoreLightningConnection(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
      }
      .flatMapErrorThrowing { error in throw CoreLightningSocketFile.failure(to: path, error) }
  }

  /// Whether it can still be used, as far as is known.
  var isOpen: Bool { channel.isActive }

  /// Succeeds once it is closed.
  var closed: EventLoopFuture<Void> { channel.closeFuture }

  /// Asks; cancelling the task ends the wait, not the connection.
  func ask(_ request: CoreLightningRequest, within seconds: Int) async throws(NodeFailure) -> CoreLightningOutcome {
    let number = count.add(1, ordering: .relaxed).newValue
    let handler = handler
    let answer = channel.eventLoop.flatSubmit { () -> EventLoopFuture<CoreLightningOutcome> in
      handler.value.ask(request, number: number, within: .seconds(Int64(seconds)))
        ?? handler.eventLoop.makeFailedFuture(NodeFailure.away("the connection to the node ended"))
    }
    do {
      return try await withTaskCancellationHandler {
        try await answer.get()
      } onCancel: {
        handler.eventLoop.execute { handler.value.giveUp(number) }
      }
    } catch let failure as NodeFailure {
      throw failure
    } catch {
      throw .away("the connection to the node failed (\(type(of: error)))")
    }
  }

  /// Ends it and returns when it is gone.
  func close() async {
    let handler = handler
    channel.eventLoop.execute { handler.value.close() }
    try? await channel.closeFuture.get()
  }
}
