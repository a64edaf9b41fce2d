import Cryptography
import Primitives
import Testing

@Suite struct SodiumTests {
  @Test func starts() throws {
    try Sodium.start()
    try Sodium.start()
  }

  @Test func comparesContentAndLength() {
    #expect(Sodium.areEqual([1, 2, 3], [1, 2, 3]))
    #expect(Sodium.areEqual([], []))
    #expect(!Sodium.areEqual([1, 2, 3], [1, 2]))
    #expect(!Sodium.areEqual([1, 2, 3], [1, 2, 4]))
    #expect(!Sodium.areEqual([], [0]))
  }

  @Test(arguments: [0, 1, 16, 32, 4096])
  func entropyGivesWhatIsAskedFor(_ count: Int) {
    let first = SystemEntropy().bytes(count)
    #expect(first.count == count)
    if count >= 16 { #expect(first != SystemEntropy().bytes(count)) }
  }

  // RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64OfPublishedTexts(_ plain: String, _ text: String) throws {
    let unpadded = String(text.prefix { $0 != "=" })
    #expect(Sodium.Base64.encode(Array(plain.utf8)) == text)
    #expect(Sodium.Base64.encode(Array(plain.utf8), .urlUnpadded) == unpadded)
    #expect(try Sodium.Base64.decode(Array(text.utf8).span) == Array(plain.utf8))
    #expect(try Sodium.Base64.decode(Array(unpadded.utf8).span, .standardUnpadded) == Array(plain.utf8))
  }

  @Test func base64HasTwoAlphabets() throws {
    let bytes: [UInt8] = [0xfb, 0xff, 0xfe]
    #expect(Sodium.Base64.encode(bytes) == "+//+")
    #expect(Sodium.Base64.encode(bytes, .url) == "-__-")
    #expect(try Sodium.Base64.decode(Array("-__-".utf8).span, .url) == bytes)
    #expect(throws: Refusal.notCanonical) { try Sodium.Base64.decode(Array("-__-".utf8).span) }
  }

  @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", "Zm 9v", "Zm9v=", "Zg==Zg==", "é", "Zm9-"])
  func base64RefusesOtherSpellings(_ text: String) {
    #expect(throws: Refusal.notCanonical) { try Sodium.Base64.decode(Array(text.utf8).span) }
  }
}
