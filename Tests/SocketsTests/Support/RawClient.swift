import NIOCore
import NIOPosix
import Synchronization

/// A TCP client that sends any bytes whatever and keeps what comes back.
final class RawClient: Sendable {
  private let channel: any Channel
  private let log: Log

  /// What was heard.
  ///
  /// Filled on the event loop, read by tests.
  private final class Log: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let state = Mutex((bytes: [UInt8](), sawEnd: false))

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Self.unwrapInboundIn(data)
      state.withLock { $0.bytes += Array(buffer: bytes) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event as? ChannelEvent == .inputClosed { state.withLock { $0.sawEnd = true } }
    }

    func channelInactive(context: ChannelHandlerContext) { state.withLock { $0.sawEnd = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private init(channel: any Channel, log: Log) {
    self.channel = channel
    self.log = log
  }

  /// Connects; without `reads` it never takes a byte from its small receive buffer.
  static func connect(port: Int, host: String = "127.0.0.1", reads: Bool = true) async throws -> RawClient {
    let log = Log()
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: reads)
      .channelInitializer { $0.pipeline.addHandler(log) }
    if !reads { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4_096) }
    let channel = try await bootstrap.connect(to: SocketAddress(ipAddress: host, port: port)).get()
    return RawClient(channel: channel, log: log)
  }

  /// Connects, runs `body`, closes.
  static func with<Result>(
    port: Int,
    host: String = "127.0.0.1",
    reads: Bool = true,
    _ body: (RawClient) async throws -> Result
  ) async throws -> Result {
    let client = try await connect(port: port, host: host, reads: reads)
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }

  var bytes: [UInt8] { log.state.withLock { $0.bytes } }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Whether the server has closed its half or everything.
  var sawEnd: Bool { log.state.withLock { $0.sawEnd } }

  func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends, and returns when the system has taken it or the connection has ended.
  func sendAll(_ bytes: [UInt8]) async { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

  func closeOutput() { channel.close(mode: .output, promise: nil) }

  func close() async { try? await channel.close().get() }

  /// Waits until what came holds `text`.
  func waits(for text: String, within seconds: Double = 10) async -> Bool {
    await eventually(within: seconds) { self.text.contains(text) }
  }

  /// Waits until the server has ended the connection.
  func waitsForEnd(within seconds: Double = 10) async -> Bool { await eventually(within: seconds) { self.sawEnd } }

  /// How many times `text` came.
  func count(of text: String) -> Int { self.text.split(separator: text, omittingEmptySubsequences: false).count - 1 }

  /// Whether all of `texts` came, each behind the one before.
  func holdsInOrder(_ texts: [String]) -> Bool {
    let starts = texts.compactMap { text.firstRange(of: $0)?.lowerBound }
    return starts.count == texts.count && starts == starts.sorted()
  }
}
