import Cryptography
import Primitives
import Testing

@Suite struct HashTests {
  // RFC 7693 appendix A, and the same message with a shorter digest.
  @Test(arguments: [
    (
      "abc", 64,
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    ),
    ("abc", 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
    ("", 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
  ])
  func blake2bOfPublishedMessages(_ message: String, _ length: Int, _ expected: String) {
    #expect(Hex.encode(Sodium.Blake2b.digest(of: Array(message.utf8), length: length)) == expected)
    if length == 32 { #expect(Sodium.Blake2b.hash(Array(message.utf8).span).hex() == expected) }
  }

  @Test func blake2bOfPartsIsThatOfTheWhole() {
    let whole = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let parts = Sodium.Blake2b.digest(of: Array(whole[..<1]), [], Array(whole[1..<129]), Array(whole[129...]))
    #expect(parts == Sodium.Blake2b.digest(of: whole))
    #expect(parts != Sodium.Blake2b.digest(of: Array(whole.dropLast())))
  }

  @Test(arguments: 1...8)
  func shortBlake2bIsTheDigestReadBackwards(_ length: Int) {
    let message = Array("coin".utf8)
    let digest = Sodium.Blake2b.digest(of: message, length: length)
    let number = digest.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    #expect(Sodium.Blake2b.shortHash(message.span, length: length) == number)
  }

  @Test(arguments: 0...300)
  func blake2bAgreesWithTheSmallImplementation(_ count: Int) {
    let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(Sodium.Blake2b.hash(message.span).bytes == Blake2b.digest(of: message, length: 32))
  }

  // FIPS 180-4 examples.
  @Test(arguments: [
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256OfPublishedMessages(_ message: String, _ expected: String) {
    #expect(Sodium.SHA256.hash(Array(message.utf8)).hex() == expected)
  }

  // RFC 4231 test cases 1, 2 and 6.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func hmacOfPublishedMessages(_ key: [UInt8], _ message: String, _ expected: String) {
    let message = Array(message.utf8)
    #expect(Sodium.HMACSHA256.code(message, key: key).hex() == expected)
    let code = Sodium.HMACSHA256.code(message, key: key).bytes
    #expect(Sodium.HMACSHA256.isValid(code, for: message, key: key))
    #expect(!Sodium.HMACSHA256.isValid(Array(code.dropLast()), for: message, key: key))
    #expect(!Sodium.HMACSHA256.isValid(code, for: message + [0], key: key))
    for i in code.indices {
      var wrong = code
      wrong[i] ^= 1
      #expect(!Sodium.HMACSHA256.isValid(wrong, for: message, key: key))
    }
  }

  @Test func hmacTakesEmptyKeyAndMessage() {
    #expect(
      Sodium.HMACSHA256.code([], key: []).hex() == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    )
  }
}
