/// A message, ours or another's.
struct MQTTPublish: Hashable, Sendable {
  var topic: String
  var payload: [UInt8]
  /// The number that it is acknowledged by (at least once); nil: at most once.
  var packetID: UInt16?
  /// Whether it may have been sent before.
  var isAgain = false
  /// Whether the server keeps it for those who come later.
  var isRetained = false

  init(topic: String, payload: [UInt8], packetID: UInt16?, isAgain: Bool = false, isRetained: Bool = false) {
    self.topic = topic
    self.payload = payload
    self.packetID = packetID
    self.isAgain = isAgain
    self.isRetained = isRetained
  }

  /// Reads a body under its flags; exactly-once is refused, since nobody asked for it.
  init(flags: UInt8, decoding body: ArraySlice<UInt8>) throws(MQTTFault) {
    var rest = body
    topic = try MQTTText.text(&rest)
    guard MQTTText.isTopic(topic, most: 65_535) else { throw .malformed }
    switch flags >> 1 & 3 {
    case 0:
      guard flags & 8 == 0 else { throw .malformed }
      packetID = nil
    case 1:
      let number = try MQTTText.number(&rest)
      guard number > 0 else { throw .malformed }
      packetID = number
    default: throw .unexpected(0x30 | flags)
    }
    payload = Array(rest)
    isAgain = flags & 8 != 0
    isRetained = flags & 1 != 0
  }

  /// On the wire.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    MQTTText.append(topic, to: &body)
    if let packetID { MQTTText.append(packetID, to: &body) }
    body += payload
    let flags: UInt8 = (isAgain ? 8 : 0) | (packetID == nil ? 0 : 2) | (isRetained ? 1 : 0)
    return MQTTPacket.frame(0x30 | flags, body)
  }
}
