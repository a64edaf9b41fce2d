import Primitives
import Testing

/// Examples of FIPS 180-4 (as published by NIST beside it).
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
        + "nopqrstu", "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func hashes(_ text: String, _ digest: String) {
    #expect(SHA256.hash(text.utf8).hex() == digest)
    #expect(Hex.encode(SHA256.digest(of: Array(text.utf8))) == digest)
  }

  @Test func hashesAMillionLetters() {
    var hash = SHA256()
    for _ in 0..<1_000 { hash.update([UInt8](repeating: 0x61, count: 1_000)) }
    #expect(hash.finish().hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesDoNotMatter() {
    let bytes = (0..<200).map { UInt8($0) }
    let whole = SHA256.hash(bytes)
    for cut in [0, 1, 55, 56, 63, 64, 65, 127, 128, 199, 200] {
      var hash = SHA256()
      hash.update(bytes[..<cut])
      hash.update(Array(bytes[cut...]).span)
      #expect(hash.finish() == whole)
    }
  }

  @Test func everyLengthHasItsOwnDigest() {
    let digests = (0..<300).map { SHA256.hash([UInt8](repeating: 0, count: $0)) }
    #expect(Set(digests).count == 300)
  }
}
