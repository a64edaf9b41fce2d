/// The other side has the message of that number.
struct MQTTPublishAck: Hashable, Sendable {
  let packetID: UInt16

  init(packetID: UInt16) { self.packetID = packetID }

  init(decoding body: ArraySlice<UInt8>) throws(MQTTFault) {
    var rest = body
    packetID = try MQTTText.number(&rest)
    guard rest.isEmpty, packetID > 0 else { throw .malformed }
  }

  /// On the wire.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    MQTTText.append(packetID, to: &body)
    return MQTTPacket.frame(0x40, body)
  }
}
