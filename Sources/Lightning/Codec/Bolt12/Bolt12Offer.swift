package import Cryptography
package import Primitives

/// A BOLT12 offer: what can be paid again and again, each time with an invoice of its own that the node makes itself.
///
/// Its texts are hostile unless we made it.
package struct Bolt12Offer: Hashable, Sendable {
  /// The longest text that is read, joints and white space included.
  package static let limit = 16_384

  /// The chains it can be paid on; empty means Bitcoin's main one.
  package let chains: [Bytes32]
  /// What the node keeps for itself.
  package let metadata: [UInt8]?
  /// What it asks for; nil: the payer chooses.
  package let amount: Price?
  /// What it is for.
  package let description: String?
  /// What the payer must know, big-endian bits.
  package let features: [UInt8]
  /// The last second in which it can be used, since 1970.
  package let absoluteExpiryS: UInt64?
  /// Whether it names ways to its node; they are not looked into.
  package let hasPaths: Bool
  /// Who it is from, in words.
  package let issuer: String?
  /// How many one may buy at once: nil one, 0 any number.
  package let quantityMax: UInt64?
  /// The key of who it is from.
  package let issuerID: Secp256k1.PublicKey?

  /// What an offer asks for one of it.
  package enum Price: Hashable, Sendable {
    case msat(UInt64)
    /// In the smallest unit of a currency by its three letters (ISO 4217).
    case currency(String, UInt64)
  }

  /// Whether it can be used no more.
  package func isExpired(atS now: UInt64) -> Bool { absoluteExpiryS.map { now > $0 } ?? false }
}
