/// Asks to be let in, and says what to publish when we are gone without a word.
struct MQTTConnect: Hashable, Sendable {
  var clientID: String
  var user: String?
  var password: [UInt8]?
  /// Seconds of silence after which the server may think that we are gone.
  var keepAliveSeconds: UInt16
  /// What the server publishes then, at least once, retained.
  var will: (topic: String, payload: [UInt8])?
  /// Whether the server forgets who we were.
  var isClean: Bool

  static func == (a: MQTTConnect, b: MQTTConnect) -> Bool { a.bytes == b.bytes }
  func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

  /// On the wire.
  var bytes: [UInt8] {
    var body: [UInt8] = []
    MQTTText.append("MQTT", to: &body)
    body.append(4)
    var flags: UInt8 = isClean ? 0x02 : 0
    // Will with QoS 1, retained.
    if will != nil { flags |= 0x04 | 0x08 | 0x20 }
    if user != nil { flags |= 0x80 }
    if user != nil, password != nil { flags |= 0x40 }
    body.append(flags)
    MQTTText.append(keepAliveSeconds, to: &body)
    MQTTText.append(clientID, to: &body)
    if let will {
      MQTTText.append(will.topic, to: &body)
      MQTTText.append(will.payload, to: &body)
    }
    if let user {
      MQTTText.append(user, to: &body)
      if let password { MQTTText.append(password, to: &body) }
    }
    return MQTTPacket.frame(0x10, body)
  }
}
