import Primitives

/// Texts and numbers within packets.
enum MQTTText {
  /// Two bytes of length, then UTF-8.
  static func append(_ text: String, to bytes: inout [UInt8]) { append(Array(text.utf8), to: &bytes) }

  /// Two bytes of length, then the bytes; the first 65,535 of them.
  static func append(_ data: [UInt8], to bytes: inout [UInt8]) {
    let data = data.prefix(65_535)
    append(UInt16(data.count), to: &bytes)
    bytes += data
  }

  /// Two bytes, the higher first.
  static func append(_ number: UInt16, to bytes: inout [UInt8]) {
    bytes.append(UInt8(number >> 8))
    bytes.append(UInt8(truncatingIfNeeded: number))
  }

  /// Takes two bytes away.
  static func number(_ bytes: inout ArraySlice<UInt8>) throws(MQTTFault) -> UInt16 {
    guard let high = bytes.popFirst(), let low = bytes.popFirst() else { throw .malformed }
    return UInt16(high) << 8 | UInt16(low)
  }

  /// Takes a text away: UTF-8 without U+0000.
  static func text(_ bytes: inout ArraySlice<UInt8>) throws(MQTTFault) -> String {
    let count = Int(try number(&bytes))
    guard bytes.count >= count else { throw .malformed }
    let text = bytes.prefix(count)
    bytes = bytes.dropFirst(count)
    guard !text.contains(0), let text = String(validating: text, as: UTF8.self) else { throw .malformed }
    return text
  }

  /// Whether a topic can be published to: 1 to `most` bytes, no wildcards.
  static func isTopic(_ text: String, most: Int = 512) -> Bool {
    (1...most).contains(text.utf8.count) && !text.utf8.contains { "+#\0".utf8.contains($0) }
  }

  /// Whether a topic is one that a filter with `+` and `#` stands for.
  static func matches(_ topic: String, _ filter: String) -> Bool {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    let wanted = filter.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in wanted.enumerated() {
      if part == "#" { return true }
      guard index < levels.count, part == "+" || part == levels[index] else { return false }
    }
    return levels.count == wanted.count
  }
}
