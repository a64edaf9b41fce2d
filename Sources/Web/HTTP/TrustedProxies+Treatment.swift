package import NIOCore
package import Sockets

extension TrustedProxies {
  /// How a peer is treated by the limits for clients: a proxy carries the requests of others.
  ///
  /// Give it to the `ClientGate` of the public port.
  package var treatment: @Sendable (SocketAddress) -> ClientGate.Treatment {
    { peer in PeerAddress(peer).map { contains($0) } == true ? .relay : .limited }
  }
}
