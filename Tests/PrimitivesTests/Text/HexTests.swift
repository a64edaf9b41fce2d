import Primitives
import Testing

@Suite struct HexTests {
  @Test func encodesEveryByte() {
    #expect(Hex.encode([0x00, 0x0f, 0x9a, 0xff]) == "000f9aff")
    #expect(Hex.encode([0x00, 0x0f, 0x9a, 0xff], uppercase: true) == "000F9AFF")
    #expect(Hex.encode([]) == "")
  }

  @Test func decodesEitherCase() throws {
    let all = (0...255).map { UInt8($0) }
    #expect(try Hex.decode(Hex.encode(all)) == all)
    #expect(try Hex.decode(Hex.encode(all, uppercase: true)) == all)
  }

  @Test(arguments: (0...255).map { UInt8($0) })
  func takesDigitsAndNothingElse(_ byte: UInt8) {
    let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
    let text: [UInt8] = [0x30, 0x30, 0x30, byte]
    if isDigit {
      #expect(throws: Never.self) { try Hex.decode(text.span) }
    } else {
      #expect(throws: Refusal.badCharacter(at: 3)) { try Hex.decode(text.span) }
      let high: [UInt8] = [byte, 0x30]
      #expect(throws: Refusal.badCharacter(at: 0)) { try Hex.decode(high.span) }
    }
  }

  @Test func refusesHalfAByte() {
    #expect(throws: Refusal.notCanonical) { try Hex.decode("abc") }
  }

  @Test func reads32Bytes() throws {
    let digits = "991CF190094C00F0B68E2E5F75F6BEE95A2E0BD93CEAA4A6734DB9F19B728948"
    #expect(try Hex.bytes32(digits).hex(uppercase: true) == digits)
    #expect(try Hex.bytes32(digits.lowercased()) == Hex.bytes32(digits))
    #expect(throws: Refusal.short(needed: 64, had: 63)) { try Hex.bytes32(String(digits.dropLast())) }
    #expect(throws: Refusal.long(limit: 64, had: 65)) { try Hex.bytes32(digits + "0") }
    #expect(throws: Refusal.badCharacter(at: 63)) { try Hex.bytes32(String(digits.dropLast()) + "g") }
  }
}
