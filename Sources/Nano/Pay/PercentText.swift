import Primitives

/// Percent-encoding (RFC 3986) of what stands after `=` in a link.
enum PercentText {
  /// Every byte but letters, digits and `-._~` as `%` and two digits.
  static func encode(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
      default:
        out.append(0x25)
        Hex.append(byte, to: &out, uppercase: true)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The text; nil where a percent sign stands alone or the bytes are no UTF-8.
  ///
  /// A plus sign is a plus sign.
  static func decode(_ text: Substring) -> String? {
    var out: [UInt8] = []
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      guard byte == 0x25 else {
        out.append(byte)
        continue
      }
      guard let high = rest.next(), let low = rest.next(), Hex.value(high) < 16, Hex.value(low) < 16 else { return nil }
      out.append(Hex.value(high) << 4 | Hex.value(low))
    }
    return String(validating: out, as: UTF8.self)
  }
}
