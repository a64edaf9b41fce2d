package import NIOCore

/// Keeps every client of a listener within its limits.
package final class ClientGate: Sendable {
  /// How a peer is treated.
  package enum Treatment: Sendable {
    /// As everybody.
    case limited
    /// It may come as often as it likes, but not have more open than others: our own node.
    case unhurried
    /// Its connections carry other people's requests, which are counted by who sent them: our own proxy.
    case relay
  }

  /// What was refused since the start, by reason.
  package struct Refused: Equatable, Sendable {
    /// Connections, because the client had too many open.
    package var connections = 0
    /// Connections, because they came too fast.
    package var connectionRate = 0
    /// Requests, because they came too fast.
    package var requestRate = 0
    /// WebSockets, because the client had too many open.
    package var webSockets = 0
  }

  private let treat: @Sendable (SocketAddress) -> Treatment
  private let open: ClientCount?
  private let sockets: ClientCount?
  private let opening: ClientRate?
  private let asking: ClientRate?

  /// How long a time a rate may be used up at once, milliseconds.
  static let burstMS: Int64 = 4_000

  /// A gate.
  ///
  /// - Parameters:
  ///   - limits: What one client may take.
  ///   - clock: Microseconds of a monotonic clock.
  ///   - treat: How a peer is treated; asked once for each connection, on its event loop.
  package init(
    _ limits: ClientLimits,
    clock: (@Sendable () -> Int64)? = nil,
    treat: @escaping @Sendable (SocketAddress) -> Treatment = { _ in .limited }
  ) {
    self.treat = treat
    open = ClientCount(limits.connections)
    sockets = ClientCount(limits.webSockets)
    let burst = { (perSecond: Int) in min(perSecond, 1_000_000) * Int(ClientGate.burstMS / 1_000) }
    opening = ClientRate(burst(limits.connectionsPerSecond), withinMS: ClientGate.burstMS, clock: clock)
    asking = ClientRate(burst(limits.requestsPerSecond), withinMS: ClientGate.burstMS, clock: clock)
  }

  /// What became of a new connection.
  package enum Entry: Sendable {
    /// It may stay; hold the pass as long as it lives.
    case open(ClientCount.Pass?)
    /// It must be closed.
    case refused
  }

  /// Counts a new connection in.
  package func enter(_ peer: SocketAddress?) -> Entry {
    guard let peer, let client = ClientAddress(peer) else { return .open(nil) }
    let treatment = treat(peer)
    if treatment == .relay { return .open(nil) }
    if treatment == .limited, opening?.take(client) != nil { return .refused }
    guard let open else { return .open(nil) }
    return open.enter(client).map { .open($0) } ?? .refused
  }

  /// Who a connection's requests are counted for; nil where they are not, or by who sent them.
  package func client(of peer: SocketAddress?) -> ClientAddress? {
    guard let peer, treat(peer) == .limited else { return nil }
    return ClientAddress(peer)
  }

  /// Counts a request; the seconds to wait where it is one too many.
  package func request(_ client: ClientAddress) -> Int? { asking?.take(client) }

  /// What became of a request for a WebSocket.
  package func webSocket(_ client: ClientAddress) -> Entry {
    guard let sockets else { return .open(nil) }
    return sockets.enter(client).map { .open($0) } ?? .refused
  }

  /// Counts a request that becomes a WebSocket: the decision as it was, holding its place, or a refusal with 429.
  package func limit(_ decision: WebSocketDecision, for client: ClientAddress?) -> WebSocketDecision {
    guard case .accept(let acceptance) = decision, let client else { return decision }
    if request(client) != nil { return .refuse(.tooManyRequests) }
    guard case .open(let pass) = webSocket(client) else { return .refuse(.tooManySockets) }
    return .accept(acceptance.holding(pass))
  }

  /// What was refused since the start.
  package var refused: Refused {
    Refused(
      connections: open?.refused ?? 0,
      connectionRate: opening?.refused ?? 0,
      requestRate: asking?.refused ?? 0,
      webSockets: sockets?.refused ?? 0
    )
  }
}
