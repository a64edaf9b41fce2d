import Primitives
import Testing

@testable import Cryptography

@Suite struct SignedDigitsTests {
  private static var numbers: [Bytes32] {
    var draw = Drawn(seed: 3)
    let one = Bytes32.zero.flipping(0)
    let edges = [
      Bytes32.zero, one, one.adding(one), .groupOrder, Bytes32.zero.flipping(252), Bytes32.zero.flipping(253),
      Bytes32(littleEndianWords: (.max, .max, .max, .max >> 2)), Bytes32(littleEndianWords: (.max, .max, 0, 0)),
      Bytes32(littleEndianWords: (0, 0, .max, 1)), Bytes32(littleEndianWords: (0, 0, 0, .max >> 2)),
    ]
    return edges + (0..<200).map { _ in SodiumCurve.reduce(draw.bytes32(), draw.bytes32()) }
  }

  @Test(arguments: 2...8)
  func addUpToTheNumber(_ width: Int) {
    for number in Self.numbers {
      let digits = SignedDigits(number, width: width).digits
      // Horner's rule modulo 2²⁵⁶, a digit below zero as its complement.
      var sum = Bytes32.zero
      for place in (0..<256).reversed() {
        let digit = Int64(digits[place])
        let sign = UInt64(bitPattern: digit >> 63)
        sum = sum.adding(sum).adding(Bytes32(littleEndianWords: (UInt64(bitPattern: digit), sign, sign, sign)))
      }
      #expect(sum == number)
    }
  }

  @Test(arguments: 2...8)
  func areOddAndFarApart(_ width: Int) {
    for number in Self.numbers {
      let digits = SignedDigits(number, width: width).digits
      var last = -width
      for place in 0..<256 where digits[place] != 0 {
        #expect(digits[place] & 1 == 1)
        #expect(abs(Int(digits[place])) < 1 << (width - 1))
        #expect(place - last >= width)
        last = place
      }
    }
  }
}
