package import Primitives

/// Why a text is no BOLT12 offer that one could use; it never holds a byte of it.
package enum Bolt12Refusal: Error, Equatable, Sendable {
  /// More characters than are read.
  case tooLong
  /// A `+` that does not stand between two characters.
  case badJoint
  /// Mixed case, a character outside the alphabet, stray bits at the end.
  case notBech32(Refusal)
  /// It does not start with `lno1`.
  case notOffer
  /// The stream ends inside a record, or a number in it is not in its shortest form.
  case badStream
  /// The records are not in ascending order, or one is there twice.
  case badOrder
  /// A record that must be understood, and is not; or one that offers do not have.
  case unknownType(UInt64)
  /// A record holds no such thing as its type says.
  case badRecord(UInt64)
  /// An amount without a description, a currency without an amount.
  case incomplete
  /// Neither a key nor a path to whom it is from.
  case noIssuer
}
