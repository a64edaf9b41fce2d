import Coinslot
import Primitives

/// The spellings of values in the JSON of a node, strictly read.
///
/// Nothing is allocated.
enum NanoText {
  /// Thirty-two bytes as 64 hexadecimal digits of either case.
  static func bytes32(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Bytes32 {
    guard text.count == 64 else { throw .badLength(field) }
    guard let a = hexWord(text, at: 0), let b = hexWord(text, at: 16), let c = hexWord(text, at: 32),
      let d = hexWord(text, at: 48)
    else { throw .badHex(field) }
    return Bytes32(words: a, b, c, d)
  }

  /// The number in the sixteen hexadecimal digits from `offset` on; nil where one is none.
  static func hexWord(_ text: Span<UInt8>, at offset: Int) -> UInt64? {
    guard let high = hexHalf(text, at: offset), let low = hexHalf(text, at: offset + 8) else { return nil }
    return high << 32 | low
  }

  /// The number in eight hexadecimal digits, taken all at once: digits come at random, so a branch for each would be
  /// guessed wrong half of the time.
  @inline(__always)
  private static func hexHalf(_ text: Span<UInt8>, at offset: Int) -> UInt64? {
    let word = UInt64(bigEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    let high: UInt64 = 0x8080_8080_8080_8080
    guard word & high == 0 else { return nil }
    // No byte has its high bit, so none of these sums reaches into the next byte.
    let isNoFigure = (word ^ 0x3030_3030_3030_3030) + 0x7676_7676_7676_7676
    let letter = (word | 0x2020_2020_2020_2020) ^ 0x6060_6060_6060_6060
    let isLetter = ~(letter + 0x7979_7979_7979_7979) & (letter + 0x7f7f_7f7f_7f7f_7f7f) & high
    guard isNoFigure & ~isLetter & high == 0 else { return nil }
    var digits = word & 0x0f0f_0f0f_0f0f_0f0f + (isLetter >> 7) * 9
    digits = (digits | digits >> 4) & 0x00ff_00ff_00ff_00ff
    digits = (digits | digits >> 8) & 0x0000_ffff_0000_ffff
    return (digits | digits >> 16) & 0xffff_ffff
  }

  /// The key an account names.
  static func account(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Bytes32 {
    do { return try NanoAddress.decode(text) } catch { throw .badAccount(field) }
  }

  /// An amount of raw: at most 39 decimal digits, no leading zero, below 2¹²⁸.
  static func amount(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Amount {
    guard let raw = DecimalDigits.uint128(text) else { throw numberRefusal(text, field) }
    return Amount(raw)
  }

  /// A count or a time: decimal digits, no leading zero, below 2⁶⁴.
  static func number(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> UInt64 {
    guard let number = DecimalDigits.uint64(text) else { throw numberRefusal(text, field) }
    return number
  }

  /// A number in exactly `digits` hexadecimal digits, at most 32.
  static func hexNumber(_ text: Span<UInt8>, digits: Int, _ field: String) throws(NanoRefusal) -> UInt128 {
    guard text.count == digits else { throw .badLength(field) }
    var number: UInt128 = 0
    for i in 0..<digits {
      let digit = Hex.value(text[i])
      guard digit < 16 else { throw .badHex(field) }
      number = number << 4 | UInt128(digit)
    }
    return number
  }

  private static func numberRefusal(_ text: Span<UInt8>, _ field: String) -> NanoRefusal {
    guard !text.isEmpty, text[0] != 0x30 || text.count == 1 else { return .badNumber(field) }
    for i in 0..<text.count where text[i] < 0x30 || text[i] > 0x39 { return .badNumber(field) }
    return .numberTooLarge(field)
  }
}
