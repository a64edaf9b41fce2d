import Primitives
import Testing

@Suite struct Bech32Tests {
  /// The valid strings of BIP-173 whose prefix and length fit here.
  @Test(arguments: [
    "A12UEL5L", "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl",
  ])
  func readsAndWritesAgain(_ text: String) throws {
    let content = try Bech32.decode(Array(text.utf8).span, limit: 90)
    #expect(String(decoding: Bech32.encode(content), as: UTF8.self) == text.lowercased())
  }

  /// The invalid strings of BIP-173, less those that are only too long.
  @Test(arguments: [
    ("\u{20}1nwldj5", Refusal.badCharacter(at: 0)), ("\u{7f}1axkwrx", .badCharacter(at: 0)),
    ("pzry9x0s0muk", .badPrefix), ("1pzry9x0s0muk", .badPrefix), ("10a06t8", .badPrefix), ("1qzzfhee", .badPrefix),
    ("x1b4n0q5v", .badCharacter(at: 2)), ("li1dgmt3", .short(needed: 6, had: 5)),
    ("A1G7SGD8", .badChecksum), ("A12uEL5L", .notCanonical), ("a12uel5q", .badChecksum), ("", .badPrefix),
  ])
  func refuses(_ text: String, _ refusal: Refusal) {
    #expect(throws: refusal) { try Bech32.decode(Array(text.utf8).span, limit: 90) }
  }

  @Test func holdsTheCallersLimit() throws {
    let long = Bech32.encode(.init(prefix: Array("lnurl".utf8), words: [UInt8](repeating: 7, count: 600)))
    #expect(try Bech32.decode(long.span, limit: 612).words.count == 600)
    #expect(throws: Refusal.long(limit: 611, had: 612)) { try Bech32.decode(long.span, limit: 611) }
  }

  @Test func findsEachWrongCharacter() throws {
    let good = Array("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w".utf8)
    for place in good.indices where place != 5 {
      var text = good
      text[place] = text[place] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
      #expect(throws: Refusal.badChecksum) { try Bech32.decode(text.span, limit: 90) }
    }
  }

  @Test func regroupsAndBack() throws {
    for count in 0..<20 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 - 37 * $0) }
      let words = FiveBitWords.words(of: bytes.span)
      #expect(words.count == (count * 8 + 4) / 5 && words.allSatisfy { $0 < 32 })
      #expect(try FiveBitWords.bytes(of: words.span) == bytes)
      #expect(FiveBitWords.paddedBytes(of: words.span, 0..<words.count).starts(with: bytes))
    }
    #expect(FiveBitWords.words(of: [0xff].span) == [31, 28])
    #expect(FiveBitWords.paddedBytes(of: [31].span, 0..<1) == [0xf8])
  }

  /// One bit of the filling set, or a word more than needed.
  @Test(arguments: [[31, 29], [31, 30], [31, 28, 0], [0], [1]] as [[UInt8]])
  func refusesWhatIsLeftOver(_ words: [UInt8]) {
    #expect(throws: Refusal.notCanonical) { try FiveBitWords.bytes(of: words.span) }
  }
}
