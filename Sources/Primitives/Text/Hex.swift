/// Bytes as hexadecimal digits, two a byte.
///
/// Decoding takes either case and nothing else.
public enum Hex {
  /// Appends the digits of one byte.
  @inline(__always)
  public static func append(_ byte: UInt8, to out: inout [UInt8], uppercase: Bool = false) {
    out.append(digit(byte >> 4, uppercase))
    out.append(digit(byte & 15, uppercase))
  }

  /// The digits of `bytes` as ASCII.
  public static func digits(_ bytes: some Sequence<UInt8>, uppercase: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes { append(byte, to: &out, uppercase: uppercase) }
    return out
  }

  /// Reads digits.
  ///
  /// - Throws: `Refusal.badCharacter` for anything but hexadecimal digits, `.notCanonical` for an odd count.
  public static func decode(_ text: Span<UInt8>) throws(Refusal) -> [UInt8] {
    guard text.count & 1 == 0 else { throw .notCanonical }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 2)
    var i = 0
    while i < text.count {
      out.append(try byte(in: text, at: i))
      i += 2
    }
    return out
  }

  /// Reads exactly 64 digits of either case.
  ///
  /// - Throws: `Refusal.short` or `.long` for another count, `.badCharacter` for anything but digits.
  public static func bytes32(_ text: Span<UInt8>) throws(Refusal) -> Bytes32 {
    guard text.count >= 64 else { throw .short(needed: 64, had: text.count) }
    guard text.count == 64 else { throw .long(limit: 64, had: text.count) }
    return Bytes32(
      words: try word(in: text, at: 0),
      try word(in: text, at: 16),
      try word(in: text, at: 32),
      try word(in: text, at: 48)
    )
  }

  /// The value of one digit; above 15 where it is none.
  @inline(__always)
  package static func value(_ character: UInt8) -> UInt8 {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x61...0x66: character - 0x57
    case 0x41...0x46: character - 0x37
    default: 0xff
    }
  }

  @inline(__always)
  private static func byte(in text: Span<UInt8>, at offset: Int) throws(Refusal) -> UInt8 {
    let high = value(text[offset])
    let low = value(text[offset + 1])
    guard high < 16 else { throw .badCharacter(at: offset) }
    guard low < 16 else { throw .badCharacter(at: offset + 1) }
    return high << 4 | low
  }

  @inline(__always)
  private static func word(in text: Span<UInt8>, at offset: Int) throws(Refusal) -> UInt64 {
    var word: UInt64 = 0
    for i in 0..<16 {
      let digit = value(text[offset + i])
      guard digit < 16 else { throw .badCharacter(at: offset + i) }
      word = word << 4 | UInt64(digit)
    }
    return word
  }

  @inline(__always)
  private static func digit(_ value: UInt8, _ uppercase: Bool) -> UInt8 {
    value < 10 ? 0x30 + value : (uppercase ? 0x37 : 0x57) + value
  }
}

extension Bytes32 {
  /// Sixty-four hexadecimal digits as ASCII.
  public func hexDigits(uppercase: Bool = false) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(64)
    for i in 0..<32 { Hex.append(self[i], to: &out, uppercase: uppercase) }
    return out
  }
}
