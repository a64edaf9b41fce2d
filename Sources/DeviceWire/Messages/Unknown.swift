import Primitives

/// Either way: what you said has a name or a content that I do not know. `{"unknown":"dance"}`
///
/// It is never answered, so two sides that do not understand each other fall silent.
public struct Unknown: Hashable, Sendable {
  /// The name that was not understood; empty where there was none or it was long.
  public let name: WireText

  /// An answer to a message called `name`.
  public init(name: WireText) { self.name = name }

  init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var name: WireText?
    try reader.read(&name, limit: 64, in: json)
    guard let name else { throw Malformed() }
    self.init(name: name)
  }

  func encode(into writer: inout JSONWriter) { writer.string(utf8: name.utf8.span) }
}
