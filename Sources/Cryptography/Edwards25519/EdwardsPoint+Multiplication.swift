import Primitives

extension EdwardsPoint {
  /// s·B − k·P, where P is this point and B the base point, for scalars below the group order as 32 little-endian bytes.
  ///
  /// Takes a time that depends on the scalars. Allocates nothing.
  func subtracted(times k: Bytes32, fromBaseTimes s: Bytes32) -> Projective {
    let pointDigits = SignedDigits(k, width: Self.width)
    let baseDigits = SignedDigits(s, width: BasePoint.width)
    let multiples = EdwardsPoint(x: x * .minusOne, y: y, z: z, t: t * .minusOne).oddMultiples
    // Looked at in place: an inline array would be copied at each subscript.
    let (ofPoint, ofBase, ofMinusPoint) = (pointDigits.digits.span, baseDigits.digits.span, multiples.span)
    var place = 255
    while place >= 0 && ofPoint[place] == 0 && ofBase[place] == 0 { place &-= 1 }
    var result = Projective.neutral
    while place >= 0 {
      var sum = result.doubled
      let (digit, baseDigit) = (Int(ofPoint[place]), Int(ofBase[place]))
      if digit != 0 { sum = sum.extended + ofMinusPoint[(digit &+ 15) &>> 1] }
      if baseDigit != 0 { sum = sum.extended + BasePoint.oddMultiples[(baseDigit &+ 127) &>> 1] }
      result = sum.projective
      place &-= 1
    }
    return result
  }

  /// The digits for which 1, 3, 5 … 15 times the point are enough.
  private static var width: Int { 5 }

  /// −15, −13 … 13, 15 times the point: the multiple d lies at (d + 15)/2.
  private var oddMultiples: InlineArray<16, Addend> {
    var multiple = self
    let twice = projective.doubled.extended.addend
    var multiples = InlineArray<16, Addend>(repeating: twice)
    for index in 0..<8 {
      if index > 0 { multiple = (multiple + twice).extended }
      let addend = multiple.addend
      multiples[8 &+ index] = addend
      multiples[7 &- index] = -addend
    }
    return multiples
  }
}

extension EdwardsPoint.Projective {
  /// The 32 bytes that encode the point (RFC 8032 section 5.1.2): y, and in the last bit whether x is odd.
  var encoded: Bytes32 {
    let inverse = z.inverse
    var words = (y * inverse).words
    if (x * inverse).isNegative { words.3 |= 1 &<< 63 }
    return Bytes32(littleEndianWords: words)
  }
}
