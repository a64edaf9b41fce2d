import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Sockets
import Synchronization

/// An HTTP server on loopback that does what a test says with each request.
final class ScriptedServer: Sendable {
  /// What it was asked.
  struct Ask: Sendable {
    let method: String
    let target: String
    let head: RequestHead
    let body: [UInt8]

    var path: String { String(target.prefix { $0 != "?" }) }
    var json: JSONValue? { try? JSONValue(parsing: body) }
    func header(_ name: StaticString) -> String? { head.first(name) }
  }

  /// What it answers.
  enum Reply: Sendable {
    case status(Int, String = "", headers: [(name: String, value: String)] = [])
    /// Close without an answer.
    case hangUp
    /// Say nothing for as long as anybody waits.
    case silence
    /// These bytes, then close.
    case raw(String)
  }

  typealias Script = @Sendable (Ask) -> Reply

  private final class Service: PlainHTTPService {
    let script: Mutex<Script>
    let asks = Mutex<[Ask]>([])

    init(_ script: @escaping Script) { self.script = Mutex(script) }

    func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
      let ask = Ask(
        method: head.method.rawValue,
        target: head.target,
        head: head,
        body: Array(body.readableBytesView)
      )
      asks.withLock { $0.append(ask) }
      switch script.withLock({ $0 })(ask) {
      case .status(let code, let text, let headers):
        return .reply(
          PlainHTTPReply(HTTPResponseStatus(statusCode: code), headers: headers, body: ByteBuffer(string: text))
        )
      case .hangUp: return .hangUp
      case .raw(let text): return .raw(ByteBuffer(string: text))
      case .silence:
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return .later(loop.scheduleTask(in: .seconds(25)) { PlainHTTPReply(.ok) }.futureResult)
      }
    }
  }

  private let service: Service
  private let listener: Listener

  /// Listens on a port of its own.
  init(tls: ServerTLS? = nil, _ script: @escaping Script) async throws {
    service = Service(script)
    var options = Listener.Options()
    options.tls = tls
    listener = try await Listener.serve(
      service,
      on: ["127.0.0.1:0"],
      options: options,
      group: MultiThreadedEventLoopGroup.singleton
    )
  }

  var port: Int { listener.ports.first ?? 0 }
  var url: String { "http://127.0.0.1:\(port)" }
  var asks: [Ask] { service.asks.withLock { $0 } }
  func play(_ script: @escaping Script) { service.script.withLock { $0 = script } }
  func close() async { await listener.close(graceMS: 100) }
}

/// Runs `body` with a server that is gone afterwards.
func withServer(
  _ script: @escaping ScriptedServer.Script,
  _ body: (ScriptedServer) async throws -> Void
) async throws {
  let server = try await ScriptedServer(script)
  do {
    try await body(server)
  } catch {
    await server.close()
    throw error
  }
  await server.close()
}

/// A port of this machine on which nobody listens.
func freePort() async throws -> Int {
  let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .bind(host: "127.0.0.1", port: 0).get()
  let port = channel.localAddress?.port ?? 0
  try await channel.close().get()
  return port
}
