import Primitives

/// Texts inside the query of an address (RFC 3986).
enum URLText {
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

  /// The text, `+` read as a space as browsers write it; nil where a percent sign stands alone or it is no UTF-8.
  static func decode(_ text: some Sequence<UInt8>) -> String? {
    var out: [UInt8] = []
    var rest = text.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case 0x2b: out.append(0x20)
      case 0x25:
        guard let high = rest.next(), let low = rest.next(), Hex.value(high) < 16, Hex.value(low) < 16 else {
          return nil
        }
        out.append(Hex.value(high) << 4 | Hex.value(low))
      default: out.append(byte)
      }
    }
    return String(validating: out, as: UTF8.self)
  }

  /// The decoded values of one parameter, in order; nil where one cannot be decoded.
  static func values(of name: String, in query: some StringProtocol) -> [String]? {
    var found: [String] = []
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = halves.first, decode(key) == name else { continue }
      guard let value = decode(halves.count == 2 ? Array(halves[1]) : []) else { return nil }
      found.append(value)
    }
    return found
  }
}
