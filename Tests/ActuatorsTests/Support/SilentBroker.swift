import NIOCore
import NIOPosix
import Synchronization

@testable import Actuators

/// A broker that lets everybody in, keeps what is published, and acknowledges nothing.
final class SilentBroker: Sendable {
  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let broker: SilentBroker
    private var bytes: [UInt8] = []
    init(_ broker: SilentBroker) { self.broker = broker }

    func channelActive(context: ChannelHandlerContext) {
      let channel = context.channel
      broker.open.withLock { $0.append(channel) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += unwrapInboundIn(data).readableBytesView
      while bytes.count >= 2 {
        // Lengths up to 16,383 are enough here.
        let size = bytes[1] < 0x80 ? 2 : 3
        guard bytes.count >= size else { return }
        let length = size == 2 ? Int(bytes[1]) : Int(bytes[1] & 0x7f) | Int(bytes[2]) << 7
        guard bytes.count >= size + length else { return }
        var packet = bytes[..<(size + length)]
        bytes.removeFirst(size + length)
        if packet.first == 0x10 {
          context.writeAndFlush(NIOAny(ByteBuffer(bytes: [0x20, 2, 0, 0])), promise: nil)
        } else if case .publish(let message)? = try? MQTTPacket.next(in: &packet), message.packetID != nil {
          broker.kept.withLock { $0.append(message) }
        }
      }
    }
  }

  private let kept = Mutex<[MQTTPublish]>([])
  private let open = Mutex<[any Channel]>([])
  private let listening = Mutex<(any Channel)?>(nil)

  var commands: [MQTTPublish] { kept.withLock { $0 } }
  var port: Int { listening.withLock { $0?.localAddress?.port } ?? 0 }

  init() async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { [weak self] channel in
        channel.eventLoop.makeCompletedFuture {
          guard let self else { return }
          try channel.pipeline.syncOperations.addHandler(Handler(self))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    listening.withLock { $0 = channel }
  }

  /// Closes every connection; new ones are let in.
  func hangUp() {
    for channel in open.withLock({ open in
      defer { open = [] }; return open
    }) { channel.close(promise: nil) }
  }

  func close() async {
    hangUp()
    try? await listening.withLock { $0 }?.close().get()
  }
}
