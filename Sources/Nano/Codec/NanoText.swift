import Coinslot
import Primitives

/// The spellings of values in the JSON of a node, strictly read.
///
/// Nothing is allocated.
enum NanoText {
  /// Thirty-two bytes as 64 hexadecimal digits of either case.
  static func bytes32(_ text: Span<UInt8>, _ field: String) throws(NanoRefusal) -> Bytes32 {
    guard text.count == 64 else { throw .badLength(field) }
    do { return try Hex.bytes32(text) } catch { throw .badHex(field) }
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
