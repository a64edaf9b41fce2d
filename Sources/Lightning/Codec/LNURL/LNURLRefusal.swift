package import Primitives

/// Why a text, a link or an answer of the LNURL protocol is none, as the side sees it that pays.
package enum LNURLRefusal: Error, Equatable, Sendable {
  /// Nothing that leads to an LNURL service.
  case notLink
  /// Bech32 that is none, or of another kind than `lnurl`.
  case notBech32(Refusal)
  /// It leads to no address on the web.
  case badAddress(Refusal)
  /// Plain HTTP is for onion services only.
  case plainHTTP
  /// A name in front of `@` with characters that none has.
  case badName
  /// No JSON object.
  case notJSON
  /// A member of the answer is missing or of another kind.
  case badMember(String)
  /// More than the protocol allows, by the member's name.
  case tooLong(String)
  /// The smallest amount is zero or above the largest.
  case badBounds
  /// A success action this side does not know; it must not pay then.
  case unknownAction
  /// A success action that leads away from the service's domain.
  case strangeDomain
  /// The service said no; in its own words, which are hostile text.
  case service(String)
  /// The invoice in the answer is none.
  case badInvoice(Bolt11Refusal)
  /// The invoice asks for another amount, in other coins, or for something else than what was shown.
  case wrongInvoice(Bolt11Mismatch)
}
