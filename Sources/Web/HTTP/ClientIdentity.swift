package import Coinslot
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
package import Sockets

/// Who asks, as far as limits need to know: a cookie of chance, and the network the request came from.
package struct ClientIdentity: Sendable {
  /// The cookie's value; nil where the browser sent none of ours.
  package let cookie: String?
  /// The address cut to /24 or /48: never a person's address in full.
  package let network: String
  /// The network that limits are counted by; nil for this machine itself.
  ///
  /// Behind a proxy that is not trusted everybody seems to come from here, and one customer must not use up the limit of
  /// all.
  package let limitedNetwork: String?

  /// Whom offers are counted by; who keeps no cookie shares a name with their whole network.
  package var customer: Customer { Customer(name: "\(cookie ?? "-")@\(network)", network: limitedNetwork) }

  /// The name of the cookie.
  static let cookieName = "coinslot"
  /// How long the cookie lives, seconds: as long as an offer's amount stays reserved.
  static let cookieLifeSeconds = 86_400

  /// Whom rates are counted by; this machine itself is a client too; nil where nobody can tell.
  package let client: ClientAddress?

  /// The identity of a request's sender, as trusted proxies tell it.
  init(_ request: Request, peer: SocketAddress?, trustedProxies: TrustedProxies) {
    let value = request.cookies[ClientIdentity.cookieName]?.value
    cookie = value.flatMap { ClientIdentity.isOurs($0) ? $0 : nil }
    let address = trustedProxies.sender(peer: PeerAddress(peer), forwarded: request.headers[values: .forwardedFor])
    client = address?.client
    network = address?.network ?? "unknown"
    limitedNetwork = address?.isLoopback == true ? nil : network
  }

  /// A fresh cookie value: 128 bits of chance.
  static func fresh(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }

  private static func isOurs(_ value: String) -> Bool {
    value.utf8.count == 32 && value.utf8.allSatisfy { Hex.value($0) < 16 }
  }
}
