/// Asks for all messages under some filters, each at least once.
struct MQTTSubscribe: Hashable, Sendable {
  let packetID: UInt16
  let filters: [String]

  /// On the wire.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    MQTTText.append(packetID, to: &body)
    for filter in filters {
      MQTTText.append(filter, to: &body)
      body.append(1)
    }
    return MQTTPacket.frame(0x82, body)
  }
}
