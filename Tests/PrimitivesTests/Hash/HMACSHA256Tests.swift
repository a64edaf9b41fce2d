import Primitives
import Testing

/// The test cases of RFC 4231.
@Suite struct HMACSHA256Tests {
  struct Case: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let code: String
  }

  static let cases = [
    Case(
      key: [UInt8](repeating: 0x0b, count: 20),
      message: Array("Hi There".utf8),
      code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    Case(
      key: Array("Jefe".utf8),
      message: Array("what do ya want for nothing?".utf8),
      code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    Case(
      key: [UInt8](repeating: 0xaa, count: 20),
      message: [UInt8](repeating: 0xdd, count: 50),
      code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    Case(
      key: Array(1...25),
      message: [UInt8](repeating: 0xcd, count: 50),
      code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    Case(
      key: [UInt8](repeating: 0xaa, count: 131),
      message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    Case(
      key: [UInt8](repeating: 0xaa, count: 131),
      message: Array(
        ("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
          + "hashed before being used by the HMAC algorithm.").utf8
      ),
      code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ]

  @Test(arguments: cases)
  func authenticates(_ c: Case) {
    #expect(Hex.encode(HMACSHA256.code(key: c.key, c.message)) == c.code)
    var mac = HMACSHA256(key: c.key)
    for byte in c.message { mac.update(byte) }
    #expect(mac.finish().hex() == c.code)
  }

  @Test func aByteMoreOrLessInTheKeyTells() {
    let message = Array("message".utf8)
    let key = [UInt8](repeating: 1, count: 64)
    #expect(HMACSHA256.code(key: key, message) != HMACSHA256.code(key: key.dropLast(), message))
    #expect(HMACSHA256.code(key: key, message) != HMACSHA256.code(key: key + [0], message))
    // Zeros behind a short key change nothing: that is how HMAC pads it.
    #expect(HMACSHA256.code(key: [1], message) == HMACSHA256.code(key: [1, 0], message))
  }

  @Test func takesA32ByteKeyByValue() throws {
    let key = (0..<32).map { UInt8($0) }
    var mac = HMACSHA256(key: try Bytes32(decoding: key.span))
    mac.update("text")
    #expect(mac.finish().bytes == HMACSHA256.code(key: key, "text".utf8))
  }
}
