/// Why bytes or a text are not what they should be: the closed set for codecs.
///
/// It names the place and the rule, never the content, so it is safe to log.
public enum Refusal: Error, Equatable, Sendable {
  /// Fewer bytes or characters than needed.
  case short(needed: Int, had: Int)
  /// More bytes or characters than allowed.
  case long(limit: Int, had: Int)
  /// A character outside the alphabet, at this offset.
  case badCharacter(at: Int)
  /// Readable, but not the one spelling that value has.
  case notCanonical
  /// The check digits do not fit.
  case badChecksum
  /// It does not start as this kind must.
  case badPrefix
  /// Well-formed, but a value that cannot be; the reason is a constant of the code.
  case badValue(Reason)

  /// A constant sentence of the code, so that no content can leak through an error.
  public struct Reason: Equatable, Sendable, ExpressibleByStringLiteral {
    /// The sentence.
    public let text: StaticString

    /// A reason.
    public init(stringLiteral text: StaticString) { self.text = text }

    /// Whether both say the same.
    public static func == (a: Reason, b: Reason) -> Bool { a.text.hasSameBytes(as: b.text) }
  }
}
