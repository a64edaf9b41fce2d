/// What carries the frames, and so what is done with a frame that cannot be right.
public enum LinkTransport: Equatable, Sendable {
  /// A connection of its own, in order and without loss: a counter is the last one + 1. What cannot be right closes it.
  case webSocket
  /// Topics on a broker, where frames may be lost, repeated or forged: a counter is above the last one. What cannot be
  /// right is dropped.
  case mqtt

  /// The WebSocket subprotocol; any other is refused.
  public static let subprotocol: StaticString = "coinslot.v1"

  /// Whether a frame with `counter` may follow one with `last` (0 before the first).
  public func takes(_ counter: UInt64, after last: UInt64) -> Bool {
    switch self {
    case .webSocket: last < .max && counter == last + 1
    case .mqtt: counter > last
    }
  }

  /// The MQTT topic on which a device speaks: `coinslot/<device>/up`.
  ///
  /// QoS 1, never retained.
  public static func upTopic(of device: WireText) -> WireText { topic(device, "/up") }

  /// The MQTT topic on which a device is spoken to: `coinslot/<device>/down`.
  ///
  /// QoS 1, never retained.
  public static func downTopic(of device: WireText) -> WireText { topic(device, "/down") }

  private static func topic(_ device: WireText, _ direction: WireText) -> WireText {
    let root: WireText = "coinslot/"
    return WireText(utf8: root.utf8 + device.utf8 + direction.utf8)
  }
}
