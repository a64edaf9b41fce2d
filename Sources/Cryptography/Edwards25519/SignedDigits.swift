import Primitives

/// A number as few digits that are odd or zero: Σ dᵢ·2ⁱ, with at least `width` − 1 zeros after each that is not.
///
/// The width-w non-adjacent form: one digit in w + 1 is not zero, and |dᵢ| < 2^(w − 1).
struct SignedDigits {
  /// From 2⁰ to 2²⁵⁵.
  private(set) var digits = InlineArray<256, Int8>(repeating: 0)

  /// The digits of 32 little-endian bytes below 2²⁵⁴; `width` is 2 … 8.
  init(_ scalar: Bytes32, width: Int) {
    precondition(width >= 2 && width <= 8)
    var (w0, w1, w2, w3) = scalar.littleEndianWords
    precondition(w3 &>> 62 == 0)
    var place = 0
    while w0 | w1 | w2 | w3 != 0 {
      var shift = min(w0.trailingZeroBitCount, 63)
      if shift == 0 {
        // The lowest bits as a number of either sign; taking it off leaves zeros.
        let unused = UInt64(truncatingIfNeeded: 64 &- width)
        let digit = Int64(truncatingIfNeeded: w0 &<< unused) &>> Int64(truncatingIfNeeded: unused)
        digits[place] = Int8(truncatingIfNeeded: digit)
        w0 &= .max &<< UInt64(truncatingIfNeeded: width)
        if digit < 0 {
          // Its negative is added: 2^width comes on top.
          var carry: Bool
          (w0, carry) = w0.addingReportingOverflow(1 &<< UInt64(truncatingIfNeeded: width))
          if carry { (w1, carry) = w1.addingReportingOverflow(1) }
          if carry { (w2, carry) = w2.addingReportingOverflow(1) }
          if carry { w3 &+= 1 }
        }
        shift = width
      }
      let (down, up) = (UInt64(truncatingIfNeeded: shift), UInt64(truncatingIfNeeded: 64 &- shift))
      w0 = w0 &>> down | w1 &<< up
      w1 = w1 &>> down | w2 &<< up
      w2 = w2 &>> down | w3 &<< up
      w3 = w3 &>> down
      place &+= shift
    }
  }
}
