import Primitives
import Testing

@testable import Sockets

@Suite struct HandshakeDigestTests {
  /// FIPS 180-4 examples; the last one has more than one block.
  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
    (String(repeating: "a", count: 1_000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
  ])
  func sha1(_ message: String, _ digest: String) {
    #expect(Hex.encode(HandshakeDigest.sha1(Array(message.utf8))) == digest)
  }

  /// RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64(_ text: String, _ encoded: String) {
    #expect(HandshakeDigest.base64(Array(text.utf8)) == encoded)
  }

  /// RFC 6455 section 1.3.
  @Test func accept() {
    #expect(HandshakeDigest.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  @Test(arguments: [
    ("dGhlIHNhbXBsZSBub25jZQ==", true), ("////////////////////++==", true), ("", false),
    ("dGhlIHNhbXBsZSBub25jZQ", false), ("dGhlIHNhbXBsZSBub25jZQ=", false), ("dGhlIHNhbXBsZSBub25jZWE=", false),
    ("dGhlIHNhbXBsZSBub25jZ===", false), ("dGhlIHNhbXBsZSBub25jZ Q==", false), ("dGhlIHNhbXBsZSBub25j-Q==", false),
  ])
  func knowsKeys(_ key: String, _ isKey: Bool) {
    #expect(HandshakeDigest.isKey(key) == isKey)
  }
}
