import Primitives

extension Field25519 {
  /// The number in the first 255 bits of 32 little-endian bytes; nil from p on, the second spelling of a number.
  ///
  /// The last bit of the bytes is not looked at.
  init?(canonical bytes: Bytes32) {
    let (w0, w1, w2, w3) = bytes.littleEndianWords
    let high = w3 & Self.highWord
    if high == Self.highWord && w1 & w2 == .max && w0 >= Self.lowWordOfPrime { return nil }
    self.init(
      w0 & Self.mask,
      (w0 &>> 51 | w1 &<< 13) & Self.mask,
      (w1 &>> 38 | w2 &<< 26) & Self.mask,
      (w2 &>> 25 | w3 &<< 39) & Self.mask,
      high &>> 12
    )
  }

  /// The one number below p as little-endian words; for limbs below 2⁵⁴.
  var words: (UInt64, UInt64, UInt64, UInt64) {
    let once = carried
    // Below 2p by now; adding 19 reaches bit 255 exactly where p has to come off.
    var over = (once.l0 &+ 19) &>> 51
    over = (once.l1 &+ over) &>> 51
    over = (once.l2 &+ over) &>> 51
    over = (once.l3 &+ over) &>> 51
    over = (once.l4 &+ over) &>> 51
    let a = once.l0 &+ over &* 19
    let b = once.l1 &+ a &>> 51
    let c = once.l2 &+ b &>> 51
    let d = once.l3 &+ c &>> 51
    let e = once.l4 &+ d &>> 51
    let (l0, l1, l2, l3, l4) = (a & Self.mask, b & Self.mask, c & Self.mask, d & Self.mask, e & Self.mask)
    return (l0 | l1 &<< 51, l1 &>> 13 | l2 &<< 38, l2 &>> 26 | l3 &<< 25, l3 &>> 39 | l4 &<< 12)
  }

  /// Whether the number below p is odd, which the encoding of a point calls negative.
  var isNegative: Bool { words.0 & 1 == 1 }

  /// Whether both are the same number; for limbs below 2⁵⁴.
  static func == (a: Field25519, b: Field25519) -> Bool { a.words == b.words }

  /// The same number, each limb carried to the next once: limbs below 2⁵⁴ become ones of 51 bits, the lowest a little
  /// more.
  private var carried: Field25519 {
    let b = l1 &+ l0 &>> 51
    let c = l2 &+ b &>> 51
    let d = l3 &+ c &>> 51
    let e = l4 &+ d &>> 51
    return Field25519(
      l0 & Self.mask &+ (e &>> 51) &* 19,
      b & Self.mask,
      c & Self.mask,
      d & Self.mask,
      e & Self.mask
    )
  }

  /// All of the last word but the bit that an encoded point keeps for its sign; also the last word of p.
  private static var highWord: UInt64 { .max &>> 1 }
  private static var lowWordOfPrime: UInt64 { .max - 18 }
}

extension Bytes32 {
  /// The bytes as four little-endian words, first bytes first.
  var littleEndianWords: (UInt64, UInt64, UInt64, UInt64) {
    (words.0.byteSwapped, words.1.byteSwapped, words.2.byteSwapped, words.3.byteSwapped)
  }

  /// Four little-endian words, first bytes first.
  init(littleEndianWords words: (UInt64, UInt64, UInt64, UInt64)) {
    self.init(
      words: words.0.byteSwapped,
      words.1.byteSwapped,
      words.2.byteSwapped,
      words.3.byteSwapped
    )
  }
}
