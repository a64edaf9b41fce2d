import Primitives

/// The fields of `application/x-www-form-urlencoded`, in order.
enum FormFields {
  /// At most this many fields.
  static let greatest = 64

  /// Reads a text.
  ///
  /// - Throws: `Problem` for a percent sign without two digits, for what is no UTF-8, and for too many fields.
  static func parse(_ text: String) throws(Problem) -> [(String, String)] {
    let pairs = text.utf8.split(separator: 0x26)
    guard pairs.count <= greatest else { throw .badRequest("too_many_fields", "At most \(greatest) fields are read.") }
    var fields: [(String, String)] = []
    for pair in pairs {
      let parts = pair.split(separator: 0x3d, maxSplits: 1, omittingEmptySubsequences: false)
      fields.append((try decode(parts[0]), parts.count > 1 ? try decode(parts[1]) : ""))
    }
    return fields
  }

  /// A text without its escapes.
  ///
  /// - Throws: `Problem` for a percent sign without two digits, and for what is no UTF-8.
  static func decode(_ bytes: Substring.UTF8View.SubSequence) throws(Problem) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case 0x2b: out.append(0x20)
      case 0x25:
        guard let high = rest.popFirst().map(Hex.value), let low = rest.popFirst().map(Hex.value), high < 16, low < 16
        else { throw .badRequest("bad_escape", "A percent sign must be followed by two hexadecimal digits.") }
        out.append(high << 4 | low)
      default: out.append(byte)
      }
    }
    guard let text = String(validating: out, as: UTF8.self) else {
      throw .badRequest("bad_utf8", "A field is no UTF-8.")
    }
    return text
  }
}
