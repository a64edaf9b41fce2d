/// What is wrong with how a machine is set up.
public struct MachineMistake: Error, Hashable, Sendable, CustomStringConvertible {
  /// The setting, as the configuration spells it.
  public let key: String
  /// What is wrong with it, continuing a sentence that begins with the setting; it repeats no value.
  public let words: String

  /// A mistake.
  public init(_ key: String, _ words: String) {
    self.key = key
    self.words = words
  }

  /// The sentence.
  public var description: String { "\"\(key)\" \(words)" }
}
