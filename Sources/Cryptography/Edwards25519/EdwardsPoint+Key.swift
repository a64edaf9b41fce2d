import Primitives

extension EdwardsPoint {
  /// The point that 32 bytes encode (RFC 8032 section 5.1.3), if an honest owner can have it as a key.
  ///
  /// Nil for bytes that are no point, for a second spelling of a point, and for every point outside the group of prime
  /// order or neutral in it: those of small order and those with a part of small order.
  init?(key: Bytes32) {
    guard let y = Field25519(canonical: key) else { return nil }
    // The equation of the curve says x² = (1 − y²) / −(1 + d·y²). Both sides of that fraction are squares where the
    // point is twice another one, as all of prime order are; the second is never 0, since −1/d is no square.
    let yy = y.squared
    let (m2, n2) = (Field25519.one - yy, -(Self.d * yy + .one))
    guard let mInverse = m2.inverseSquareRoot, let nInverse = n2.inverseSquareRoot else { return nil }
    let (m, n) = (m2 * mInverse, n2 * nInverse)
    guard Self.isOfPrimeOrder(y: y, m: m, n: n) else { return nil }
    let root = m * nInverse
    let x = root.isNegative == (key[31] & 0x80 != 0) ? root : root * .minusOne
    self.init(x: x, y: y, z: .one, t: x * y)
  }

  /// Whether a point has prime order, of which m² = 1 − y², n² = −(1 + d·y²).
  ///
  /// Multiplying by the order says the same and costs several times as much. Instead:
  ///
  /// 1. On the Montgomery form v² = u³ + Au² + u, A = 486662, the point has u = (1 + y)/(1 − y) = w² with
  ///    w = m/(1 − y), and v = w·z with z = cn/(1 − y), c² = −(A + 2).
  /// 2. The dual of the isogeny φ with kernel (0, 0) goes from E′: Y² = X(X − a)(X − b), a = A + 2, b = A − 2, to this
  ///    curve. Since u is a square the point has images under it: Q with X = A + 2u + 2z, Y = 2wX, and Q + (0, 0).
  /// 3. The rational points of E′ are ℤ/4 × ℤ/2 × a group of prime order, and a point of prime order has one of prime
  ///    order above it. The Tate pairings with (0, 0) and with a point D of order 4 tell whether Q is one: with (0, 0)
  ///    it is the quadratic character of X, with D, where 2D = (a, 0) and X(D) = a + 2s, s² = a, it is the quartic
  ///    character of f(Q) = (Y − (s + 2)(X − a))² / (X − a).
  /// 4. X(Q)·X(Q + (0, 0)) = ab is no square, so one of the two always passes the first. The second does not tell them
  ///    apart, as s is chosen of its two values so that the pairing of (0, 0) with D is one. So it alone decides.
  ///
  /// Without denominators, and up to fourth powers, f(Q) = 2K²·(1 − y)·q³ with q = 2y + cn and
  /// K = (a(1 − y) + 2q)·m − (s + 2)·q·(1 − y). Only points of small order make it 0, which is no fourth power here.
  private static func isOfPrimeOrder(y: Field25519, m: Field25519, n: Field25519) -> Bool {
    let v = Field25519.one - y
    // Multiplied by one so that all that follows is made of tight numbers.
    let q = (y + y + c * n) * .one
    let k = (Field25519(486_664) * v + q + q) * m - sPlusTwo * q * v
    // The limbs of v are below 2⁵³, so its double is still a factor.
    return (k.squared * (v + v) * (q.squared * q)).isFourthPower
  }

  /// −121665/121666, the constant of the curve.
  static var d: Field25519 {
    Field25519(0x34DCA135978A3, 0x1A8283B156EBD, 0x5E7A26001C029, 0x739C663A03CBB, 0x52036CEE2B6FF)
  }

  /// A square root of −486664.
  static var c: Field25519 {
    Field25519(0x604AAFF457E06, 0x2296FA350598D, 0x7F13DFB16874F, 0x35DE93D846E01, 0xF26EDF460A00)
  }

  /// s + 2, where s² = 486664 and s(s + 2) is no square.
  static var sPlusTwo: Field25519 {
    Field25519(0x5B7106377BBDA, 0x71AF6AD9382CB, 0x2D64427297B8, 0x6A81EF02C4294, 0x141B0B6806563)
  }
}
