/// Bits in groups of five, most significant first, over an alphabet of 32 ASCII characters.
///
/// Where the bits are no multiple of five, zero bits stand in front (a Nano key of 256 bits is 52 characters: four
/// zero bits, then the key). Decoding is strict: those bits must be zero.
public struct Base32: Sendable {
  private let alphabet: InlineArray<32, UInt8>
  private let values: InlineArray<128, UInt8>

  /// A code over 32 different ASCII characters.
  public init(alphabet text: StaticString) {
    precondition(text.utf8CodeUnitCount == 32)
    var alphabet = InlineArray<32, UInt8>(repeating: 0)
    var values = InlineArray<128, UInt8>(repeating: 0xff)
    for i in 0..<32 {
      let character = text.byte(at: i)
      precondition(character < 128 && values[Int(character)] == 0xff)
      alphabet[i] = character
      values[Int(character)] = UInt8(i)
    }
    self.alphabet = alphabet
    self.values = values
  }

  /// How many characters `byteCount` bytes take.
  public static func characterCount(forBytes byteCount: Int) -> Int { (byteCount * 8 + 4) / 5 }

  /// The characters of `bytes` as ASCII.
  public func encode(_ bytes: Span<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    append(bytes, to: &out)
    return out
  }

  /// Appends the characters of `bytes`.
  public func append(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
    let characters = Base32.characterCount(forBytes: bytes.count)
    out.reserveCapacity(out.count + characters)
    var held = characters * 5 - bytes.count * 8
    var bits: UInt32 = 0
    for i in 0..<bytes.count {
      bits = bits << 8 | UInt32(bytes[i])
      held += 8
      while held >= 5 {
        held -= 5
        out.append(alphabet[Int(bits >> UInt32(held) & 31)])
      }
    }
  }

  /// Reads the characters of exactly `byteCount` bytes.
  ///
  /// - Throws: `Refusal.short` or `.long` for another count of characters, `.badCharacter` for one outside the
  ///   alphabet, `.notCanonical` where the bits in front are not zero.
  public func decode(_ text: Span<UInt8>, byteCount: Int) throws(Refusal) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(byteCount)
    try decode(text, byteCount: byteCount) { out.append($0) }
    return out
  }

  /// Reads exactly 52 characters: four zero bits, then 32 bytes.
  ///
  /// Allocates nothing.
  ///
  /// - Throws: As `decode(_:byteCount:)`.
  public func bytes32(_ text: Span<UInt8>) throws(Refusal) -> Bytes32 {
    guard text.count >= 52 else { throw .short(needed: 52, had: text.count) }
    guard text.count == 52 else { throw .long(limit: 52, had: text.count) }
    // The first half ends two bits into the 27th character.
    let high = try bits(of: text, 0..<26)
    let middle = try bits(of: text, 26..<27)
    let low = try bits(of: text, 27..<52)
    guard try bits(of: text, 0..<1) < 2 else { throw .notCanonical }
    let first = high << 2 | middle >> 3
    let second = middle << 125 | low
    return Bytes32(
      words: UInt64(truncatingIfNeeded: first >> 64),
      UInt64(truncatingIfNeeded: first),
      UInt64(truncatingIfNeeded: second >> 64),
      UInt64(truncatingIfNeeded: second)
    )
  }

  @inline(__always)
  private func bits(of text: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> UInt128 {
    var bits: UInt128 = 0
    for i in range {
      let character = text[i]
      guard character < 128, values[Int(character)] < 32 else { throw .badCharacter(at: i) }
      bits = bits << 5 | UInt128(values[Int(character)])
    }
    return bits
  }

  @inline(__always)
  private func decode(_ text: Span<UInt8>, byteCount: Int, _ emit: (UInt8) -> Void) throws(Refusal) {
    let characters = Base32.characterCount(forBytes: byteCount)
    guard text.count >= characters else { throw .short(needed: characters, had: text.count) }
    guard text.count == characters else { throw .long(limit: characters, had: text.count) }
    // The zero bits in front are dropped by starting with a debt of bits.
    var held = byteCount * 8 - characters * 5
    var bits: UInt32 = 0
    for i in 0..<text.count {
      let character = text[i]
      guard character < 128, values[Int(character)] < 32 else { throw .badCharacter(at: i) }
      bits = bits << 5 | UInt32(values[Int(character)])
      held += 5
      if i == 0 && bits >> UInt32(held) != 0 { throw .notCanonical }
      if held >= 8 {
        held -= 8
        emit(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
  }
}
