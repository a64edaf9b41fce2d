import Primitives
import Testing

@testable import Cryptography

@Suite struct Field25519Tests {
  /// The largest limbs that a factor may have.
  private static let largest = Field25519(1 << 54 - 1, 1 << 54 - 1, 1 << 54 - 1, 1 << 54 - 1, 1 << 54 - 1)
  /// The largest limbs that a product may have.
  private static let largestTight = Field25519(
    1 << 51 + 1 << 13 - 1,
    1 << 51 + 1 << 13 - 1,
    1 << 51 + 1 << 13 - 1,
    1 << 51 + 1 << 13 - 1,
    1 << 51 + 1 << 13 - 1
  )

  private static func words(_ number: Field25519) -> [UInt64] {
    let words = number.words
    return [words.0, words.1, words.2, words.3]
  }

  /// A number whose limbs are below 2^`bits`.
  private static func drawn(_ draw: inout Drawn, bits: UInt64 = 51) -> Field25519 {
    let mask: UInt64 = 1 << bits - 1
    return Field25519(
      draw.next() & mask,
      draw.next() & mask,
      draw.next() & mask,
      draw.next() & mask,
      draw.next() & mask
    )
  }

  /// Numbers of every size that a factor may have, the edges among them.
  private static func factors(_ count: Int) -> [Field25519] {
    var draw = Drawn(seed: 0xF1E1D)
    let edges: [Field25519] = [
      .zero, .one, .minusOne, -Field25519.one, .rootOfMinusOne, largest, largestTight, largestTight + largestTight,
      -(largestTight + largestTight),
      // p itself.
      Field25519(1 << 51 - 19, 1 << 51 - 1, 1 << 51 - 1, 1 << 51 - 1, 1 << 51 - 1),
    ]
    return edges + (0..<count).map { _ in drawn(&draw, bits: 54) }
  }

  @Test func multipliesLikeRepeatedAddition() {
    let factors = Self.factors(30)
    for distance in [0, 1, 3, 10] {
      for (a, b) in zip(factors, factors.dropFirst(distance)) {
        #expect(Self.words(a * b) == (SlowField(a) * SlowField(b)).words, "\(a) \(b)")
      }
    }
  }

  @Test func squaresLikeRepeatedAddition() {
    for a in Self.factors(30) {
      #expect(Self.words(a.squared) == (SlowField(a) * SlowField(a)).words, "\(a)")
      #expect(Self.words(a) == SlowField(a).words, "\(a)")
    }
  }

  /// What comes out may go in again without a thought.
  @Test func productsAreTight() {
    for a in Self.factors(100) {
      for product in [a * a, a.squared, a * Self.largest, a * Self.largestTight] {
        let limbs = [product.l0, product.l1, product.l2, product.l3, product.l4]
        #expect(limbs.allSatisfy { $0 < 1 << 51 + 1 << 13 }, "\(a) \(limbs)")
      }
    }
  }

  @Test func addsAndSubtracts() {
    var draw = Drawn(seed: 1)
    let most = Self.largestTight + Self.largestTight
    for _ in 0..<50 {
      let (a, b) = (Self.drawn(&draw), Self.drawn(&draw))
      #expect(Self.words(a + b) == (SlowField(a) + SlowField(b)).words)
      #expect(SlowField(a - b) + SlowField(b) == SlowField(a))
      #expect(SlowField(a - most) + SlowField(most) == SlowField(a))
      #expect(SlowField(-b) + SlowField(b) == SlowField(.zero))
    }
  }

  @Test func invertsAllButZero() {
    for a in Self.factors(40) where !(a == .zero) { #expect(a * a.inverse == .one, "\(a)") }
    #expect(Field25519.zero.inverse == .zero)
  }

  /// Of the numbers but 0 each second is a square, and of a square both roots are one another's negative.
  @Test func takesInverseRootsOfSquaresOnly() throws {
    let two = Field25519(2)
    for a in Self.factors(60) where !(a == .zero) {
      let root = try #require(a.squared.inverseSquareRoot)
      #expect(root.squared * a.squared == .one)
      #expect(root * a == .one || root * a == .minusOne)
      // 2 is no square, since p is 5 modulo 8.
      #expect((a.squared * two).inverseSquareRoot == nil)
    }
    #expect(Field25519.zero.inverseSquareRoot == nil)
  }

  @Test func knowsFourthPowers() {
    for a in Self.factors(60) where !(a == .zero) {
      let fourth = a.squared.squared
      #expect(fourth.isFourthPower)
      // −1 and its roots: −1 is a square and no fourth power, 2 is not even a square.
      #expect(!(fourth * .minusOne).isFourthPower)
      #expect(!(fourth * Field25519(2)).isFourthPower)
    }
    #expect(!Field25519.zero.isFourthPower)
  }

  @Test func constantsAreWhatTheyAreCalled() {
    #expect(Field25519.minusOne + .one == .zero)
    #expect(Field25519.rootOfMinusOne.squared == .minusOne)
    #expect(!Field25519.rootOfMinusOne.isNegative)
    #expect(EdwardsPoint.d * Field25519(121_666) == -Field25519(121_665))
    #expect(EdwardsPoint.c.squared == -Field25519(486_664))
    let s = EdwardsPoint.sPlusTwo - Field25519(2)
    #expect(s.squared == Field25519(486_664))
    #expect((s * EdwardsPoint.sPlusTwo).inverseSquareRoot == nil)
  }

  /// 2²⁵⁵ − 19 − n, for the numbers around the end of the field: below p, a number; from p on, a second spelling.
  @Test(arguments: 0..<39)
  func readsOneSpellingOfEachNumber(_ place: Int) throws {
    let distance = place - 19
    // p − 1 − distance for a distance of 0 and more.
    let low = UInt64(bitPattern: Int64(-20 - distance))
    let bytes = Bytes32(littleEndianWords: (low, .max, .max, .max >> 1))
    let number = Field25519(canonical: bytes)
    #expect((number != nil) == (distance >= 0))
    // The last bit is not the number's.
    #expect((Field25519(canonical: bytes.flipping(255)) != nil) == (distance >= 0))
    if let number { #expect(Self.words(number) == [low, .max, .max, .max >> 1]) }
  }

  @Test func readsWhatItWrites() throws {
    var draw = Drawn(seed: 2)
    for _ in 0..<200 {
      var words = draw.bytes32().littleEndianWords
      words.3 &= .max >> 1
      let number = try #require(Field25519(canonical: Bytes32(littleEndianWords: words)))
      #expect(Self.words(number) == [words.0, words.1, words.2, words.3])
      #expect(number.isNegative == (words.0 & 1 == 1))
    }
  }
}
