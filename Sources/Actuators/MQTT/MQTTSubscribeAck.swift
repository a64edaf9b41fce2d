/// What became of each filter.
struct MQTTSubscribeAck: Hashable, Sendable {
  let packetID: UInt16
  /// For each filter, in order: whether it is granted.
  let isGranted: [Bool]

  init(decoding body: ArraySlice<UInt8>) throws(MQTTFault) {
    var rest = body
    packetID = try MQTTText.number(&rest)
    guard !rest.isEmpty, rest.allSatisfy({ $0 <= 2 || $0 == 0x80 }) else { throw .malformed }
    isGranted = rest.map { $0 != 0x80 }
  }
}
