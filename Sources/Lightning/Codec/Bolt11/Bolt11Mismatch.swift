import Cryptography
package import Primitives

/// What is wrong with an invoice that our own node made on our wish.
package enum Bolt11Mismatch: String, Hashable, Sendable {
  /// Another chain's coins.
  case currency
  /// Another amount, or none where one was wished.
  case amount
  /// Another hash than the node told beside it.
  case paymentHash
  /// Another description, or one in the open where its hash was wished.
  case description
}

extension Bolt11Invoice {
  /// What differs between this invoice and the wish it should answer; nil where nothing does.
  ///
  /// Nobody is shown an invoice before this was asked.
  package func mismatch(
    with wish: InvoiceWish,
    paymentHash: Bytes32,
    currency: LightningCurrency
  ) -> Bolt11Mismatch? {
    guard self.currency == currency else { return .currency }
    guard msat == wish.msat else { return .amount }
    guard self.paymentHash == paymentHash else { return .paymentHash }
    let wished: Description =
      switch wish.description {
      case .text(let text): .text(text)
      case .hashed(let text): .hash(Sodium.SHA256.hash(Array(text.utf8)))
      }
    return description == wished ? nil : .description
  }
}
