import Primitives
import Testing

@Suite struct Base32Tests {
  /// Nano's alphabet: no 0, 2, l, v.
  let nano = Base32(alphabet: "13456789abcdefghijkmnopqrstuwxyz")

  /// The genesis account of Nano's live network and its key, as published.
  @Test func readsANanoKey() throws {
    let key = "e89208dd038fbb269987689621d52292ae9c35941a7484756ecced92a65093ba"
    let text = "3t6k35gi95xu6tergt6p69ck76ogmitsa8mnijtpxm9fkcm736xtoncuohr3".prefix(52)
    #expect(try Hex.encode(nano.decode(String(text), byteCount: 32)) == key)
    #expect(nano.encode(try Hex.decode(key)) == text)
    #expect(try nano.bytes32(Array(text.utf8).span).hex() == key)
  }

  /// RFC 4648 section 10, where the bits are a multiple of five and no padding is needed.
  @Test func agreesWithRFC4648() {
    let rfc = Base32(alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    #expect(rfc.encode(Array("fooba".utf8)) == "MZXW6YTB")
  }

  @Test func readsBackEveryLength() throws {
    for count in 0..<40 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 255 - 37 * $0) }
      let text = nano.encode(bytes)
      #expect(text.utf8.count == Base32.characterCount(forBytes: count))
      #expect(try nano.decode(text, byteCount: count) == bytes)
    }
  }

  @Test func refusesBitsInFront() {
    let zeros = String(repeating: "1", count: 51)
    #expect(throws: Never.self) { try nano.decode("3" + zeros, byteCount: 32) }
    for front in "456789abcdefghijkmnopqrstuwxyz" {
      #expect(throws: Refusal.notCanonical) { try nano.decode(String(front) + zeros, byteCount: 32) }
    }
  }

  @Test func refusesOtherCharactersAndLengths() {
    let zeros = String(repeating: "1", count: 51)
    for foreign in ["0", "2", "l", "v", "A", " ", "\0"] {
      #expect(throws: Refusal.badCharacter(at: 51)) { try nano.decode(zeros + foreign, byteCount: 32) }
    }
    #expect(throws: Refusal.long(limit: 52, had: 53)) { try nano.decode(zeros + "ü", byteCount: 32) }
    #expect(throws: Refusal.short(needed: 52, had: 51)) { try nano.decode(zeros, byteCount: 32) }
  }
}
