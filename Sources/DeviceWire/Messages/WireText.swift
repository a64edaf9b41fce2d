import Primitives

/// A short text as it travels: UTF-8 bytes, so that a board without Unicode tables can hold it.
public struct WireText: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The text.
  public let utf8: [UInt8]

  /// A text from UTF-8.
  public init(utf8: [UInt8]) { self.utf8 = utf8 }

  /// A text written in the code.
  public init(stringLiteral text: StaticString) {
    var utf8: [UInt8] = []
    for i in 0..<text.utf8CodeUnitCount { utf8.append(text.byte(at: i)) }
    self.utf8 = utf8
  }
}

#if !hasFeature(Embedded)
  extension WireText: CustomStringConvertible {
    /// A text.
    public init(_ text: String) { self.init(utf8: Array(text.utf8)) }

    /// The text.
    public var string: String { String(decoding: utf8, as: UTF8.self) }

    /// The text.
    public var description: String { string }
  }
#endif
