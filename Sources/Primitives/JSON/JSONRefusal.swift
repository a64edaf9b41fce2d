/// Why a text is not JSON, and where.
public struct JSONRefusal: Error, Equatable, Sendable {
  /// The rule that was broken.
  public let reason: Reason
  /// The byte at which it was noticed.
  public let offset: Int

  /// The rules.
  public enum Reason: Equatable, Sendable {
    /// The text ends inside a value.
    case endsEarly
    /// A byte that cannot stand here.
    case unexpectedByte
    /// `true`, `false` or `null` misspelt.
    case badWord
    /// A number in a form the grammar does not have: `01`, `+1`, `.5`, `1.`, `1e`.
    case badNumber
    /// A control character inside a string; it must be escaped.
    case controlCharacter
    /// A backslash followed by something the grammar does not have.
    case badEscape
    /// Half of a surrogate pair alone: no character.
    case loneSurrogate
    /// Bytes that are no UTF-8.
    case badUTF8
    /// Arrays and objects nested deeper than allowed.
    case tooDeep
    /// More follows after the value.
    case trailingBytes
    /// The same key twice in one object.
    case duplicateKey
  }

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
