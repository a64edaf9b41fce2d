/// Takes a stream of server-sent events apart, however its bytes are cut.
struct EventLines {
  /// One message.
  struct Message: Equatable {
    var id: String?
    var event: String?
    var data: String
  }

  /// Longest line, bytes; a longer one ends the stream.
  static let lineLimit = 1 << 20

  private var line: [UInt8] = []
  private var id: String?
  private var event: String?
  private var data: [String] = []
  private var endedWithReturn = false

  /// Takes bytes and gives the messages that they complete; nil where a line is too long.
  mutating func take(_ bytes: some Sequence<UInt8>) -> [Message]? {
    var messages: [Message] = []
    for byte in bytes {
      let follows = endedWithReturn && byte == 0x0A
      endedWithReturn = byte == 0x0D
      if follows { continue }
      if byte == 0x0A || byte == 0x0D {
        if let message = endLine() { messages.append(message) }
      } else {
        line.append(byte)
        if line.count > Self.lineLimit { return nil }
      }
    }
    return messages
  }

  private mutating func endLine() -> Message? {
    defer { line.removeAll(keepingCapacity: true) }
    guard !line.isEmpty else {
      defer { (event, data) = (nil, []) }
      return data.isEmpty ? nil : Message(id: id, event: event, data: data.joined(separator: "\n"))
    }
    let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == 0x20 { value = value.dropFirst() }
    let text = String(decoding: value, as: UTF8.self)
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "id": id = text
    case "event": event = text
    case "data": data.append(text)
    default: break
    }
    return nil
  }
}
