import DeviceWire
import Primitives
import Testing

@Suite struct FrameTests {
  let key = FrameKey(Bytes32([UInt8](repeating: 7, count: 32)) ?? .zero)

  private func seal(_ counter: UInt64, _ text: String) throws(LinkRefusal) -> [UInt8] {
    try Frame.seal(counter: counter, key: key) { $0.string(text) }
  }

  @Test func opensWhatItSealed() throws {
    for counter in [1, 9, 10, 255, Wire.greatest, .max] as [UInt64] {
      let frame = try seal(counter, "hello")
      let opened = try Frame.open(frame.span, key: key)
      #expect(opened.counter == counter)
      #expect(Array(frame[opened.json]) == Array("\"hello\"".utf8))
      let expected = HMACSHA256.code(key: [UInt8](repeating: 7, count: 32), frame[33...]).prefix(16)
      #expect(Hex.encode(expected) == String(decoding: frame.prefix(32), as: UTF8.self))
    }
  }

  @Test func everyByteIsUnderTheSeal() throws {
    let frame = try seal(3, "pay 1")
    for i in frame.indices {
      for bit in 0..<8 {
        var forged = frame
        forged[i] ^= 1 << UInt8(bit)
        // The space that ends the MAC is grammar; all other bytes are proven.
        #expect(throws: i == 32 ? LinkRefusal.malformed : .badMAC) { try Frame.open(forged.span, key: key) }
      }
    }
  }

  @Test func macIsLowerCase() throws {
    let frame = try seal(1, "x")
    let upper = Array(String(decoding: frame.prefix(32), as: UTF8.self).uppercased().utf8) + frame[32...]
    #expect(upper != frame)
    #expect(throws: LinkRefusal.badMAC) { try Frame.open(upper.span, key: key) }
  }

  @Test func anotherKeyDoesNotOpen() throws {
    let frame = try seal(1, "x")
    let other = FrameKey(.zero)
    #expect(throws: LinkRefusal.badMAC) { try Frame.open(frame.span, key: other) }
  }

  @Test func cutAnywhereItIsRefused() throws {
    let frame = try seal(12, "hello")
    for length in 0..<frame.count {
      let cut = Array(frame[..<length])
      #expect(throws: length <= 32 ? LinkRefusal.malformed : .badMAC) { try Frame.open(cut.span, key: key) }
    }
    let longer = frame + [0x20]
    #expect(throws: LinkRefusal.badMAC) { try Frame.open(longer.span, key: key) }
  }

  /// Texts that are sealed rightly and yet are no frame.
  @Test(arguments: [
    "", "1", "1{}", "0 {}", "01 {}", "+1 {}", "-1 {}", "1.0 {}", " 1 {}", "18446744073709551616 {}", "a {}",
  ])
  func theCounterHasOneSpelling(_ body: String) {
    var mac = HMACSHA256(key: [UInt8](repeating: 7, count: 32))
    mac.update(body.utf8)
    let frame = Hex.digits(mac.finish().bytes.prefix(16)) + [0x20] + Array(body.utf8)
    #expect(throws: LinkRefusal.malformed) { try Frame.open(frame.span, key: key) }
  }

  @Test func holdsTheLimit() throws {
    // 33 bytes of MAC and space, 2 of counter and space, 2 quotes.
    let most = String(repeating: "x", count: Frame.limit - 37)
    let frame = try seal(1, most)
    #expect(frame.count == 1_024)
    #expect(throws: Never.self) { try Frame.open(frame.span, key: key) }
    #expect(throws: LinkRefusal.tooLong(1_025)) { try seal(1, most + "x") }
    #expect(throws: LinkRefusal.tooLong(1_025)) { try seal(10, most) }
    let longer = frame + [0x20]
    #expect(throws: LinkRefusal.tooLong(1_025)) { try Frame.open(longer.span, key: key) }
  }

  @Test func countersFollowTheTransportsRule() {
    #expect(LinkTransport.webSocket.takes(1, after: 0))
    #expect(LinkTransport.webSocket.takes(8, after: 7))
    for counter in [0, 6, 7, 9] as [UInt64] { #expect(!LinkTransport.webSocket.takes(counter, after: 7)) }
    #expect(!LinkTransport.webSocket.takes(0, after: .max))
    for counter in [8, 9, .max] as [UInt64] { #expect(LinkTransport.mqtt.takes(counter, after: 7)) }
    for counter in [0, 6, 7] as [UInt64] { #expect(!LinkTransport.mqtt.takes(counter, after: 7)) }
  }

  @Test func topicsNameTheDevice() {
    #expect(LinkTransport.upTopic(of: "charger-1") == "coinslot/charger-1/up")
    #expect(LinkTransport.downTopic(of: "charger-1") == "coinslot/charger-1/down")
  }
}
