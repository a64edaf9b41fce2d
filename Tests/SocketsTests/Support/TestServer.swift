import NIOCore
import NIOHTTP1
import NIOPosix
import Sockets
import Synchronization

/// A service made of closures.
struct TestService: PlainHTTPService {
  var onUpgrade: @Sendable (RequestHead) -> WebSocketDecision = { _ in .notWebSocket }
  var onHead: @Sendable (RequestHead) -> PlainHTTPAdmission = { _ in .body(maxBytes: 65_536) }
  var onRequest: @Sendable (RequestHead, ByteBuffer) -> PlainHTTPAnswer = { head, body in
    .reply(.text(.ok, "\(head.method) \(head.target) \(body.readableBytes)"))
  }

  func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision { onUpgrade(head) }

  func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission { onHead(head) }

  func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    onRequest(head, body)
  }

  /// Every request to `/ws` becomes a WebSocket of `log`.
  static func webSockets(
    _ log: SocketLog,
    subprotocol: String? = nil,
    options: WebSocketOptions = WebSocketOptions()
  ) -> TestService {
    var service = TestService()
    service.onUpgrade = { head in
      guard head.path == "/ws" else { return .notWebSocket }
      return .accept(subprotocol: subprotocol, options: options) { LoggingHandler(log) }
    }
    return service
  }
}

/// Starts a listener on a free port, runs `body` with the port, stops it.
func withServer<Result>(
  _ service: TestService,
  on address: String = "127.0.0.1:0",
  limits: PlainHTTPLimits = PlainHTTPLimits(),
  clock: ManualClock? = nil,
  options: Listener.Options = Listener.Options(),
  _ body: (_ port: Int, _ listener: Listener) async throws -> Result
) async throws -> Result {
  var options = options
  if let clock { options.clock = { clock.nowMS } }
  let listener = try await Listener.serve(
    service,
    on: [address],
    limits: limits,
    options: options,
    group: MultiThreadedEventLoopGroup.singleton
  )
  do {
    let result = try await body(listener.ports[0], listener)
    await listener.close(graceMS: 0)
    return result
  } catch {
    await listener.close(graceMS: 0)
    throw error
  }
}

/// What WebSocket handlers of a test saw, and a way to reach their connections.
final class SocketLog: Sendable {
  private struct State {
    var lines: [String] = []
    var ends: [WebSocketEnd] = []
    var handles: [WebSocketHandle] = []
  }

  private let state = Mutex(State())
  /// Whether texts are sent back.
  let echoes: Bool

  init(echoes: Bool = true) { self.echoes = echoes }

  var lines: [String] { state.withLock { $0.lines } }
  var ends: [WebSocketEnd] { state.withLock { $0.ends } }
  var handles: [WebSocketHandle] { state.withLock { $0.handles } }

  func note(_ line: String) { state.withLock { $0.lines.append(line) } }

  func note(_ end: WebSocketEnd) { state.withLock { $0.ends.append(end) } }

  func note(_ handle: WebSocketHandle) { state.withLock { $0.handles.append(handle) } }

  /// Waits until a connection has ended so.
  func waits(for end: WebSocketEnd) async -> Bool { await eventually { self.ends.contains(end) } }

  /// Waits until so many connections have opened.
  func waitsForHandles(_ count: Int) async -> Bool { await eventually { self.handles.count >= count } }
}

/// Notes everything and echoes text.
final class LoggingHandler: WebSocketConnectionHandler {
  private let log: SocketLog

  init(_ log: SocketLog) { self.log = log }

  func opened(_ connection: WebSocketConnection) {
    if let handle = connection.handle { log.note(handle) }
  }

  func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
    log.note("text \(bytes.readableBytes > 64 ? "\(bytes.readableBytes) bytes" : String(buffer: bytes))")
    if log.echoes { connection.send(WebSocketFrames.text(bytes)) }
  }

  func binary(_ bytes: ByteBuffer, on connection: WebSocketConnection) { log.note("binary \(bytes.readableBytes)") }

  func pong(_ payload: ByteBuffer, on connection: WebSocketConnection) {
    log.note("pong \(String(buffer: payload))")
  }

  func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) { log.note(end) }
}
