package import Sockets

/// Where a BTCPay Server is, which store of it is ours, and our key.
package struct BTCPaySettings: Hashable, Sendable {
  /// Its address, with a path where it has one.
  package var endpoint: Endpoint
  /// Its certificate, PEM; nil: the system's certificate authorities vouch for it.
  package var certificateFile: String?
  /// The store's id.
  package var store: String
  /// The key, in a file that only its owner may read.
  ///
  /// It needs `btcpay.store.cancreateinvoice` and `btcpay.store.canviewinvoices` for this store, and nothing else.
  package var keyFile: String
  /// The webhook's secret, in a file that only its owner may read; nil: webhooks are refused.
  package var webhookSecretFile: String?

  package init(
    endpoint: Endpoint,
    certificateFile: String? = nil,
    store: String,
    keyFile: String,
    webhookSecretFile: String? = nil
  ) {
    self.endpoint = endpoint
    self.certificateFile = certificateFile
    self.store = store
    self.keyFile = keyFile
    self.webhookSecretFile = webhookSecretFile
  }
}
