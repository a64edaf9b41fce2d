package import Coinslot
package import Sockets

extension Config {
  /// The door for a node's HTTP callback and for clients of `/call`, on a listener of its own.
  package struct Callback: Hashable, Sendable {
    /// Where it listens; loopback unless told otherwise.
    package var listen = ListenAddress.list("127.0.0.1:7090")
    /// Where the node posts.
    package var path = "/callback/"
    /// Where old clients connect.
    package var watchPath = "/call"
    /// Who may speak for an amount.
    package var allow = [PeerRange.loopback]
    /// The keys of clients of `/call`; nil: whoever reaches the listener may watch.
    package var watchers: [Watcher]?
    /// The least amount that a client of `/call` is told of.
    package var minimum = Callback.floor
    /// Other least amounts, by account.
    package var minimums: [Account: Amount] = [:]
    /// Web origins that may connect to `/call`, besides our own.
    package var origins: [String] = []

    /// The defaults.
    package init() {}

    /// 10²⁴ raw: below it, old firmware takes dust for a fortune.
    package static let floor = Amount(1_000_000_000_000_000_000_000_000)

    /// Whether it shares an address with the public listener, so that its routes must be served there.
    package func isOnPublicListener(of server: Server) -> Bool {
      listen.contains { mine in server.listen.contains { mine.overlaps($0) } }
    }

    /// Where clients on this machine connect.
    package var localCallURL: String? {
      listen.first.map { first in
        "ws://\(IPText.isAny(first.host) ? "127.0.0.1:\(first.port)" : "\(first)")\(watchPath)"
      }
    }

    /// The least amount worth telling for an account.
    package func minimum(for account: Account) -> Amount { minimums[account] ?? minimum }
  }

  /// One client of `/call` and its key.
  package struct Watcher: Hashable, Sendable, CustomStringConvertible {
    /// What logs call it.
    package let name: String
    /// What it sends as `api_key`.
    package let key: String
    /// Connections that may use it at once.
    package let connections: Int
    /// Accounts that all of them together may wait for.
    package let accounts: Int

    /// The name alone: the key is a secret.
    package var description: String { name }
  }
}
