import Primitives

/// Text within an address or a form: everything but letters, digits and `- . _ ~` becomes `%XX` (RFC 3986).
enum PercentText {
  static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: bytes.append(byte)
      default:
        bytes.append(UInt8(ascii: "%"))
        Hex.append(byte, to: &bytes, uppercase: true)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
