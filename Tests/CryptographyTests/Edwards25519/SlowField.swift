@testable import Cryptography

/// Numbers modulo p = 2²⁵⁵ − 19 that can only be added: slow, and too simple to be wrong in the same way.
struct SlowField: Equatable {
  /// Four little-endian words, below p.
  let words: [UInt64]

  private static let prime: [UInt64] = [.max - 18, .max, .max, .max >> 1]

  init(_ words: [UInt64]) { self.words = Self.reduced(words) }

  /// What the limbs say, whatever their size.
  init(_ number: Field25519) {
    var sum = SlowField([0, 0, 0, 0])
    for limb in [number.l4, number.l3, number.l2, number.l1, number.l0] {
      for _ in 0..<51 { sum = sum + sum }
      sum = sum + SlowField([limb, 0, 0, 0])
    }
    self = sum
  }

  static func + (a: SlowField, b: SlowField) -> SlowField {
    var carry = false
    let sum = (0..<4).map { i in
      let (first, over) = a.words[i].addingReportingOverflow(b.words[i])
      let (second, overAgain) = first.addingReportingOverflow(carry ? 1 : 0)
      carry = over || overAgain
      return second
    }
    return SlowField(sum)
  }

  static func * (a: SlowField, b: SlowField) -> SlowField {
    var sum = SlowField([0, 0, 0, 0])
    for bit in (0..<256).reversed() {
      sum = sum + sum
      if b.words[bit / 64] >> UInt64(bit % 64) & 1 == 1 { sum = sum + a }
    }
    return sum
  }

  /// Takes p off until what is left is below it: at most twice for 256 bits.
  private static func reduced(_ words: [UInt64]) -> [UInt64] {
    var words = words
    while !words.reversed().lexicographicallyPrecedes(prime.reversed()) {
      var borrow = false
      words = (0..<4).map { i in
        let (first, under) = words[i].subtractingReportingOverflow(prime[i])
        let (second, underAgain) = first.subtractingReportingOverflow(borrow ? 1 : 0)
        borrow = under || underAgain
        return second
      }
    }
    return words
  }
}
