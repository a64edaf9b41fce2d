public import Primitives

extension NodeMessage {
  /// The key that the send in a confirmation pays, if it is one; nil for every other message.
  ///
  /// For a connection that hears of every block of the network: one pass over the bytes, nothing copied, nothing
  /// verified. A notice without its block answers nil.
  ///
  /// - Throws: `NanoRefusal` where the text is not JSON or one of the members looked at is not what it should be.
  public static func destination(of text: Span<UInt8>) throws(NanoRefusal) -> Bytes32? {
    guard text.count <= limit else { throw .badLength("message") }
    var tokens = JSONTokenizer(maxDepth: 20)
    guard case .beginObject = try tokens.token(in: text) else { throw .notObject }
    var isConfirmation = false
    var destination: Bytes32?
    while case .key(let key) = try tokens.token(in: text) {
      if key.equals("topic", in: text) {
        guard case .string(let topic) = try tokens.token(in: text) else { throw .wrongType("topic") }
        isConfirmation = topic.equals("confirmation", in: text)
      } else if key.equals("message", in: text) {
        destination = try destinationInMessage(text, &tokens)
      } else {
        try tokens.skip(in: text)
      }
    }
    guard case .end = try tokens.token(in: text) else { throw .notJSON(at: tokens.offset) }
    return isConfirmation ? destination : nil
  }

  private static func destinationInMessage(
    _ text: Span<UInt8>,
    _ tokens: inout JSONTokenizer
  ) throws(NanoRefusal) -> Bytes32? {
    guard case .beginObject = try tokens.token(in: text) else { throw .wrongType("message") }
    var destination: Bytes32?
    while case .key(let key) = try tokens.token(in: text) {
      guard key.equals("block", in: text) else {
        try tokens.skip(in: text)
        continue
      }
      guard case .beginObject = try tokens.token(in: text) else { throw .wrongType("block") }
      destination = try self.destination(of: TextFields(.block, in: text, &tokens), in: text)
    }
    return destination
  }

  private static func destination(of block: TextFields, in text: Span<UInt8>) throws(NanoRefusal) -> Bytes32? {
    let type = try block.required(.type)
    let subtype = block.subtype(in: text)
    if type.equals("state", in: text) { return subtype == .send ? try block.bytes32(.link, in: text) : nil }
    guard type.equals("send", in: text), subtype == nil || subtype == .send else { return nil }
    return try block.account(.destination, in: text)
  }
}
