package import NIOCore
import NIOPosix
import Primitives
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Connects to WebSocket servers.
package enum WebSocketClient {
  /// Connects, runs `body` with the connection, and closes it when `body` returns or throws.
  ///
  /// Cancelling the task ends the connection at once. A name with several addresses is tried on all of them.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: `WebSocketClientError` where there is no connection, what `body` throws, or `CancellationError`.
  package static func withConnection<Result>(
    to endpoint: Endpoint,
    options: WebSocketClientOptions = WebSocketClientOptions(),
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    _ body: (WebSocketClientConnection) async throws -> Result
  ) async throws -> Result {
    guard endpoint.scheme.isWebSocket else { throw WebSocketClientError.unsupportedScheme }
    let tls = endpoint.scheme == .wss ? try ClientTLS(to: endpoint.host, trusting: options.trustedCAFile) : nil
    let key = (0..<16).map { _ in UInt8.random(in: 0...255) }
    let handshake = try ClientHandshake(to: endpoint, options: options, key: key)
    let attempt = Attempt(eventLoop: group.next())
    return try await withTaskCancellationHandler {
      let connection = try await attempt.connect(to: endpoint, handshake, options, tls)
      do {
        let result = try await body(connection)
        await connection.close()
        return result
      } catch {
        await connection.close()
        throw Task.isCancelled ? CancellationError() : error
      }
    } onCancel: {
      attempt.cancel()
    }
  }
}

/// One attempt to connect, and a way to end it and what became of it from another thread.
private final class Attempt: Sendable {
  private let eventLoop: any EventLoop
  private let promise: EventLoopPromise<WebSocketClientConnection>
  private let state = Mutex(State())

  private struct State {
    var isCancelled = false
    var channel: (any Channel)?
  }

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
    promise = eventLoop.makePromise(of: WebSocketClientConnection.self)
  }

  func connect(
    to endpoint: Endpoint,
    _ handshake: ClientHandshake,
    _ options: WebSocketClientOptions,
    _ tls: ClientTLS?
  ) async throws -> WebSocketClientConnection {
    let deadline = NIODeadline.now() + .milliseconds(options.connectWithinMS)
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(.milliseconds(options.connectWithinMS))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try tls?.secure(channel)
          try channel.pipeline.syncOperations.addHandler(
            WebSocketClientHandler(handshake, options, eventLoop: channel.eventLoop)
          )
        }
      }
    let connected =
      if let address = try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port) {
        bootstrap.connect(to: address)
      } else {
        bootstrap.connect(host: endpoint.host, port: endpoint.port)
      }
    connected.flatMap { channel in
      self.keep(channel)
      return channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.handler(type: WebSocketClientHandler.self).begin(deadline)
      }.flatMap { $0 }
    }.whenComplete { result in
      // After a cancellation the promise is fulfilled already and this says nothing new.
      self.promise.completeWith(result.mapError { Self.explain($0, endpoint) })
    }
    return try await promise.futureResult.get()
  }

  func cancel() {
    let channel = state.withLock { state in
      state.isCancelled = true
      return state.channel
    }
    // First the reason, or the end of the channel would name another one.
    promise.fail(CancellationError())
    channel?.close(promise: nil)
  }

  private func keep(_ channel: any Channel) {
    let isCancelled = state.withLock { state in
      state.channel = channel
      return state.isCancelled
    }
    if isCancelled { channel.close(promise: nil) }
  }

  /// What the operator can act on, from what the system says.
  private static func explain(_ error: any Error, _ endpoint: Endpoint) -> any Error {
    switch error {
    case is WebSocketClientError, is CancellationError: return error
    case ChannelError.connectTimeout: return WebSocketClientError.timedOut
    case let error as IOError: return explain(code: error.errnoCode)
    case let error as NIOConnectionError:
      guard let failure = error.connectionErrors.last else {
        return WebSocketClientError.cannotResolve(host: endpoint.host)
      }
      // Of several addresses, the one that answered tells most.
      let codes = error.connectionErrors.compactMap { ($0.error as? IOError)?.errnoCode }
      return codes.contains(ECONNREFUSED) ? WebSocketClientError.refused : explain(failure.error, endpoint)
    default: return WebSocketClientError.lost
    }
  }

  private static func explain(code: Int32) -> WebSocketClientError {
    switch code {
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .timedOut
    case ECONNRESET, EPIPE: .lost
    default: .unreachable(code: code)
    }
  }
}
