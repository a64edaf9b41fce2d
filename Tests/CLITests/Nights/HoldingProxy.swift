import NIOCore
import NIOPosix
import Synchronization

/// A wire between a device and the server that a test can hold back, in either direction, and cut.
final class HoldingProxy: Sendable {
  /// Which way bytes travel.
  enum Way: Hashable, CaseIterable { case toDevice, toServer }

  private final class Pair: Sendable {
    let ends: [Way: any Channel]
    let kept = Mutex<[Way: [ByteBuffer]]>([:])
    init(device: any Channel, server: any Channel) { ends = [.toDevice: device, .toServer: server] }
  }

  private let held = Mutex<Set<Way>>([])
  private let pairs = Mutex<[Pair]>([])
  private let listener: any Channel
  /// Where devices connect.
  let port: Int

  /// A wire to a port of loopback.
  static func start(to target: Int) async throws -> HoldingProxy {
    let shared = Shared()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { device in
        ClientBootstrap(group: device.eventLoop).channelOption(.autoRead, value: false)
          .connect(host: "127.0.0.1", port: target)
          .flatMap { server in shared.join(device, server) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let proxy = HoldingProxy(listener: listener)
    shared.set(proxy)
    return proxy
  }

  private init(listener: any Channel) {
    self.listener = listener
    port = listener.localAddress?.port ?? 0
  }

  /// Keeps what travels that way until it is let go.
  func hold(_ way: Way) { _ = held.withLock { $0.insert(way) } }

  /// Lets go what was kept, and all that follows.
  func letGo(_ way: Way) {
    held.withLock { held in
      held.remove(way)
      for pair in pairs.withLock({ $0 }) {
        let kept = pair.kept.withLock { $0.removeValue(forKey: way) ?? [] }
        for bytes in kept { pair.ends[way]?.writeAndFlush(bytes, promise: nil) }
      }
    }
  }

  /// Ends every connection; what was kept is lost.
  func cut() {
    let gone = pairs.withLock { pairs in
      defer { pairs = [] }
      return pairs
    }
    for pair in gone {
      pair.kept.withLock { $0 = [:] }
      pair.ends.values.forEach { $0.close(promise: nil) }
    }
  }

  func stop() async {
    cut()
    try? await listener.close()
  }

  private func carry(_ bytes: ByteBuffer, _ way: Way, _ pair: Pair) {
    held.withLock { held in
      if held.contains(way) {
        pair.kept.withLock { $0[way, default: []].append(bytes) }
      } else {
        pair.ends[way]?.writeAndFlush(bytes, promise: nil)
      }
    }
  }

  /// What the listener needs before the proxy exists.
  private final class Shared: Sendable {
    private let proxy = Mutex<HoldingProxy?>(nil)
    func set(_ new: HoldingProxy) { proxy.withLock { $0 = new } }

    func join(_ device: any Channel, _ server: any Channel) -> EventLoopFuture<Void> {
      guard let proxy = proxy.withLock({ $0 }) else { return device.close() }
      let pair = Pair(device: device, server: server)
      proxy.pairs.withLock { $0.append(pair) }
      return device.eventLoop.submit {
        try device.pipeline.syncOperations.addHandler(Carrier(proxy, .toServer, pair))
        try server.pipeline.syncOperations.addHandler(Carrier(proxy, .toDevice, pair))
      }
      .flatMap {
        device.setOption(.autoRead, value: true).and(server.setOption(.autoRead, value: true)).map { _ in }
      }
    }
  }

  private final class Carrier: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let proxy: HoldingProxy
    private let way: Way
    private let pair: Pair

    init(_ proxy: HoldingProxy, _ way: Way, _ pair: Pair) { (self.proxy, self.way, self.pair) = (proxy, way, pair) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { proxy.carry(unwrapInboundIn(data), way, pair) }
    func channelInactive(context: ChannelHandlerContext) { pair.ends[way]?.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
