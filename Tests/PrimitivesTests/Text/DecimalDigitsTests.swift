import Primitives
import Testing

@Suite struct DecimalDigitsTests {
  static let right: [(String, UInt128)] = [
    ("0", 0), ("9", 9), ("10", 10), ("9007199254740991", 1 << 53 - 1), ("18446744073709551615", UInt128(UInt64.max)),
    ("18446744073709551616", 1 << 64), ("10000000000000000000", 10_000_000_000_000_000_000),
    ("100000000000000000000000000000000000000", UInt128("100000000000000000000000000000000000000") ?? 0),
    ("340282366920938463463374607431768211455", .max),
  ]

  @Test(arguments: right)
  func readsAndWrites(_ text: String, _ value: UInt128) {
    let digits = Array(text.utf8)
    #expect(DecimalDigits.uint128(digits.span) == value)
    #expect(DecimalDigits.uint64(digits.span) == UInt64(exactly: value))
    var out: [UInt8] = []
    DecimalDigits.append(value, to: &out)
    #expect(out == digits)
  }

  @Test(arguments: [
    "", "00", "01", "-0", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "a", "1_000", "١",
    "340282366920938463463374607431768211456", "1000000000000000000000000000000000000000",
    "999999999999999999999999999999999999999",
  ])
  func refusesOtherSpellings(_ text: String) {
    #expect(DecimalDigits.uint128(Array(text.utf8).span) == nil)
    #expect(DecimalDigits.uint64(Array(text.utf8).span) == nil)
  }

  @Test func writesEveryLength() {
    var value: UInt128 = 1
    for digit in 1...38 {
      var out: [UInt8] = []
      DecimalDigits.append(value, to: &out)
      #expect(out.count == digit)
      #expect(DecimalDigits.uint128(out.span) == value)
      value = value * 10 + UInt128(digit % 10)
    }
  }
}
