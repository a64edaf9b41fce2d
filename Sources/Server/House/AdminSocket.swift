import Foundation
import Logging
import NIOCore
import NIOPosix
import Primitives
import Synchronization

/// A door for the owner of the machine, for when the admin token is lost: a Unix socket in the data folder.
///
/// It answers one line with one JSON object, and only to root and to the user the server runs as: the kernel says who
/// is there. Eight connections at once, each with five seconds and 256 bytes.
///
/// ## On failure
/// A socket file that an earlier run left behind is replaced; the data folder's lock says that nobody uses it.
final class AdminSocket: Sendable {
  /// Where it is.
  static func path(in folder: String) -> String { "\(folder)/admin.sock" }
  /// Bytes of a request.
  static let lineLimit = 256
  private static let timeout = TimeAmount.seconds(5)
  private static let most = 8

  private let channel: any Channel
  private let path: String

  private init(channel: any Channel, path: String) {
    self.channel = channel
    self.path = path
  }

  /// Opens the door; `answer` gets a line and gives an object, or nil for a line it does not know.
  ///
  /// - Throws: Where the socket cannot be made, such as for a path longer than the system takes.
  static func open(
    in folder: String,
    group: any EventLoopGroup,
    log: Logger,
    answer: @escaping @Sendable (String) async throws -> JSONValue?
  ) async throws -> AdminSocket {
    let path = path(in: folder)
    let visitors = VisitorCount()
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 8)
      .childChannelInitializer { channel in
        let isFull = visitors.withLock { count in
          count += 1
          return count > most
        }
        channel.closeFuture.whenComplete { _ in visitors.withLock { $0 -= 1 } }
        return channel.eventLoop.makeCompletedFuture {
          if isFull { throw ChannelError.inappropriateOperationForState }
          try channel.pipeline.syncOperations.addHandlers(
            IdleStateHandler(readTimeout: timeout),
            AdminSocketHandler(log: log, answer: answer)
          )
        }
      }
    unlink(path)
    // Not by umask, which all threads share: until the next line the kernel's word about the visitor stands alone.
    let channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
    chmod(path, 0o600)
    return AdminSocket(channel: channel, path: path)
  }

  /// Closes the door.
  func close() async {
    try? await channel.close()
    unlink(path)
  }
}

/// How many visitors there are.
private final class VisitorCount: Sendable {
  private let count = Mutex(0)

  func withLock<Result>(_ body: (inout Int) -> Result) -> Result { count.withLock { body(&$0) } }
}

/// One visitor: who is it, what is asked, one answer, goodbye.
private final class AdminSocketHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let log: Logger
  private let answer: @Sendable (String) async throws -> JSONValue?
  private var line = ByteBuffer()
  private var isDone = false
  /// Whether the kernel has said that the visitor may ask.
  private var isKnown = false

  init(log: Logger, answer: @escaping @Sendable (String) async throws -> JSONValue?) {
    self.log = log
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    guard let asked = Self.visitor(context.channel) else { return refuse(context) }
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    asked.assumeIsolated().whenComplete { result in
      guard case .success(let visitor) = result, visitor == 0 || visitor == geteuid() else {
        return self.refuse(context.value)
      }
      self.isKnown = true
      self.proceed(context.value)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var buffer = unwrapInboundIn(data)
    guard !isDone else { return }
    line.writeBuffer(&buffer)
    proceed(context)
  }

  private func refuse(_ context: ChannelHandlerContext) {
    log.warning("admin socket refused a visitor")
    isDone = true
    context.close(promise: nil)
  }

  private func proceed(_ context: ChannelHandlerContext) {
    guard isKnown, !isDone else { return }
    guard let end = line.readableBytesView.firstIndex(of: 0x0a) else {
      if line.readableBytes > AdminSocket.lineLimit { context.close(promise: nil) }
      return
    }
    isDone = true
    let bytes = line.readableBytesView[..<end]
    guard bytes.count <= AdminSocket.lineLimit else { return context.close(promise: nil) }
    let text = String(decoding: bytes, as: UTF8.self)
    let channel = context.channel, answer = answer, log = log
    // Unstructured, since a channel handler cannot wait; it ends with its one answer.
    Task {
      let value: JSONValue
      do {
        value = try await answer(text) ?? .object([.init("error", .string("this is not known here"))])
      } catch {
        log.error("admin socket could not do as asked", metadata: ["error": "\(error)"])
        value = .object([.init("error", .string("it did not work; the server's log says why"))])
      }
      try? await channel.writeAndFlush(ByteBuffer(string: value.text() + "\n"))
      try? await channel.close()
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent, !isDone { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// The user at the other end, as the kernel knows it; nil where it does not say.
  private static func visitor(_ channel: any Channel) -> EventLoopFuture<uid_t>? {
    #if os(Linux)
      guard let options = channel as? any SocketOptionProvider else { return nil }
      let asked: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
        level: .init(SOL_SOCKET),
        name: .init(SO_PEERCRED)
      )
      return asked.map { $0.user }
    #else
      return nil
    #endif
  }

  /// What SO_PEERCRED gives, `struct ucred` of the kernel.
  private struct Credentials {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }
}
