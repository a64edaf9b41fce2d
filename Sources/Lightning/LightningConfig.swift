package import Coinslot

/// The settings of a Lightning network.
package struct LightningConfig: Hashable, Sendable {
  /// The chain: `lightning:live`, `lightning:sim` and so on.
  package let chain: Chain
  /// What invoices of ours are labelled with in front; everything else at the node is foreign.
  package let labelPrefix: String

  /// The address that stands for the node in the books, whatever its key.
  package static let nodeAddress = "node"

  /// Settings.
  package init(chain: Chain, labelPrefix: String = "coinslot") {
    self.chain = chain
    self.labelPrefix = labelPrefix
  }

  /// What the node must call its network; nil where any will do, as on a toy network.
  package var nodeNetwork: String? {
    switch chain.rawValue {
    case "lightning:live": "bitcoin"
    case "lightning:sim": nil
    default: String(chain.rawValue.dropFirst("lightning:".count))
    }
  }
}
