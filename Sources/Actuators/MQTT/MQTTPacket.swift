/// A packet that a server sends (MQTT 3.1.1, OASIS Standard of 29 October 2014).
enum MQTTPacket: Hashable, Sendable {
  case connectAck(MQTTConnectAck)
  case publish(MQTTPublish)
  case publishAck(MQTTPublishAck)
  case subscribeAck(MQTTSubscribeAck)
  case pingReply

  /// The longest packet either way, bytes after its fixed header.
  static let mostBytes = 65_536

  /// Reads the first whole packet and takes it away; nil where more bytes are needed.
  ///
  /// - Throws: `MQTTFault`; the connection is then of no further use.
  static func next(in bytes: inout ArraySlice<UInt8>) throws(MQTTFault) -> MQTTPacket? {
    guard let first = bytes.first else { return nil }
    var length = 0
    var size = 1
    while true {
      // At most four bytes tell the length, seven bits each, lowest first.
      guard size <= 4 else { throw .malformed }
      guard bytes.count > size else { return nil }
      let byte = bytes[bytes.startIndex + size]
      length |= Int(byte & 0x7f) << (7 * (size - 1))
      size += 1
      if byte & 0x80 == 0 { break }
    }
    guard length <= mostBytes else { throw .tooLong }
    guard bytes.count >= size + length else { return nil }
    let body = bytes.dropFirst(size).prefix(length)
    bytes = bytes.dropFirst(size + length)
    return try MQTTPacket(first: first, body: body)
  }

  private init(first: UInt8, body: ArraySlice<UInt8>) throws(MQTTFault) {
    switch (first >> 4, first & 0x0f) {
    case (2, 0): self = .connectAck(try MQTTConnectAck(decoding: body))
    case (3, let flags): self = .publish(try MQTTPublish(flags: flags, decoding: body))
    case (4, 0): self = .publishAck(try MQTTPublishAck(decoding: body))
    case (9, 0): self = .subscribeAck(try MQTTSubscribeAck(decoding: body))
    case (13, 0):
      guard body.isEmpty else { throw .malformed }
      self = .pingReply
    default: throw .unexpected(first)
    }
  }

  /// The bytes of a packet of ours.
  static func frame(_ first: UInt8, _ body: [UInt8]) -> [UInt8] {
    precondition(body.count <= mostBytes, "whoever makes a packet bounds it")
    var bytes = [first]
    var rest = body.count
    repeat {
      let digit = UInt8(rest & 0x7f)
      rest >>= 7
      bytes.append(rest > 0 ? digit | 0x80 : digit)
    } while rest > 0
    return bytes + body
  }
}
