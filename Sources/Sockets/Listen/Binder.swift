import Logging
import NIOCore
import NIOPosix
import Primitives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens the sockets of a listener.
struct Binder {
  let options: Listener.Options
  let group: any EventLoopGroup
  let sweeper: ConnectionSweeper
  let gate: ConnectionGate
  let logger: Logger?
  let setUp: Listener.SetUp
  /// Whether `[::]` leaves IPv4 to a socket of its own; else one socket takes both, and a second one finds it in use.
  let separatesFamilies: Bool

  /// How often a port that the system chose for one loopback address is tried on the other.
  static let maxAttempts = 16

  /// One listening channel for each address that `text` stands for.
  func bind(_ text: String) async throws(ListenerError) -> [any Channel] {
    let address: ListenAddress
    do throws(Refusal) { address = try ListenAddress(parsing: text) } catch { throw .badAddress(text, error) }
    var attempt = 1
    while true {
      do throws(ListenerError) {
        return try await bindAll(address)
      } catch {
        guard case .inUse = error, address.port == 0, attempt < Self.maxAttempts else { throw error }
        attempt += 1
      }
    }
  }

  private func bindAll(_ address: ListenAddress) async throws(ListenerError) -> [any Channel] {
    var channels: [any Channel] = []
    var port = address.port
    var missing: ListenerError?
    for host in address.hosts {
      do throws(ListenerError) {
        let channel = try await bindOne(host, port: port, name: address.description)
        channels.append(channel)
        port = channel.localAddress?.port ?? port
      } catch {
        if case .notAvailable = error, address.hosts.count > 1 {
          missing = error
          continue
        }
        for channel in channels { try? await channel.close().get() }
        throw error
      }
    }
    if channels.isEmpty, let missing { throw missing }
    return channels
  }

  private func bindOne(_ host: String, port: Int, name: String) async throws(ListenerError) -> any Channel {
    let address: SocketAddress
    do {
      address = try await Self.resolve(host, port: port)
    } catch {
      throw .cannotResolve(name)
    }
    do {
      return try await bootstrap(for: address).bind(to: address).get()
    } catch let error as IOError {
      throw Self.explain(error.errnoCode, name)
    } catch {
      throw .failed(name, code: 0)
    }
  }

  /// Looks a name up on a thread that may block.
  private static func resolve(_ host: String, port: Int) async throws -> SocketAddress {
    if let address = try? SocketAddress(ipAddress: host, port: port) { return address }
    return try await NIOThreadPool.singleton.runIfActive {
      try SocketAddress.makeAddressResolvingHost(host, port: port)
    }
  }

  private static func explain(_ code: Int32, _ name: String) -> ListenerError {
    switch code {
    case EADDRINUSE: .inUse(name)
    case EACCES, EPERM: .notPermitted(name)
    case EADDRNOTAVAIL, EAFNOSUPPORT: .notAvailable(name)
    default: .failed(name, code: code)
    }
  }

  /// TCP_NODELAY is set on the listening socket, from which accepted ones inherit it without a system call each.
  private func bootstrap(for address: SocketAddress) -> ServerBootstrap {
    let (sweeper, gate, logger, setUp) = (sweeper, gate, logger, setUp)
    let (clients, tls) = (options.clients, options.tls)
    let bootstrap = ServerBootstrap(group: group)
    if separatesFamilies, address.ipAddress == "::" {
      _ = bootstrap.serverChannelOption(
        ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only),
        value: 1
      )
    }
    return
      bootstrap
      .serverChannelOption(.backlog, value: Int32(options.backlog))
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .serverChannelInitializer { channel in
        // Out of descriptors, accepting rests for a second instead of turning in circles.
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
        }
      }
      .childChannelInitializer { channel in
        guard gate.enter() else {
          logger?.debug("connection refused, too many are open")
          return channel.eventLoop.makeFailedFuture(TooManyConnections())
        }
        guard case .open(let pass) = clients?.enter(channel.remoteAddress) ?? .open(nil) else {
          gate.refuse()
          logger?.debug("connection refused, this client has too many or opens them too fast")
          return channel.eventLoop.makeFailedFuture(TooManyConnections())
        }
        channel.closeFuture.whenComplete { _ in
          gate.leave()
          withExtendedLifetime(pass) {}
        }
        return channel.eventLoop.makeCompletedFuture {
          try setUp(channel, sweeper)
          try tls?.secure(channel)
        }
      }
  }

  private struct TooManyConnections: Error {}
}
