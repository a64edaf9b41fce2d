import NIOCore
import NIOPosix
import Sockets
import Synchronization
import TestKit

/// A TCP client that sends any bytes and keeps what comes back.
final class RawClient: Sendable {
  private let channel: any Channel
  private let log: Log

  private final class Log: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let state = Mutex((bytes: [UInt8](), isOver: false))

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Self.unwrapInboundIn(data)
      state.withLock { $0.bytes += Array(buffer: bytes) }
    }

    func channelInactive(context: ChannelHandlerContext) { state.withLock { $0.isOver = true } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private init(_ channel: any Channel, _ log: Log) {
    self.channel = channel
    self.log = log
  }

  /// Connects; one that does not read never takes a byte out of its small receive buffer.
  static func connect(port: Int, host: String = "127.0.0.1", reads: Bool = true) async throws -> RawClient {
    let log = Log()
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: reads)
      .channelInitializer { $0.pipeline.addHandler(log) }
    if !reads { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4_096) }
    let channel = try await bootstrap.connect(to: SocketAddress(ipAddress: host, port: port)).get()
    return RawClient(channel, log)
  }

  /// Everything that came.
  var bytes: [UInt8] { log.state.withLock { $0.bytes } }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// Whether the other side has closed.
  var isOver: Bool { log.state.withLock { $0.isOver } }

  func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
  func send(_ text: String) { send(Array(text.utf8)) }
  /// Sends a text message as a client of a WebSocket does.
  func sendFrame(_ text: String) { send(Array(buffer: WebSocketFrames.text(text, mask: 0x1234_5678))) }
  func close() async { try? await channel.close().get() }

  /// Opens a WebSocket by hand; returns once it is open or refused.
  static func webSocket(
    port: Int,
    path: String,
    headers: String = "",
    host: String = "127.0.0.1",
    reads: Bool = true
  ) async throws -> RawClient {
    let client = try await connect(port: port, host: host, reads: reads)
    client.send(
      "GET \(path) HTTP/1.1\r\nHost: \(host.contains(":") ? "[\(host)]" : host):\(port)\r\nUpgrade: websocket\r\n"
        + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + headers + "\r\n"
    )
    if reads { _ = try await eventually { client.text.contains("\r\n\r\n") } }
    return client
  }

  /// The status of the first answer.
  var status: Int? {
    let words = text.split(separator: " ", maxSplits: 2)
    return words.count > 1 ? Int(words[1]) : nil
  }

  /// The WebSocket events behind the head of the answer, as a client reads them.
  var events: [WebSocketReader.Event] {
    guard let head = text.firstRange(of: "\r\n\r\n") else { return [] }
    let start = text.utf8.distance(from: text.utf8.startIndex, to: head.upperBound)
    var reader = WebSocketReader(side: .client, maxMessageBytes: 1 << 20, maxFragments: 64)
    reader.receive(ByteBuffer(bytes: bytes.dropFirst(start)))
    var events: [WebSocketReader.Event] = []
    while let event = try? reader.next() { events.append(event) }
    return events
  }

  /// The text messages that came.
  var messages: [String] {
    events.compactMap { if case .text(let text) = $0 { String(buffer: text) } else { nil } }
  }

  /// How the server closed, if it did.
  var closing: (code: UInt16, reason: String)? {
    for case .close(let code, let reason) in events { return (code?.rawValue ?? 0, reason) }
    return nil
  }

  /// Waits for so many text messages.
  func waits(forMessages count: Int, within seconds: Int = 10) async throws -> Bool {
    try await eventually(within: seconds) { self.messages.count >= count }
  }

  /// Waits for a close frame with this code.
  func waits(forClose code: UInt16) async throws -> Bool { try await eventually { self.closing?.code == code } }
}

/// An HTTP request by hand and the answer to it; the connection ends with it.
func request(
  port: Int,
  _ line: String,
  headers: [String] = [],
  body: String = "",
  host: String = "127.0.0.1"
) async throws -> (status: Int?, text: String) {
  let client = try await RawClient.connect(port: port, host: host)
  let head =
    ["\(line) HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
  client.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
  _ = try await eventually { client.isOver }
  await client.close()
  return (client.status, client.text)
}
