package import Logging
package import NIOCore
import NIOPosix
import Primitives
import Synchronization

/// Listens on one or several addresses and hands every accepted connection to a set-up of the caller's.
package final class Listener: Sendable {
  /// The addresses it listens on, with the ports the system gave.
  package let addresses: [SocketAddress]
  /// Keeps the time limits of its connections.
  package let sweeper: ConnectionSweeper

  private let channels: [any Channel]
  private let gate: ConnectionGate

  /// The bounds of a listener.
  package struct Options: Sendable {
    /// Most connections open at a time; one more is accepted, closed at once, and counted.
    package var maxConnections = 20_000
    /// Connections the system may hold before they are accepted.
    package var backlog = 1_024
    /// Milliseconds between two rounds of the sweeper.
    package var sweepEveryMS: Int64 = 1_000
    /// Milliseconds of a monotonic clock for all time limits; by default the event loop's own.
    package var clock: (@Sendable () -> Int64)?
    /// What one client may take; nil: no limits.
    package var clients: ClientGate?
    /// The certificate to show; nil: no TLS.
    package var tls: ServerTLS?

    /// The default bounds.
    package init() {}
  }

  /// Adds the handlers of one accepted connection to its channel; called on the channel's event loop.
  package typealias SetUp = @Sendable (any Channel, ConnectionSweeper) throws -> Void

  /// Listens on every address of `addresses`, or on none.
  ///
  /// `localhost` is both loopback addresses, with the same port; one of them may be missing on the machine.
  ///
  /// - Parameters:
  ///   - addresses: `127.0.0.1:7090`, `[::1]:7090`, `localhost:0`.
  ///   - options: Its bounds.
  ///   - group: Where accepting and the connections run.
  ///   - logger: Told of refused connections, at debug.
  ///   - setUp: Adds the handlers of a connection.
  /// - Returns: The listener, which listens already.
  /// - Throws: `ListenerError` of the first address that cannot be had.
  package static func bind(
    _ addresses: [String],
    options: Options = Options(),
    group: any EventLoopGroup,
    logger: Logger? = nil,
    setUp: @escaping SetUp
  ) async throws(ListenerError) -> Listener {
    let gate = ConnectionGate(max: options.maxConnections)
    let sweeper = ConnectionSweeper(group: group, everyMS: options.sweepEveryMS, clock: options.clock)
    let binder = Binder(
      options: options,
      group: group,
      sweeper: sweeper,
      gate: gate,
      logger: logger,
      setUp: setUp,
      separatesFamilies: addresses.contains { $0.hasPrefix("0.0.0.0:") }
    )
    var channels: [any Channel] = []
    do throws(ListenerError) {
      for text in addresses { channels += try await binder.bind(text) }
    } catch {
      for channel in channels { try? await channel.close().get() }
      sweeper.stop()
      throw error
    }
    return Listener(channels: channels, sweeper: sweeper, gate: gate)
  }

  /// Listens for plain HTTP requests and WebSockets that `service` answers.
  ///
  /// - Throws: `ListenerError` of the first address that cannot be had.
  package static func serve(
    _ service: any PlainHTTPService,
    on addresses: [String],
    limits: PlainHTTPLimits = PlainHTTPLimits(),
    options: Options = Options(),
    group: any EventLoopGroup,
    logger: Logger? = nil
  ) async throws(ListenerError) -> Listener {
    try await bind(addresses, options: options, group: group, logger: logger) { channel, sweeper in
      try channel.pipeline.syncOperations.addHandler(
        PlainHTTPConnection(service: service, limits: limits, sweeper: sweeper, clients: options.clients)
      )
    }
  }

  private init(channels: [any Channel], sweeper: ConnectionSweeper, gate: ConnectionGate) {
    self.channels = channels
    self.sweeper = sweeper
    self.gate = gate
    addresses = channels.compactMap(\.localAddress)
  }

  /// The ports it listens on, in the order of `addresses`.
  package var ports: [Int] { addresses.compactMap(\.port) }

  /// How many connections were accepted, are open and were closed at once because there were too many.
  package var counts: ConnectionCounts { gate.counts }

  /// Stops listening, asks every connection to end, and ends those that have not after `graceMS`.
  ///
  /// A connection whose handlers have not told the sweeper of it is waited for a second longer, then left to itself.
  package func close(graceMS: Int64 = 5_000) async {
    for channel in channels { try? await channel.close().get() }
    sweeper.drain()
    let loop = channels.first?.eventLoop
    let drop = loop?.scheduleTask(in: .milliseconds(graceMS)) { [sweeper] in sweeper.dropAll() }
    let giveUp = loop?.scheduleTask(in: .milliseconds(graceMS + 1_000)) { [gate] in gate.giveUp() }
    await gate.whenEmpty()
    drop?.cancel()
    giveUp?.cancel()
    sweeper.stop()
  }
}
