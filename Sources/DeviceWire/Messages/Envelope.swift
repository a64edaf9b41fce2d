public import Primitives

/// What was said cannot be used.
public enum MessageRefusal: Error, Equatable, Sendable {
  /// No JSON at all.
  case notJSON(JSONRefusal)
  /// JSON, but no message that this side knows, or one with the wrong content: to be answered `unknown` with this name.
  case notUnderstood(WireText)
}

/// The outer object of a message: finds the one member that names it.
struct Envelope {
  /// The name, as a place in the text.
  let name: JSONText
  /// A reader that stands before the content.
  var content: MemberReader

  /// How deep a message nests at most; unknown members may use what ours do not.
  private static let maxDepth = 8
  /// The longest name that is repeated in an `unknown`.
  private static let nameLimit = 32

  /// Reads the whole text once, so that what is taken is JSON to its last byte.
  ///
  /// - Parameters:
  ///   - json: The text.
  ///   - knows: Whether a key names a message that this side understands.
  /// - Throws: `.notUnderstood` where no member or more than one names a known message.
  init(in json: Span<UInt8>, knows: (JSONText) -> Bool) throws(MessageRefusal) {
    var found: (name: JSONText, content: JSONTokenizer)?
    var isAmbiguous = false
    var first: JSONText?
    do {
      var tokens = JSONTokenizer(maxDepth: Envelope.maxDepth)
      let isObject = try tokens.next(in: json) == .beginObject
      if isObject {
        while case .key(let key) = try tokens.next(in: json) {
          if first == nil { first = key }
          if knows(key) {
            isAmbiguous = found != nil
            if found == nil { found = (key, tokens) }
          }
          try tokens.skipValue(in: json)
        }
      }
      while try tokens.next(in: json) != .end {}
    } catch {
      throw .notJSON(error)
    }
    guard let found, !isAmbiguous else {
      throw .notUnderstood(first.map { Envelope.echo($0, in: json) } ?? "")
    }
    name = found.name
    content = MemberReader(at: found.content)
  }

  /// The same message, refused because of its content.
  func refusal(in json: Span<UInt8>) -> MessageRefusal { .notUnderstood(Envelope.echo(name, in: json)) }

  private static func echo(_ name: JSONText, in json: Span<UInt8>) -> WireText {
    let text = name.decoded(in: json)
    return text.count <= nameLimit ? WireText(utf8: text) : ""
  }
}
