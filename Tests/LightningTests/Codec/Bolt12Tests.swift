import Cryptography
import Lightning
import Primitives
import Testing

@Suite struct Bolt12Tests {
  /// The base point of the curve.
  private static let key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

  private static func text(_ hex: String, prefix: String = "lno") throws -> String {
    let bytes = try Hex.decode(hex)
    let words = FiveBitWords.words(of: bytes.span)
    let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
    return prefix + "1" + String(words.map { alphabet[Int($0)] })
  }

  @Test func readsAllItKnows() throws {
    let chain = String(repeating: "ab", count: 32)
    let offer = try Bolt12Offer(
      Self.text(
        "0220\(chain)" + "0403010203" + "08020bb8" + "0a0161" + "0c0102" + "0e0401000000" + "100101" + "120162"
          + "140105" + "1621\(Self.key)" + "fe3b9aca0101ff"
      )
    )
    #expect(offer.chains.map { $0.hex() } == [chain] && offer.metadata == [1, 2, 3] && offer.amount == .msat(3_000))
    #expect(offer.description == "a" && offer.features == [2] && offer.absoluteExpiryS == 1 << 24 && offer.hasPaths)
    #expect(offer.issuer == "b" && offer.quantityMax == 5 && offer.issuerID?.hex == Self.key)
    #expect(!offer.isExpired(atS: 1 << 24) && offer.isExpired(atS: 1 << 24 + 1))
  }

  /// `KEY` stands for a key, `NULL` for 31 zero bytes.
  private static let refused: [(String, Bolt12Refusal)] = [
    ("1621KEY1621KEY", .badOrder), ("1621KEY0a0161", .badOrder), ("16fd0021KEY", .badStream), ("fd00160a", .badStream),
    ("fe0000ffff00", .badStream), ("ff00000000ffffffff00", .badStream), ("1621", .badStream), ("16", .badStream),
    ("fd01", .badStream), ("16ffffffffffffffffffKEY", .badStream),
    ("0000", .unknownType(0)), ("1621KEY1800", .unknownType(24)), ("1621KEY5000", .unknownType(80)),
    ("1621KEY5100", .unknownType(81)), ("1621KEYfe3b9aca0200", .unknownType(1_000_000_002)),
    ("1621KEYfe7735940100", .unknownType(2_000_000_001)),
    ("021fNULL1621KEY", .badRecord(2)), ("02001621KEY", .badRecord(2)), ("0802000a0a01611621KEY", .badRecord(8)),
    ("08090100000000000000000a01611621KEY", .badRecord(8)), ("06037573640801010a01611621KEY", .badRecord(6)),
    ("060255530801010a01611621KEY", .badRecord(6)), ("0801011621KEY", .incomplete),
    ("06035553440a01611621KEY", .incomplete), ("0c01011621KEY", .badRecord(12)), ("10001621KEY", .badRecord(16)),
    ("1201ff1621KEY", .badRecord(18)), ("0e0200011621KEY", .badRecord(14)), ("16210200NULL", .badRecord(22)),
    ("162002NULL", .badRecord(22)), ("0a0161", .noIssuer), ("", .noIssuer),
  ]

  @Test(arguments: refused)
  func refuses(_ hex: String, _ refusal: Bolt12Refusal) throws {
    let nothing = String(repeating: "00", count: 31)
    let text = try Self.text(hex.replacing("KEY", with: Self.key).replacing("NULL", with: nothing))
    #expect(throws: refusal) { try Bolt12Offer(text) }
  }

  @Test func refusesOtherTexts() throws {
    let good = try Self.text("0a01611621\(Self.key)")
    #expect(throws: Never.self) { try Bolt12Offer(good) }
    for prefix in ["lnr", "lni", "lnbc", ""] {
      let text = try Self.text("1621\(Self.key)", prefix: prefix)
      #expect(throws: Bolt12Refusal.notOffer) { try Bolt12Offer(text) }
    }
    #expect(throws: Bolt12Refusal.notBech32(.notCanonical)) { try Bolt12Offer(good + "Q") }
    #expect(throws: Bolt12Refusal.notBech32(.badCharacter(at: 60))) {
      try Bolt12Offer(good.prefix(60) + "b" + good.dropFirst(61))
    }
    // A whole word more, and a bit where there should be none.
    #expect(throws: Bolt12Refusal.notBech32(.notCanonical)) { try Bolt12Offer(good + "q") }
    #expect(throws: Bolt12Refusal.notBech32(.notCanonical)) { try Bolt12Offer(good.dropLast() + "l") }
    for text in ["+" + good, good + "+", good.prefix(9) + "++" + good.dropFirst(9), " " + good, good + "\n", "lno 1"] {
      #expect(throws: Bolt12Refusal.badJoint) { try Bolt12Offer(String(text)) }
    }
    #expect(throws: Bolt12Refusal.tooLong) { try Bolt12Offer(good + String(repeating: "q", count: 16_384)) }
  }
}
