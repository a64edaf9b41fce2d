/// Why bytes are no MQTT 3.1.1 that we take.
enum MQTTFault: Error, Hashable, Sendable {
  /// A packet is longer than `MQTTPacket.mostBytes`.
  case tooLong
  /// A packet of a kind that no server sends, or one with flags that are not its own.
  case unexpected(UInt8)
  /// A packet ends too early, or goes on too long.
  case malformed
}
