import Primitives
import Testing

@testable import Cryptography

@Suite struct EdwardsPointTests {
  /// A point from any encoding of one, small orders and all, by the equation of the curve alone.
  private static func decode(_ bytes: Bytes32) throws -> EdwardsPoint {
    let y = try #require(Field25519(canonical: bytes))
    let (up, down) = (y.squared - .one, EdwardsPoint.d * y.squared + .one)
    var x = Field25519.zero
    if !(up == .zero) {
      let inverse = try #require((up * down).inverseSquareRoot)
      x = up * inverse
    }
    if x.isNegative != (bytes[31] & 0x80 != 0) { x = x * .minusOne }
    return EdwardsPoint(x: x, y: y, z: .one, t: x * y)
  }

  /// Pairs of points: of prime order, with parts of small order, equal, opposite, neutral.
  private static func pairs() throws -> [(Bytes32, Bytes32)] {
    var draw = Drawn(seed: 4)
    var points = SodiumCurve.smallOrder
    for small in SodiumCurve.smallOrder + SodiumCurve.smallOrder {
      let point = try #require(SodiumCurve.point(from: draw.bytes32()))
      points.append(try #require(SodiumCurve.add(point, small)))
      points.append(point)
      points.append(point.flipping(255))
    }
    return points.flatMap { a in points.map { (a, $0) } }
  }

  @Test func addsLikeTheLibrary() throws {
    for (a, b) in try Self.pairs() {
      let (one, other) = try (Self.decode(a), Self.decode(b))
      let sum = try #require(SodiumCurve.add(a, b))
      let difference = try #require(SodiumCurve.subtract(a, b))
      #expect((one + other.addend).extended.projective.encoded == sum)
      #expect((one + -other.addend).projective.encoded == difference)
      #expect((one + other.affineAddend).projective.encoded == sum)
      #expect((one + -other.affineAddend).extended.projective.encoded == difference)
    }
  }

  @Test func doublesLikeTheLibrary() throws {
    for (a, _) in try Self.pairs() {
      let doubled = try Self.decode(a).projective.doubled
      #expect(doubled.projective.encoded == SodiumCurve.add(a, a))
      // Once more, now with a Z that is not one.
      let four = try #require(SodiumCurve.add(a, a).flatMap { SodiumCurve.add($0, $0) })
      #expect(doubled.projective.doubled.projective.encoded == four)
      #expect((doubled.extended + doubled.extended.addend).projective.encoded == four)
      #expect((doubled.extended + doubled.extended.affineAddend).projective.encoded == four)
    }
  }

  @Test func encodesTheNeutralPoint() { #expect(EdwardsPoint.Projective.neutral.encoded == SodiumCurve.neutral) }

  @Test func basePointIsThatOfTheStandard() throws {
    // RFC 8032 section 5.1: y = 4/5, x even.
    let base = try Hex.bytes32("5866666666666666666666666666666666666666666666666666666666666666")
    #expect(BasePoint.point.projective.encoded == base)
    #expect(BasePoint.point.y * Field25519(5) == Field25519(4))
    #expect(BasePoint.point.t == BasePoint.point.x * BasePoint.point.y)
    #expect(SodiumCurve.base(times: Bytes32.zero.flipping(0)) == base)
  }

  @Test func basePointHasItsMultiples() throws {
    let neutral = EdwardsPoint(x: .zero, y: .one, z: .one, t: .zero)
    for index in 0..<128 {
      let factor = 2 * index - 127
      let magnitude = Bytes32(littleEndianWords: (UInt64(abs(factor)), 0, 0, 0))
      let positive = try #require(SodiumCurve.base(times: magnitude))
      let made = (neutral + BasePoint.oddMultiples[index]).projective.encoded
      #expect(made == (factor > 0 ? positive : positive.flipping(255)), "\(factor)")
    }
  }

  // MARK: Keys

  @Test func takesKeysLikeTheLibrary() throws {
    var draw = Drawn(seed: 5)
    var taken = 0
    for _ in 0..<600 {
      let bytes = draw.bytes32()
      let isValid = SodiumCurve.isValid(bytes)
      #expect((EdwardsPoint(key: bytes) != nil) == isValid, "\(bytes.bytes)")
      taken += isValid ? 1 : 0
    }
    // One number in two is the y of a point, one point in eight has prime order.
    #expect(taken > 10)
  }

  @Test func takesOnlyThePointOfPrimeOrderBesideEachOther() throws {
    var draw = Drawn(seed: 6)
    for _ in 0..<100 {
      let point = try #require(SodiumCurve.point(from: draw.bytes32()))
      let key = try #require(EdwardsPoint(key: point))
      #expect(key.projective.encoded == point)
      #expect(key.t == key.x * key.y)
      for small in SodiumCurve.smallOrder.dropFirst() {
        let beside = try #require(SodiumCurve.add(point, small))
        #expect(EdwardsPoint(key: beside) == nil, "\(beside.bytes)")
        #expect(!Ed25519Blake2b.isValidKey(beside))
      }
    }
    for small in SodiumCurve.smallOrder { #expect(EdwardsPoint(key: small) == nil) }
  }

  @Test(arguments: 0..<19 as Range<UInt64>)
  func takesNoSecondSpelling(_ beyond: UInt64) {
    for last: UInt64 in [.max >> 1, .max] {
      let bytes = Bytes32(littleEndianWords: (.max - 18 + beyond, .max, .max, last))
      #expect(EdwardsPoint(key: bytes) == nil)
      #expect(!SodiumCurve.isValid(bytes))
    }
  }

  // MARK: Multiples

  @Test func multipliesLikeTheLibrary() throws {
    var draw = Drawn(seed: 7)
    let one = Bytes32.zero.flipping(0)
    let last = SodiumCurve.negateScalar(one)
    var scalars = [one, last, one.adding(one), Bytes32.zero.flipping(251), Bytes32.zero.flipping(252)]
    scalars += (0..<60).map { _ in SodiumCurve.reduce(draw.bytes32(), draw.bytes32()) }
    for (s, k) in zip(scalars, scalars.reversed()) {
      let point = try #require(SodiumCurve.point(from: draw.bytes32()))
      let key = try #require(EdwardsPoint(key: point))
      let ofBase = try #require(SodiumCurve.base(times: s))
      let ofPoint = try #require(SodiumCurve.multiply(point, by: k))
      let expected = try #require(SodiumCurve.subtract(ofBase, ofPoint))
      #expect(key.subtracted(times: k, fromBaseTimes: s).encoded == expected)
      #expect(key.subtracted(times: s, fromBaseTimes: k).encoded != expected || s == k)
    }
  }

  @Test func multipliesByZero() throws {
    let n = SodiumCurve.reduce(.zero.flipping(3))
    let point = try #require(SodiumCurve.base(times: Bytes32.zero.flipping(7)))
    let key = try #require(EdwardsPoint(key: point))
    #expect(key.subtracted(times: .zero, fromBaseTimes: .zero).encoded == SodiumCurve.neutral)
    #expect(key.subtracted(times: .zero, fromBaseTimes: n).encoded == SodiumCurve.base(times: n))
    #expect(key.subtracted(times: n, fromBaseTimes: .zero).encoded == SodiumCurve.multiply(point, by: n)?.flipping(255))
    // 128·8 = 1024: the two parts take each other away.
    #expect(key.subtracted(times: n, fromBaseTimes: .zero.flipping(10)).encoded == SodiumCurve.neutral)
  }
}
