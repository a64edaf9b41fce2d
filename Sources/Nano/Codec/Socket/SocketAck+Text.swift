import Primitives

extension SocketAck {
  /// The text a node sends.
  public var text: String {
    var writer = JSONWriter(style: .pretty)
    writer.beginObject()
    writer.member("ack", action)
    if let timeMS { writer.member("time", String(timeMS)) }
    if let id { writer.member("id", id) }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}
