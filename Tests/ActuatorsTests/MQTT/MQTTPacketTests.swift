import Testing

@testable import Actuators

@Suite struct MQTTPacketTests {
  private func packets(_ bytes: [UInt8]) throws -> [MQTTPacket] {
    var rest = bytes[...], found: [MQTTPacket] = []
    while let packet = try MQTTPacket.next(in: &rest) { found.append(packet) }
    #expect(rest.isEmpty)
    return found
  }

  /// Examples of the standard, sections 3.1 to 3.9.
  @Test func connect() {
    let hello = MQTTConnect(
      clientID: "c",
      user: "u",
      password: Array("p".utf8),
      keepAliveSeconds: 10,
      will: ("w", Array("x".utf8)),
      isClean: false
    )
    #expect(
      hello.bytes == [
        0x10, 25, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0b1110_1100, 0, 10, 0, 1, 0x63, 0, 1, 0x77, 0, 1, 0x78, 0, 1, 0x75,
        0, 1, 0x70,
      ]
    )
    #expect(MQTTConnect(clientID: "", keepAliveSeconds: 0, isClean: true).bytes.dropFirst(9).first == 2)
  }

  @Test func subscribe() {
    #expect(
      MQTTSubscribe(packetID: 10, filters: ["a/b", "c/d"]).bytes
        == [0x82, 14, 0, 10, 0, 3, 0x61, 0x2f, 0x62, 1, 0, 3, 0x63, 0x2f, 0x64, 1]
    )
  }

  @Test(arguments: [
    (false, false, UInt16?.some(10), UInt8(0x32)), (true, false, 10, 0x3a), (false, true, 10, 0x33),
    (false, false, nil, 0x30),
  ]) func publish(_ isAgain: Bool, _ isRetained: Bool, _ number: UInt16?, _ first: UInt8) throws {
    let message = MQTTPublish(
      topic: "a/b",
      payload: [1, 2],
      packetID: number,
      isAgain: isAgain,
      isRetained: isRetained
    )
    #expect(message.bytes.first == first)
    #expect(try packets(message.bytes) == [.publish(message)])
  }

  @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 65_000]) func lengthsOfEverySize(_ count: Int) throws {
    let message = MQTTPublish(topic: "t", payload: [UInt8](repeating: 7, count: count), packetID: 1)
    #expect(try packets(message.bytes + message.bytes) == [.publish(message), .publish(message)])
    // Cut anywhere, more is waited for.
    for cut in Set([1, 2, 3, message.bytes.count / 2, message.bytes.count - 1]) {
      var part = message.bytes.prefix(cut)
      #expect(try MQTTPacket.next(in: &part) == nil)
    }
  }

  @Test func answers() throws {
    #expect(try packets([0x20, 2, 1, 5]) == [.connectAck(MQTTConnectAck(isPresent: true, code: 5))])
    #expect(try packets([0x40, 2, 0, 10, 0xd0, 0]) == [.publishAck(MQTTPublishAck(packetID: 10)), .pingReply])
    guard case .subscribeAck(let answer)? = try packets([0x90, 4, 0, 10, 1, 0x80]).first else {
      Issue.record("no answer")
      return
    }
    #expect(answer.packetID == 10 && answer.isGranted == [true, false])
    #expect(
      (0...6).map { MQTTConnectAck(isPresent: false, code: $0).refusal == nil } == [true]
        + Array(repeating: false, count: 6)
    )
  }

  @Test(
    arguments: [
      [0x20, 1, 0], [0x20, 3, 0, 0, 0], [0x20, 2, 2, 0], [0x40, 2, 0, 0], [0x40, 3, 0, 1, 0], [0x41, 2, 0, 1],
      [0xd0, 1, 0], [0x10, 0], [0x34, 5, 0, 1, 0x74, 0, 1], [0x30, 1, 0], [0x30, 3, 0, 1, 0x2b], [0x30, 3, 0, 1, 0],
      [0x30, 4, 0, 2, 0xc3, 0x28], [0x38, 3, 0, 1, 0x74], [0x32, 5, 0, 1, 0x74, 0, 0], [0x90, 2, 0, 1],
      [0x90, 3, 0, 1, 3], [0x30, 0x80, 0x80, 0x80, 0x80, 1], [0x30, 0xff, 0xff, 0x7f], [0xf0, 0], [0x50, 2, 0, 1],
    ] as [[UInt8]]
  ) func refuses(_ bytes: [UInt8]) {
    #expect(throws: MQTTFault.self) {
      () throws in
      var rest = bytes[...]
      _ = try MQTTPacket.next(in: &rest)
    }
  }

  @Test(arguments: [
    ("a/b", "a/b", true), ("a/b", "a/+", true), ("a/b/c", "a/#", true), ("a/b/c", "a/+", false), ("a", "a/+", false),
    ("a/b", "+/b", true), ("a/b", "a/b/#", true), ("x/b", "a/#", false), ("a//c", "a/+/c", true),
  ]) func filters(_ topic: String, _ filter: String, _ want: Bool) {
    #expect(MQTTText.matches(topic, filter) == want)
  }

  @Test(arguments: [
    ("mqtt://host", "host", 1_883, false), ("mqtts://host", "host", 8_883, true), ("mqtt://h:80", "h", 80, false),
    ("mqtt://[::1]:7", "::1", 7, false),
  ]) func addresses(_ text: String, _ host: String, _ port: Int, _ isSecure: Bool) throws {
    let address = try BrokerAddress(text)
    #expect(address.host == host && address.port == port && address.isSecure == isSecure)
  }

  @Test(arguments: ["", "host", "http://host", "mqtt://", "mqtt://user:pw@host", "mqtt://host/path", "mqtt://h:0"])
  func addressesThatAreNone(_ text: String) {
    #expect(throws: MachineMistake.self) { () throws in _ = try BrokerAddress(text) }
  }
}
