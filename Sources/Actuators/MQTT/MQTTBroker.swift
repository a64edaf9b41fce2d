public import Coinslot
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Sockets
import Synchronization

/// Our one connection to a broker (MQTT 3.1.1): made again when it breaks, bounded, at least once.
///
/// Says on its status topic whether we are there (`online`, and by the last will `offline`; retained). Messages under
/// the filters that were asked for are given to their ears on the connection's event loop.
///
/// ## On failure
/// What waits to be published is in memory only. While the program lives, what was not acknowledged is sent again after
/// a reconnection, marked as a repetition, as long as its time is not over.
public final class MQTTBroker: Sendable {
  /// Messages that may wait at once.
  package static let mostWaiting = 256
  /// How long the broker may take to let us in, milliseconds.
  static let letInMS: Int64 = 10_000
  /// The longest pause between two connections, milliseconds.
  static let longestPauseMS: Int64 = 30_000

  /// What became of a message.
  package enum Delivery: Hashable, Sendable {
    /// The broker has it.
    case acknowledged
    /// Not a byte of it left.
    case neverSent
    /// It left, and nobody said that it arrived.
    case mayHaveArrived
    /// Too many wait already; not a byte of it left.
    case full
  }

  struct Waiting {
    let topic: String
    let isRetained: Bool
    /// The payload as it must read at a moment; nil where the message has had its time.
    let payload: @Sendable (_ nowMS: Int64) -> [UInt8]?
    let delivered: FirstAnswer<Delivery>
    var hasLeft = false
    let order: UInt64
  }

  /// How a connection begins.
  private enum Answer { case letIn, not(String) }

  struct State {
    var channel: (any NIOCore.Channel)?
    var waiting: [UInt16: Waiting] = [:]
    var lastID: UInt16 = 0
    var nextOrder: UInt64 = 0
    var ears: [(filter: String, hear: @Sendable (MQTTPublish) -> Void)] = []
    var online: [@Sendable () -> Void] = []
    var trouble: String? = "not connected to the broker yet"
  }

  let settings: MQTTSettings
  let clock: any Clock
  let logger: Logger
  let state = Mutex(State())
  private let endpoint: BrokerAddress
  private let trust: MachineTrust

  /// A broker as it is set up; nothing is connected until `run()`.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(_ settings: MQTTSettings, clock: any Clock, logger: Logger) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    self.settings = settings
    self.clock = clock
    self.logger = logger
    endpoint = try BrokerAddress(settings.url)
    trust = settings.trustedCAFile.map { .file($0) } ?? .system
  }

  /// Why nothing gets through at the moment; nil while connected.
  package var trouble: String? { state.withLock { $0.trouble } }

  /// Keeps the connection until it is cancelled; then says goodbye.
  public func run() async {
    var pauseMS: Int64 = 500
    while !Task.isCancelled {
      let begin = ContinuousClock.now
      let why = await connection()
      state.withLock { state in
        state.channel = nil
        state.trouble = why
      }
      guard !Task.isCancelled else { return }
      logger.debug("no connection to the broker", metadata: ["reason": "\(why)"])
      if ContinuousClock.now - begin > .seconds(10) { pauseMS = 500 }
      await clock.pause(forMS: pauseMS)
      pauseMS = min(pauseMS * 2, Self.longestPauseMS)
    }
  }

  /// Gives messages under a filter to `hear`, from the next connection on; to be called before `run()`.
  func listen(to filter: String, _ hear: @escaping @Sendable (MQTTPublish) -> Void) {
    state.withLock { $0.ears.append((filter, hear)) }
  }

  /// Calls `act` whenever a connection stands; to be called before `run()`.
  package func whenOnline(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.online.append(act) } }

  /// One connection, from its first byte to its last; says why it ended.
  private func connection() async -> String {
    let letIn = FirstAnswer<Answer>()
    let hello = MQTTConnect(
      clientID: settings.clientID,
      user: settings.user,
      password: settings.password.map { Array($0.utf8) },
      keepAliveSeconds: settings.keepAliveSeconds,
      will: (settings.statusTopic, Array("offline".utf8)),
      isClean: false
    )
    let ears = MQTTConnection.Ears(
      letIn: { letIn.give($0.refusal.map { .not($0) } ?? .letIn) },
      heard: { [self] in heard($0) },
      acknowledged: { [self] in acknowledged($0) },
      subscribed: { [logger] in
        if $0.isGranted.contains(false) { logger.error("the broker does not grant a subscription") }
      },
      broke: { letIn.give(.not(Self.words(for: $0))) }
    )
    let channel: any NIOCore.Channel
    do { channel = try await connect { MQTTConnection(hello, ears) } } catch { return Self.words(for: error) }
    channel.closeFuture.whenComplete { _ in letIn.give(.not("the broker does not answer as a broker does")) }
    let timer = channel.eventLoop.scheduleTask(in: .milliseconds(Self.letInMS)) { channel.close(promise: nil) }
    return await withTaskCancellationHandler {
      let answer = await letIn.value()
      timer.cancel()
      if case .not(let why) = answer {
        channel.close(promise: nil)
        return why
      }
      begin(channel)
      try? await channel.closeFuture.get()
      return "the connection to the broker broke"
    } onCancel: {
      // A goodbye takes the will back, so we say ourselves that we are gone.
      let gone = MQTTPublish(
        topic: hello.will?.topic ?? "",
        payload: Array("offline".utf8),
        packetID: nil,
        isRetained: true
      )
      channel.writeAndFlush(ByteBuffer(bytes: gone.bytes + MQTTSignals.disconnect))
        .whenComplete { _ in channel.close(promise: nil) }
    }
  }

  private func connect(_ handler: @escaping @Sendable () -> MQTTConnection) async throws -> any NIOCore.Channel {
    let context = endpoint.isSecure ? try NIOSSLContext(configuration: trust.configuration()) : nil
    let name = MappedAddress(endpoint.host) == nil ? endpoint.host : nil
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let context {
            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
          }
          try channel.pipeline.syncOperations.addHandler(handler())
        }
      }
      .connect(host: endpoint.host, port: endpoint.port).get()
  }

  private static func words(for error: any Error) -> String {
    switch error {
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: "no TLS with the broker"
    default: "the broker cannot be connected to"
    }
  }
}
