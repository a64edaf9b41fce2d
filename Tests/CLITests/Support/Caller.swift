import NIOCore
import NIOPosix
import Synchronization

/// A bare connection to a port of loopback, from an address of our choice, that stays open between questions.
final class Caller: Sendable {
  private final class Ear: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let heard = Mutex("")

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let text = String(buffer: unwrapInboundIn(data))
      heard.withLock { $0 += text }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  private let channel: any Channel
  private let ear: Ear

  static func open(to port: Int, from address: String) async throws -> Caller {
    let ear = Ear()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ear) }
      }
      .bind(to: try SocketAddress(ipAddress: address, port: 0))
      .connect(host: "127.0.0.1", port: port).get()
    return Caller(channel, ear)
  }

  private init(_ channel: any Channel, _ ear: Ear) { (self.channel, self.ear) = (channel, ear) }

  /// Everything the server said so far.
  var heard: String { ear.heard.withLock { $0 } }
  var isOpen: Bool { channel.isActive }

  /// Asks for a page and leaves the connection open.
  func ask(_ path: String) {
    let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
    channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
  }

  func close() async { try? await channel.close() }
}
