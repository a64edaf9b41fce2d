package import Coinslot

extension Config {
  /// The Lightning network: our own node.
  package struct Lightning: Hashable, Sendable {
    /// `lightning:live` where the money has value.
    package var chain: Chain
    /// The node that makes the invoices, and our way in.
    package var node: Node
    /// Whether a way in that can spend is used all the same.
    package var canSpend: Bool

    /// A node.
    package init(chain: Chain, node: Node, canSpend: Bool = false) {
      self.chain = chain
      self.node = node
      self.canSpend = canSpend
    }

    /// A node and our way in; every file is named by its absolute path.
    package enum Node: Hashable, Sendable {
      /// The unix socket of a Core Lightning node: whoever opens it can spend.
      case coreLightningSocket(path: String)
      /// clnrest, the HTTP door of a Core Lightning node, with a rune.
      case coreLightningREST(url: String, runeFile: String, certificate: String?)
      /// LND's REST door with a macaroon.
      case lnd(url: String, macaroonFile: String, certificate: String?)
      /// phoenixd with a password; it counts in whole satoshi.
      case phoenixd(url: String, passwordFile: String, certificate: String?)
    }

    /// The file of our key to the node; nil where the way in is a file of the node's own.
    package var secretFile: String? {
      switch node {
      case .coreLightningSocket: nil
      case .coreLightningREST(_, let file, _), .lnd(_, let file, _), .phoenixd(_, let file, _): file
      }
    }

    /// Whether the node knows nothing smaller than a satoshi.
    var takesWholeSatoshi: Bool { if case .phoenixd = node { true } else { false } }
  }
}
