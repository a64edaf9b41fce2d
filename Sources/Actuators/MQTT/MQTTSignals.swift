/// Packets that say nothing but that they are.
enum MQTTSignals {
  /// Asks whether the other side is there.
  static let ping: [UInt8] = [0xc0, 0]
  /// Says that we go, and need no will.
  static let disconnect: [UInt8] = [0xe0, 0]
}
