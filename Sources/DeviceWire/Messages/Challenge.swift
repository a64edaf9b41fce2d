import Primitives

/// Server → device, without MAC: the server's nonce, from which both derive the session's keys.
/// `{"challenge":"<sn hex>"}`
public struct Challenge: Hashable, Sendable {
  /// Sixteen random bytes, used once and valid 10 s.
  public let serverNonce: SessionNonce

  /// A challenge.
  public init(serverNonce: SessionNonce) { self.serverNonce = serverNonce }

  /// Reads a plain text.
  ///
  /// - Throws: `MessageRefusal`, also above 1,024 bytes.
  public init(decoding json: Span<UInt8>) throws(MessageRefusal) {
    guard json.count <= Frame.limit else { throw .notUnderstood("") }
    var envelope = try Envelope(in: json) { $0.equals("challenge", in: json) }
    do { try self.init(from: &envelope.content, in: json) } catch { throw envelope.refusal(in: json) }
  }

  private init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var nonce: SessionNonce?
    try reader.read(&nonce, in: json)
    guard let nonce else { throw Malformed() }
    self.init(serverNonce: nonce)
  }

  /// The text to send.
  public func encoded() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("challenge")
    writer.hex(serverNonce.bytes.span)
    writer.endObject()
    return writer.bytes
  }
}
