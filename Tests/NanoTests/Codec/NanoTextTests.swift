import Cryptography
import Primitives
import Testing

@testable import Nano

/// What is read and written many characters at a time says the same as what goes one by one.
@Suite struct NanoTextTests {
  private static let key = Sodium.Blake2b.hash([1, 2, 3].span)

  /// Every byte at every place of otherwise good digits: read where all are digits, refused where one is none.
  @Test func readsEitherCaseAndNothingElseInEveryPlace() throws {
    for text in [Self.key.hexDigits(), Self.key.hexDigits(uppercase: true)] {
      for place in 0..<64 {
        for byte in UInt8.min...UInt8.max {
          var changed = text
          changed[place] = byte
          let wanted = try? Hex.bytes32(changed.span)
          let read = try? NanoText.bytes32(changed.span, "hash")
          if read != wanted { Issue.record("\(byte) at \(place) was read as \(read?.hex() ?? "nothing")") }
        }
      }
    }
  }

  @Test func readsEveryPairOfDigits() throws {
    let digits = Array("0123456789abcdefABCDEF".utf8)
    for first in digits {
      for second in digits {
        let text = (0..<32).flatMap { _ in [first, second] }
        #expect(try NanoText.bytes32(text.span, "hash") == Hex.bytes32(text.span))
      }
    }
  }

  @Test(arguments: [0, 1, 16, 63, 65, 128]) func hasExactlySixtyFourDigits(_ count: Int) {
    let text = [UInt8](repeating: 0x61, count: count)
    #expect(throws: NanoRefusal.badLength("hash")) { try NanoText.bytes32(text.span, "hash") }
  }

  /// The two ways to read and to write an address, one of them shared with every other text of this form.
  @Test(arguments: 0..<64) func writesAnAddressAsCharacterByCharacter(_ seed: Int) throws {
    let base32 = Base32(alphabet: NanoAddress.alphabet)
    // Runs of ones and zeros across every border between groups, and keys of no form.
    let bits = UInt64.max >> UInt64(seed)
    for key in [
      Sodium.Blake2b.hash([UInt8(seed)].span), Bytes32(words: bits, ~bits, bits, ~bits),
      Bytes32(words: 0, bits, 0, ~bits), Bytes32(words: ~bits, ~bits, bits, bits),
    ] {
      let text = NanoAddress.ascii(key)
      #expect(Array(text[5..<57]) == base32.encode(key.bytes.span))
      #expect(try NanoAddress.decode(text.span) == key)
      #expect(try base32.bytes32(Array(text[5..<57]).span) == key)
    }
  }

  /// What is wrong, and where, is said as by the reading of single characters.
  @Test func complainsOfTheFirstStrangeCharacter() {
    let text = NanoAddress.ascii(Self.key)
    for place in 0..<52 {
      for byte in [0x00, 0x30, 0x32, 0x4e, 0x6c, 0x76, 0x7f, 0x80, 0xff] as [UInt8] {
        var changed = text
        changed[5 + place] = byte
        // A second one behind it is not spoken of.
        changed[5 + 51] = byte
        #expect(throws: Refusal.badCharacter(at: place)) { try NanoAddress.decode(changed.span) }
      }
    }
    for first in "456789abcdefghijkmnopqrstuwxyz".utf8 {
      var changed = text
      changed[5] = first
      #expect(throws: Refusal.notCanonical) { try NanoAddress.decode(changed.span) }
    }
  }

  @Test func worksOfAllDigitsArePrinted() {
    for nonce in [0, 1, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, .max] as [UInt64] {
      let digits = String(nonce, radix: 16)
      #expect(Work(nonce: nonce).hex == String(repeating: "0", count: 16 - digits.count) + digits)
    }
  }
}
