/// A number modulo p = 2²⁵⁵ − 19, the field over which Curve25519 and its Edwards form are drawn.
///
/// For public values only: nothing here takes care to run in constant time.
///
/// The number is Σ lᵢ·2⁵¹ⁱ. A limb may be larger than 51 bits for a while: a product's limbs are below 2⁵¹ + 2¹³
/// ("tight"), a factor's may be anything below 2⁵⁴. Sums and differences are not carried, so their depth is bounded by
/// hand: each operation says what it takes and what it leaves.
///
/// `UInt128` is made of words by the initializer with the underscores, since the one without is generic: unoptimised
/// builds would spend most of their time in it.
struct Field25519 {
  var l0, l1, l2, l3, l4: UInt64

  @inline(__always)
  init(_ l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64, _ l4: UInt64) {
    (self.l0, self.l1, self.l2, self.l3, self.l4) = (l0, l1, l2, l3, l4)
  }

  /// A number below 2⁵¹.
  init(_ small: UInt64) { self.init(small, 0, 0, 0, 0) }

  static var zero: Field25519 { Field25519(0) }
  static var one: Field25519 { Field25519(1) }

  /// The bits of one limb.
  static var mask: UInt64 { 0x7_FFFF_FFFF_FFFF }

  /// The sum; each limb of it is the sum of two limbs.
  @inline(__always)
  static func + (a: Field25519, b: Field25519) -> Field25519 {
    Field25519(a.l0 &+ b.l0, a.l1 &+ b.l1, a.l2 &+ b.l2, a.l3 &+ b.l3, a.l4 &+ b.l4)
  }

  /// The difference, for `a` below 2⁵³ and `b` at most the sum of two tight numbers; its limbs are below 2⁵⁴.
  ///
  /// Adds 4p first, so that no limb falls below zero.
  @inline(__always)
  static func - (a: Field25519, b: Field25519) -> Field25519 {
    let lowest: UInt64 = 0x1F_FFFF_FFFF_FFB4
    let other: UInt64 = 0x1F_FFFF_FFFF_FFFC
    return Field25519(
      a.l0 &+ lowest &- b.l0,
      a.l1 &+ other &- b.l1,
      a.l2 &+ other &- b.l2,
      a.l3 &+ other &- b.l3,
      a.l4 &+ other &- b.l4
    )
  }

  /// 0 − a, with the bounds of a difference.
  @inline(__always)
  static prefix func - (a: Field25519) -> Field25519 { .zero - a }

  /// The product, tight, of factors whose limbs are below 2⁵⁴.
  ///
  /// What lies beyond 2²⁵⁵ comes back at the bottom nineteenfold.
  @inline(__always)
  static func * (a: Field25519, b: Field25519) -> Field25519 {
    let (b1, b2, b3, b4) = (b.l1 &* 19, b.l2 &* 19, b.l3 &* 19, b.l4 &* 19)
    let r0 = wide(a.l0, b.l0) &+ wide(a.l1, b4) &+ wide(a.l2, b3) &+ wide(a.l3, b2) &+ wide(a.l4, b1)
    let r1 = wide(a.l0, b.l1) &+ wide(a.l1, b.l0) &+ wide(a.l2, b4) &+ wide(a.l3, b3) &+ wide(a.l4, b2)
    let r2 = wide(a.l0, b.l2) &+ wide(a.l1, b.l1) &+ wide(a.l2, b.l0) &+ wide(a.l3, b4) &+ wide(a.l4, b3)
    let r3 = wide(a.l0, b.l3) &+ wide(a.l1, b.l2) &+ wide(a.l2, b.l1) &+ wide(a.l3, b.l0) &+ wide(a.l4, b4)
    let r4 = wide(a.l0, b.l4) &+ wide(a.l1, b.l3) &+ wide(a.l2, b.l2) &+ wide(a.l3, b.l1) &+ wide(a.l4, b.l0)
    return carried(r0, r1, r2, r3, r4)
  }

  /// a², with the bounds of a product.
  @inline(__always)
  var squared: Field25519 {
    let (d0, d1, d2, d3) = (l0 &* 2, l1 &* 2, l2 &* 2, l3 &* 2)
    let (n3, n4) = (l3 &* 19, l4 &* 19)
    let r0 = Self.wide(l0, l0) &+ Self.wide(d1, n4) &+ Self.wide(d2, n3)
    let r1 = Self.wide(d0, l1) &+ Self.wide(d2, n4) &+ Self.wide(l3, n3)
    let r2 = Self.wide(d0, l2) &+ Self.wide(l1, l1) &+ Self.wide(d3, n4)
    let r3 = Self.wide(d0, l3) &+ Self.wide(d1, l2) &+ Self.wide(l4, n4)
    let r4 = Self.wide(d0, l4) &+ Self.wide(d1, l3) &+ Self.wide(l2, l2)
    return Self.carried(r0, r1, r2, r3, r4)
  }

  /// Brings five sums of products, each below 2¹¹⁵ and the last below 2¹¹¹, back to tight limbs.
  ///
  /// Carries from the first and from the fourth limb at once: from one to the next only would be a longer chain of
  /// instructions that wait for each other.
  @inline(__always)
  private static func carried(_ r0: UInt128, _ r1: UInt128, _ r2: UInt128, _ r3: UInt128, _ r4: UInt128) -> Field25519 {
    let s1 = r1 &+ wide(upper(r0))
    let s4 = r4 &+ wide(upper(r3))
    let s2 = r2 &+ wide(upper(s1))
    let l0 = lower(r0) &+ upper(s4) &* 19
    let l3 = lower(r3) &+ upper(s2)
    return Field25519(l0 & mask, lower(s1) &+ l0 &>> 51, lower(s2), l3 & mask, lower(s4) &+ l3 &>> 51)
  }

  @inline(__always)
  private static func wide(_ a: UInt64) -> UInt128 { UInt128(_low: a, _high: 0) }

  @inline(__always)
  private static func wide(_ a: UInt64, _ b: UInt64) -> UInt128 {
    UInt128(_low: a, _high: 0) &* UInt128(_low: b, _high: 0)
  }

  /// The lowest 51 bits.
  @inline(__always)
  private static func lower(_ a: UInt128) -> UInt64 { a._low & mask }

  /// What is left without them.
  @inline(__always)
  private static func upper(_ a: UInt128) -> UInt64 { a._high &<< 13 | a._low &>> 51 }
}
