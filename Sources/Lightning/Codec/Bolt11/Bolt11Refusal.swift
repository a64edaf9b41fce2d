package import Primitives

/// Why a text is no BOLT11 invoice that one could pay; it never holds a byte of it.
package enum Bolt11Refusal: Error, Equatable, Sendable {
  /// No Bech32, too long, or its checksum is wrong.
  case notBech32(Refusal)
  /// It does not start with `ln`.
  case notInvoice
  /// `ln`, but of no currency that is known.
  case unknownCurrency
  /// No number, an unknown multiplier, a fraction of a millisatoshi, zero, or more than 2⁶⁴ − 1 millisatoshi.
  case badAmount
  /// The words end before the signature does, or inside a field.
  case short
  /// A field that must be there is not, by its letter.
  case missing(Character)
  /// Both a description and the hash of one.
  case twoDescriptions
  /// A field's contents are no such contents, by its letter: bad UTF-8, no point, leading zeros, stray bits.
  case badField(Character)
  /// An even feature bit that is not known: it must be understood to pay.
  case unknownFeature(Int)
  /// The signature is not by the key in the invoice.
  case wrongSignature
  /// The invoice names its key and the signature's S is in the upper half: somebody changed it.
  case highS
  /// No key can have made the signature.
  case notRecoverable
  /// A time to write that is beyond 2³⁵ seconds.
  case badTimestamp
  /// A secret to sign with that is none.
  case badSecret
}
