import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
package import NIOHTTPTypes
import NIOHTTPTypesHTTP1
package import Sockets

/// A connection on the public port: HTTP/1.1 for hummingbird, or a WebSocket that hummingbird never sees.
///
/// The first request of a connection is looked at before anything else is set up. Where `decide` accepts it as a
/// WebSocket, only that stays in the channel, and no task waits for it. Else the HTTP handlers are put in and get the
/// bytes as they came.
package struct PublicChannel: HTTPChannelHandler {
  package typealias HTTP = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

  /// What became of a connection, once it is known.
  package struct Value: ServerChildChannelValue {
    /// The connection.
    package let channel: any Channel
    fileprivate let outcome: EventLoopFuture<WebSocketFront<HTTP>.Outcome>
  }

  package let responder: Responder
  private let limits: PublicLimits
  private let sweeper: ConnectionSweeper
  private let tls: ServerTLS?
  private let clients: ClientGate?
  private let decide: @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision

  /// A channel's set-up.
  ///
  /// - Parameters:
  ///   - responder: Answers ordinary requests.
  ///   - limits: The bounds of a connection.
  ///   - sweeper: Keeps the time limits of WebSockets; of the same event loops as the server.
  ///   - tls: The certificate to show; nil: no TLS.
  ///   - clients: How many connections one client may have and open; nil: no limits.
  ///   - decide: Whether a request becomes a WebSocket; called on the connection's event loop.
  package init(
    responder: @escaping Responder,
    limits: PublicLimits,
    sweeper: ConnectionSweeper,
    tls: ServerTLS? = nil,
    clients: ClientGate? = nil,
    decide: @escaping @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision
  ) {
    self.responder = responder
    self.limits = limits
    self.sweeper = sweeper
    self.tls = tls
    self.clients = clients
    self.decide = decide
  }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    guard case .open(let pass) = clients?.enter(channel.remoteAddress) ?? .open(nil) else {
      logger.debug("connection refused, this client has too many or opens them too fast")
      return refuse(channel)
    }
    channel.closeFuture.whenComplete { _ in withExtendedLifetime(pass) {} }
    let made: EventLoopFuture<Value> = channel.eventLoop.makeCompletedFuture {
      var plain = PlainHTTPLimits()
      plain.maxHeadBytes = limits.maxHeadBytes
      let front = WebSocketFront(
        eventLoop: channel.eventLoop,
        sweeper: sweeper,
        limits: plain,
        decide: decide,
        startHTTP: startHTTP
      )
      try channel.pipeline.syncOperations.addHandler(front)
      try tls?.secure(channel)
      return Value(channel: channel, outcome: front.outcome)
    }
    // Nobody else closes a channel that could not be set up.
    made.whenFailure { _ in channel.close(promise: nil) }
    return made
  }

  /// Closes a connection as soon as it has come alive; before that it would not be told.
  private func refuse(_ channel: any Channel) -> EventLoopFuture<Value> {
    let ended = channel.eventLoop.makeSucceededFuture(WebSocketFront<HTTP>.Outcome.ended)
    channel.eventLoop.execute { channel.close(promise: nil) }
    return channel.eventLoop.makeSucceededFuture(Value(channel: channel, outcome: ended))
  }

  package func handle(value: Value, logger: Logger) async {
    guard case .http(let channel) = try? await value.outcome.get() else { return }
    await handleHTTP(asyncChannel: channel, logger: logger)
  }

  private func startHTTP(_ channel: any Channel) -> EventLoopFuture<HTTP> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      var decoder = NIOHTTPDecoderLimitConfiguration()
      decoder.maxHeaderFieldSize = limits.maxHeadBytes
      decoder.maxHeaderListSize = limits.maxHeadBytes
      decoder.maxHeaderFieldCount = limits.maxHeadFields
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false,
        withErrorHandling: false,
        withOutboundHeaderValidation: false,
        withEncoderConfiguration: .init(),
        withDecoderLimitConfiguration: decoder
      )
      try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
      try pipeline.addHandler(ConnectionClock(limits: limits))
      return try HTTP(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }
  }
}

extension HTTPServerBuilder {
  /// A server on the public port.
  package static func publicPort(
    limits: PublicLimits,
    sweeper: ConnectionSweeper,
    tls: ServerTLS? = nil,
    clients: ClientGate? = nil,
    decide: @escaping @Sendable (RequestHead, SocketAddress?) -> WebSocketDecision
  ) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      PublicChannel(
        responder: responder,
        limits: limits,
        sweeper: sweeper,
        tls: tls,
        clients: clients,
        decide: decide
      )
    }
  }
}
