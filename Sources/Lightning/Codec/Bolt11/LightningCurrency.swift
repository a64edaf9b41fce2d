/// Whose coins an invoice asks for: the letters behind `ln`.
package enum LightningCurrency: String, Hashable, Sendable, CaseIterable {
  case bitcoin = "bc"
  /// Both testnets; their invoices look the same.
  case testnet = "tb"
  case signet = "tbs"
  case regtest = "bcrt"

  /// The currency of a chain by the name nodes give it; nil for one that has no invoices.
  package init?(network: String) {
    switch network {
    case "bitcoin", "mainnet": self = .bitcoin
    case "testnet", "testnet3", "testnet4": self = .testnet
    case "signet": self = .signet
    case "regtest": self = .regtest
    default: return nil
    }
  }
}
