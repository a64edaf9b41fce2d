/// Why bytes from a node, a client or a person are not what they should be.
///
/// It holds names of fields, which are constants of the code, and never a byte of the input: safe to log.
public enum NanoRefusal: Error, Hashable, Sendable {
  /// No JSON, or something after it; noticed at this byte.
  case notJSON(at: Int)
  /// A text in the JSON is no text: bad UTF-8 or half a surrogate pair, at this byte.
  case badText(at: Int)
  /// JSON, but no object.
  case notObject
  /// A field that must be there is not.
  case missing(String)
  /// A field has another JSON type than a node gives it.
  case wrongType(String)
  /// A field occurs twice, so that two readers could see two different things.
  case twice(String)
  /// A field holds something else than hexadecimal digits.
  case badHex(String)
  /// A field has too many or too few characters.
  case badLength(String)
  /// A field is no decimal number in its one spelling.
  case badNumber(String)
  /// A field is a number, but above what its kind can hold: 2¹²⁸ − 1 raw for an amount.
  case numberTooLarge(String)
  /// A field is no account.
  case badAccount(String)
  /// A field holds a word that is not among those it can hold.
  case unknownWord(String)
  /// A block of a kind that does not exist.
  case unknownBlockType
  /// `link_as_account` is not `link` as an account: the one is signed, the other a lie.
  case inconsistentLink
  /// The contents of a block do not hash to the name it was given.
  case hashMismatch
}
