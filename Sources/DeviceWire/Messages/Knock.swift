import Primitives

/// Device → server, over MQTT only, without MAC: asks for a challenge. `{"knock":"charger-1"}`
///
/// Anybody can say it, so the server answers a limited number of them a minute.
public struct Knock: Hashable, Sendable {
  /// Who knocks, as it says.
  public let device: WireText

  /// A knock of `device`.
  public init(device: WireText) { self.device = device }

  /// Reads a plain text.
  ///
  /// - Throws: `MessageRefusal`, also above 1,024 bytes.
  public init(decoding json: Span<UInt8>) throws(MessageRefusal) {
    guard json.count <= Frame.limit else { throw .notUnderstood("") }
    var envelope = try Envelope(in: json) { $0.equals("knock", in: json) }
    do { try self.init(from: &envelope.content, in: json) } catch { throw envelope.refusal(in: json) }
  }

  private init(from reader: inout MemberReader, in json: Span<UInt8>) throws(Malformed) {
    var device: WireText?
    try reader.read(&device, least: 1, limit: Hello.deviceLimit, in: json)
    guard let device else { throw Malformed() }
    self.init(device: device)
  }

  /// The text to send.
  public func encoded() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("knock")
    writer.string(utf8: device.utf8.span)
    writer.endObject()
    return writer.bytes
  }
}
