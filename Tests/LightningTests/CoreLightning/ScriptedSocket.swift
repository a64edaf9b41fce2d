import NIOCore
import NIOPosix
import Primitives
import Synchronization
import TestKit

/// A unix socket whose other side does what a script says: no node, only bytes.
final class ScriptedSocket: Sendable {
  /// A request as it came.
  struct Question: Sendable {
    /// Which connection it came on, from 1.
    let connection: Int
    let id: String
    let method: String
    let params: JSONValue
    fileprivate let channel: any Channel

    func number(_ key: String) -> UInt64? { params[key]?.uint64 }

    /// A whole answer with this result, as text.
    func result(_ text: String) -> String { #"{"jsonrpc":"2.0","id":"\#(id)","result":\#(text)}"# + "\n\n" }
    func error(_ code: Int, _ message: String) -> String {
      #"{"jsonrpc":"2.0","id":"\#(id)","error":{"code":\#(code),"message":"\#(message)"}}"# + "\n\n"
    }

    func send(_ text: String) { send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
    func close() { channel.close(promise: nil) }
    /// Does something a while later.
    func later(ms: Int64, _ body: @escaping @Sendable () -> Void) {
      channel.eventLoop.scheduleTask(in: .milliseconds(ms), body)
    }
    /// One byte a write, each only when the one before is gone.
    func sendByteByByte(_ text: String) {
      let channel = channel
      var gone = channel.eventLoop.makeSucceededVoidFuture()
      for byte in text.utf8 { gone = gone.flatMap { channel.writeAndFlush(ByteBuffer(bytes: [byte])) } }
    }
  }

  /// What the other side saw; shared with its connections.
  final class Record: Sendable {
    struct Facts {
      var connections = 0
      var open = 0
      /// Clients that shut their writing side, whether or not the other one too.
      var inputClosed = 0
      var questions: [Question] = []
    }
    let facts = Mutex(Facts())
  }

  let path: String
  private let folder: Folder
  private let listener: any Channel
  private let record: Record

  private init(_ folder: Folder, _ path: String, _ listener: any Channel, _ record: Record) {
    self.folder = folder
    self.path = path
    self.listener = listener
    self.record = record
  }

  /// Runs `body` beside a socket that answers as `script` says.
  static func with(
    _ script: @escaping @Sendable (Question) -> Void,
    _ body: (ScriptedSocket) async throws -> Void
  ) async throws {
    let folder = try Folder()
    let record = Record()
    let path = folder.path + "/rpc"
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptedConnection(record, script))
        }
      }
      .bind(unixDomainSocketPath: path).get()
    let socket = ScriptedSocket(folder, path, listener, record)
    do {
      try await body(socket)
    } catch {
      await socket.stop()
      throw error
    }
    await socket.stop()
  }

  /// Listens no more; the file goes with its folder.
  func stop() async { try? await listener.close().get() }

  var connections: Int { record.facts.withLock { $0.connections } }
  var open: Int { record.facts.withLock { $0.open } }
  var inputClosed: Int { record.facts.withLock { $0.inputClosed } }
  var questions: [Question] { record.facts.withLock { $0.questions } }
}

/// Cuts what comes into requests, which no delimiter ends, and hands them to the script.
private final class ScriptedConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let record: ScriptedSocket.Record
  private let script: @Sendable (ScriptedSocket.Question) -> Void
  private var number = 0
  private var bytes: [UInt8] = []

  init(_ record: ScriptedSocket.Record, _ script: @escaping @Sendable (ScriptedSocket.Question) -> Void) {
    self.record = record
    self.script = script
  }

  func channelActive(context: ChannelHandlerContext) {
    number = record.facts.withLock { facts in
      facts.connections += 1
      facts.open += 1
      return facts.connections
    }
  }

  func channelInactive(context: ChannelHandlerContext) { record.facts.withLock { $0.open -= 1 } }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event as? ChannelEvent == .inputClosed else { return }
    record.facts.withLock { $0.inputClosed += 1 }
    context.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    for byte in Self.unwrapInboundIn(data).readableBytesView {
      bytes.append(byte)
      guard byte == 0x7d, let value = try? JSONValue(parsing: bytes) else { continue }
      bytes = []
      let question = ScriptedSocket.Question(
        connection: number,
        id: value["id"]?.string ?? "",
        method: value["method"]?.string ?? "",
        params: value["params"] ?? .null,
        channel: context.channel
      )
      record.facts.withLock { $0.questions.append(question) }
      script(question)
    }
  }
}
