import Cryptography
import Lightning
import Primitives
import Testing

/// Fields as nobody honest writes them, rightly signed.
@Suite struct Bolt11FieldTests {
  /// A field by its letter and its words.
  struct Field: Sendable {
    let letter: Character
    let words: [UInt8]
    /// What its length says, where that is a lie.
    var length: Int?

    init(_ letter: Character, _ words: [UInt8], length: Int? = nil) {
      self.letter = letter
      self.words = words
      self.length = length
    }

    static func bytes(_ letter: Character, _ bytes: [UInt8]) -> Field {
      Field(letter, FiveBitWords.words(of: bytes.span))
    }

    static func filled(_ letter: Character, _ byte: UInt8, _ count: Int) -> Field {
      bytes(letter, [UInt8](repeating: byte, count: count))
    }
  }

  static let hash = Field.filled("p", 7, 32)
  static let secret = Field.filled("s", 8, 32)
  static let text = Field.bytes("d", Array("honk".utf8))
  static let usual = [hash, secret, text]

  /// An invoice of these fields, signed by the key 1.
  private static func signed(_ fields: [Field]) throws -> [UInt8] {
    let prefix = Array("lnbc210n".utf8)
    var words = [UInt8](repeating: 1, count: 7)
    let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
    for field in fields {
      let type = try #require(alphabet.firstIndex(of: field.letter))
      let length = field.length ?? field.words.count
      words += [UInt8(type), UInt8(length >> 5), UInt8(length & 31)] + field.words
    }
    let digest = Sodium.SHA256.hash(prefix + FiveBitWords.paddedBytes(of: words.span, 0..<words.count))
    let (signature, id) = try Secp256k1.sign(digest, secret: Bytes32.zero.incremented)
    let seal = signature.bytes + [id]
    return Bech32.encode(.init(prefix: prefix, words: words + FiveBitWords.words(of: seal.span)))
  }

  @Test func takesWhatIsThere() throws {
    let text = try Self.signed(Self.usual)
    let invoice = try Bolt11Invoice(decoding: text.span)
    #expect(invoice.paymentHash.bytes == [UInt8](repeating: 7, count: 32) && invoice.description == .text("honk"))
    #expect(invoice.expirySeconds == 3_600 && invoice.minFinalCLTV == 18 && invoice.features.bits.isEmpty)
    #expect(try invoice.payee == Secp256k1.publicKey(of: Bytes32.zero.incremented))
  }

  /// The usual fields and more.
  private static func also(_ more: Field...) -> [Field] { usual + more }

  private static let broken: [([Field], Character)] = [
    (also(Field("x", [0, 1])), "x"), (also(Field("x", [0, 0])), "x"), (also(Field("c", [0, 18])), "c"),
    (also(Field("9", [0, 8, 0])), "9"),
    // 2⁶⁴, and fourteen words.
    (also(Field("x", [16] + [UInt8](repeating: 0, count: 12))), "x"),
    (also(Field("x", [1] + [UInt8](repeating: 0, count: 13))), "x"),
    // No UTF-8, a bit where there should be none, a whole word too many.
    ([hash, secret, .bytes("d", [0xff])], "d"), ([hash, secret, Field("d", [0, 1])], "d"),
    ([hash, secret, Field("d", [0, 0, 0])], "d"),
    ([Field("p", [UInt8](repeating: 1, count: 52)), secret, text], "p"),
    (also(.bytes("n", [4] + [UInt8](repeating: 0, count: 32))), "n"),
    (also(.filled("r", 0, 51)), "r"), (also(.filled("r", 2, 50)), "r"), (also(Field("r", [])), "r"),
  ]

  private static let lacking: [([Field], Bolt11Refusal)] = [
    ([secret, text], .missing("p")), ([hash, text], .missing("s")), ([hash, secret], .missing("d")),
    ([Field("p", hash.words.dropLast()), secret, text], .missing("p")),
    (also(.filled("h", 0, 32)), .twoDescriptions),
    (also(Field("9", [1, 0, 0])), .unknownFeature(10)), (also(Field("9", [1])), .unknownFeature(0)),
    (also(Field("q", [], length: 1)), .short), (also(Field("q", [1], length: 1_023)), .short),
  ]

  @Test(arguments: broken.map { ($0.0, Bolt11Refusal.badField($0.1)) } + lacking)
  func refuses(_ fields: [Field], _ refusal: Bolt11Refusal) throws {
    let text = try Self.signed(fields)
    #expect(throws: refusal) { try Bolt11Invoice(decoding: text.span) }
  }

  /// Core Lightning writes one word, the specification none.
  @Test(arguments: [[], [0]] as [[UInt8]]) func takesZero(_ words: [UInt8]) throws {
    let text = try Self.signed(Self.also(Field("x", words), Field("c", words)))
    let invoice = try Bolt11Invoice(decoding: text.span)
    #expect(invoice.expirySeconds == 0 && invoice.minFinalCLTV == 0 && invoice.expiresAtS == invoice.timestampS)
  }

  /// Beside a right field a second one, one of another length, an unknown one: as if they were not there.
  @Test(arguments: [
    also(.filled("p", 9, 32)), also(.bytes("d", Array("free".utf8))), [Field("p", [1])] + usual,
    also(Field("h", [])), also(Field("n", [UInt8](repeating: 9, count: 52))), also(Field("q", [31, 31])),
    also(Field("f", [19, 1, 1])), also(Field("f", [])), also(Field("f", [17, 0, 0])), also(Field("9", [])),
    also(Field("9", [2])),
  ])
  func readsOver(_ fields: [Field]) throws {
    let text = try Self.signed(fields)
    let invoice = try Bolt11Invoice(decoding: text.span)
    #expect(invoice.paymentHash.bytes == [UInt8](repeating: 7, count: 32) && invoice.description == .text("honk"))
    #expect(invoice.fallbacks.isEmpty)
  }

  @Test func needsRoomForASignature() throws {
    let prefix = Array("lnbc".utf8)
    for count in [0, 7, 104, 110] {
      let text = Bech32.encode(.init(prefix: prefix, words: [UInt8](repeating: 0, count: count)))
      #expect(throws: Bolt11Refusal.short) { try Bolt11Invoice(decoding: text.span) }
    }
    let long = Bech32.encode(.init(prefix: prefix, words: [UInt8](repeating: 0, count: 7_089)))
    #expect(throws: Bolt11Refusal.notBech32(.long(limit: 7_089, had: 7_100))) {
      try Bolt11Invoice(decoding: long.span)
    }
  }
}
