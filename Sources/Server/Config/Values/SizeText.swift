/// Sizes as people write them: `500MB`, `2GB`.
enum SizeText {
  private static let units: [(name: String, bytes: Int64)] = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)]

  /// Bytes within bounds.
  static func bytes(_ text: String, in bounds: ClosedRange<Int64>) throws(Wrong) -> Int64 {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    guard !digits.isEmpty, digits.count <= 9, let count = Int64(digits) else {
      throw Wrong("\"\(text)\" is no size", hint: "write 500MB or 2GB")
    }
    guard let factor = units.first(where: { $0.name.lowercased() == unit.lowercased() })?.bytes else {
      throw Wrong("\"\(text)\" has no unit that is known here", hint: "kB, MB or GB")
    }
    guard bounds.contains(count * factor) else {
      throw Wrong(
        "\(text) is out of bounds",
        hint: "from \(self.text(bounds.lowerBound)) to \(self.text(bounds.upperBound))"
      )
    }
    return count * factor
  }

  /// The shortest spelling that is exact: `500MB`; bytes where no unit fits.
  static func text(_ bytes: Int64) -> String {
    guard let unit = units.last(where: { bytes >= $0.bytes && bytes % $0.bytes == 0 }) else { return "\(bytes) bytes" }
    return "\(bytes / unit.bytes)\(unit.name)"
  }

  /// A size for a person, one decimal: `1.4 GB`.
  static func rough(_ bytes: Int64) -> String {
    let unit = units.last { bytes >= $0.bytes } ?? units[0]
    let tenths = bytes / (unit.bytes / 10)
    return "\(tenths / 10).\(tenths % 10) \(unit.name)"
  }
}
