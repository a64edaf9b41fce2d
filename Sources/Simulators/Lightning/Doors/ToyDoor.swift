import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A place where a simulator listens, opened and closed as often as wanted; a port stays the same once it was chosen.
///
/// All connections run on the loop of the simulator's group.
actor ToyDoor {
  enum Place: Sendable {
    /// A socket file with these permissions; closed, the file stays, as after the end of a real node.
    case file(String, mode: UInt32)
    /// An IP address or `localhost`.
    case port(String, Int)
  }

  /// Adds the handlers of an accepted connection; called on its loop.
  typealias SetUp = @Sendable (any Channel) throws -> Void

  private let place: Place
  private let group: any EventLoopGroup
  private let connections: ToyConnections
  private let setUp: SetUp
  private var channel: (any Channel)?
  /// What was changed last; the next change waits for it.
  private var change: Task<Void, any Error>?
  /// 0 until the system has chosen one.
  private(set) var port: Int

  init(_ place: Place, group: any EventLoopGroup, maxConnections: Int, setUp: @escaping SetUp) {
    self.place = place
    self.group = group
    self.setUp = setUp
    connections = ToyConnections(most: maxConnections)
    port = if case .port(_, let port) = place { port } else { 0 }
  }

  /// Opens or closes it, after whatever was asked for before; closed, its connections have ended too.
  ///
  /// - Throws: The system's error where it cannot listen.
  func set(isOpen: Bool) async throws {
    let before = change
    // Unstructured, so that a caller who is cancelled does not leave it half open.
    let next = Task {
      _ = await before?.result
      if isOpen { try await open() } else { await close() }
    }
    change = next
    try await next.value
  }

  private func open() async throws {
    guard channel == nil else { return }
    let (connections, setUp) = (connections, setUp)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .childChannelInitializer { channel in
        guard connections.enter(channel) else { return channel.eventLoop.makeFailedFuture(ToyConnections.TooMany()) }
        return channel.eventLoop.makeCompletedFuture { try setUp(channel) }
      }
    switch place {
    case .file(let path, let mode):
      // Bound here, since a socket that the bootstrap has bound takes its file with it when it closes.
      channel = try await bootstrap.withBoundSocket(try Self.boundSocket(path, mode: mode)).get()
    case .port(let host, _):
      let options = bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      let channel = try await options.bind(host: host, port: port).get()
      self.channel = channel
      port = channel.localAddress?.port ?? port
    }
  }

  private func close() async {
    guard let channel else { return }
    self.channel = nil
    try? await channel.close().get()
    await connections.dropAll()
  }

  /// A socket at a path, in the place of a file that was left there.
  private static func boundSocket(_ path: String, mode: UInt32) throws -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else { throw LightningSimulatorError.folder(path, code: ENAMETOOLONG) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    #if canImport(Darwin)
      let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #else
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    guard descriptor >= 0 else { throw LightningSimulatorError.folder(path, code: errno) }
    unlink(path)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0, chmod(path, mode_t(mode)) == 0 else {
      let code = errno
      _ = systemClose(descriptor)
      throw LightningSimulatorError.folder(path, code: code)
    }
    return descriptor
  }

  /// Ends all connections and goes on listening.
  func dropConnections() async { await connections.dropAll() }

  /// For the end of all: the socket's file goes too.
  func remove() async {
    try? await set(isOpen: false)
    if case .file(let path, _) = place { unlink(path) }
  }
}

private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }

/// The open connections of a door.
final class ToyConnections: Sendable {
  struct TooMany: Error {}

  private let open = Mutex<[ObjectIdentifier: any Channel]>([:])
  private let most: Int

  init(most: Int) { self.most = most }

  func enter(_ channel: any Channel) -> Bool {
    let id = ObjectIdentifier(channel)
    let isIn = open.withLock { open in
      guard open.count < most else { return false }
      open[id] = channel
      return true
    }
    if isIn {
      channel.closeFuture.whenComplete { [weak self] _ in _ = self?.open.withLock { $0.removeValue(forKey: id) } }
    }
    return isIn
  }

  /// Ends them without a word.
  func dropAll() async {
    let all = open.withLock { Array($0.values) }
    for channel in all { channel.eventLoop.execute { channel.breakOff() } }
    for channel in all { try? await channel.closeFuture.get() }
  }
}

extension Channel {
  /// Closes at once, on the channel's loop: TLS gets no time to say goodbye, as when a process is killed.
  func breakOff() {
    if let context = try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
      context.close(promise: nil)
    } else {
      close(promise: nil)
    }
  }
}
