import Primitives
import Testing

@testable import Cryptography

@Suite("Secret box") struct SecretBoxTests {
  private let key = [UInt8](0..<32)

  @Test(arguments: [0, 1, 32, 1_000]) func opensWhatItSealed(_ count: Int) {
    let secret = SystemEntropy().bytes(count)
    let sealed = SecretBox.seal(secret, key: key, purpose: "device.1")
    #expect(sealed.count == count + SecretBox.addedBytes)
    #expect(SecretBox.open(sealed, key: key, purpose: "device.1") == secret)
  }

  @Test func neverSealsTwiceAlike() {
    #expect(
      SecretBox.seal([1, 2, 3], key: key, purpose: "x") != SecretBox.seal([1, 2, 3], key: key, purpose: "x")
    )
  }

  @Test func opensForNobodyElse() {
    let sealed = SecretBox.seal([1, 2, 3], key: key, purpose: "a.1")
    var other = key
    other[31] ^= 1
    #expect(SecretBox.open(sealed, key: other, purpose: "a.1") == nil)
    #expect(SecretBox.open(sealed, key: key, purpose: "a.2") == nil)
    #expect(SecretBox.open(sealed, key: key, purpose: "") == nil)
  }

  @Test func opensNothingThatWasChanged() {
    let sealed = SecretBox.seal([1, 2, 3], key: key, purpose: "x")
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 0x80
      #expect(SecretBox.open(changed, key: key, purpose: "x") == nil)
    }
    for count in 0..<sealed.count {
      #expect(SecretBox.open(Array(sealed[..<count]), key: key, purpose: "x") == nil)
    }
    #expect(SecretBox.open(sealed + [0], key: key, purpose: "x") == nil)
  }

  /// The vector of draft-irtf-cfrg-xchacha, appendix A.3.1.
  @Test func opensTheDraftsVector() throws {
    let key = try Hex.decode("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")
    let nonce = try Hex.decode("404142434445464748494a4b4c4d4e4f5051525354555657")
    let label: [UInt8] = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7]
    let sealed = try Hex.decode(
      """
      bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb9\
      6b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e\
      c0875924c1c7987947deafd8780acf49
      """
    )
    let text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    // A purpose is text; the draft's label is not, so it goes in as bytes.
    #expect(SecretBox.open(nonce + sealed, key: key, label: label) == Array(text.utf8))
  }
}
