/// The base point of Ed25519 in its odd multiples, made once by whoever needs them first, in about a millisecond.
struct BasePoint {
  /// The digits for which the multiples are enough.
  static let width = 8
  /// −127, −125 … 125, 127 times the base point: the multiple d lies at (d + 127)/2.
  static let oddMultiples = multiples()

  /// y = 4/5 and the even x that belongs to it (RFC 8032 section 5.1).
  static var point: EdwardsPoint {
    EdwardsPoint(
      x: Field25519(0x62D608F25D51A, 0x412A4B4F6592A, 0x75B7171A4B31D, 0x1FF60527118FE, 0x216936D3CD6E5),
      y: Field25519(0x6666666666658, 0x4CCCCCCCCCCCC, 0x1999999999999, 0x3333333333333, 0x6666666666666),
      z: .one,
      t: Field25519(0x68AB3A5B7DDA3, 0xEEA2A5EADBB, 0x2AF8DF483C27E, 0x332B375274732, 0x67875F0FD78B7)
    )
  }

  private static func multiples() -> InlineArray<128, EdwardsPoint.AffineAddend> {
    var multiple = point
    let twice = point.projective.doubled.extended.addend
    var multiples = InlineArray<128, EdwardsPoint.AffineAddend>(repeating: point.affineAddend)
    for index in 0..<64 {
      if index > 0 { multiple = (multiple + twice).extended }
      let addend = multiple.affineAddend
      multiples[64 &+ index] = addend
      multiples[63 &- index] = -addend
    }
    return multiples
  }
}
