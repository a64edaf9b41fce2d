import Cryptography
public import Primitives

/// The text of an account: `nano_`, 52 characters of the public key, 8 of a checksum.
///
/// The older prefix `xrb_` names the same account. Compare keys, never texts.
public enum NanoAddress {
  /// The key an address names, strictly: exact prefix and length, lower case, first character `1` or `3`, checksum.
  ///
  /// - Throws: `Refusal.badPrefix` for anything but `nano_` or `xrb_`, `.short` or `.long` for another count of
  ///   characters after it, `.badCharacter` outside the alphabet, `.notCanonical` for more than 256 bits,
  ///   `.badChecksum`.
  public static func decode(_ text: Span<UInt8>) throws(Refusal) -> Bytes32 {
    let prefix = try prefixLength(text)
    let bodyLength = text.count - prefix
    guard bodyLength >= 60 else { throw .short(needed: 60, had: bodyLength) }
    guard bodyLength == 60 else { throw .long(limit: 60, had: bodyLength) }
    let body = text.extracting(prefix..<prefix + 52)
    let key = if let key = key(of: body) { key } else { try base32.bytes32(body) }
    let checksum = Self.checksum(of: key)
    for i in 0..<8 {
      let expected = alphabet.byte(at: Int(checksum >> UInt64(35 - 5 * i) & 31))
      guard text[prefix + 52 + i] == expected else { throw .badChecksum }
    }
    return key
  }

  /// The key an address names.
  ///
  /// - Throws: As `decode(_:)` over bytes.
  public static func decode(_ text: String) throws(Refusal) -> Bytes32 { try decode(Array(text.utf8).span) }

  /// The address of a key, always with `nano_`: 65 characters.
  public static func encode(_ key: Bytes32) -> String { String(decoding: ascii(key), as: UTF8.self) }

  /// The address of a key as ASCII.
  public static func ascii(_ key: Bytes32) -> [UInt8] {
    let text = text(key)
    return text.span.withUnsafeBufferPointer { Array($0) }
  }

  /// The address of a key as ASCII; allocates nothing.
  static func text(_ key: Bytes32) -> InlineArray<65, UInt8> {
    var text = InlineArray<65, UInt8>(repeating: 0)
    for i in 0..<5 { text[i] = ("nano_" as StaticString).byte(at: i) }
    // Four zero bits and the key are 52 times five bits; the halves meet two bits into the 27th character.
    let high = UInt128(key.words.0) << 64 | UInt128(key.words.1)
    let low = UInt128(key.words.2) << 64 | UInt128(key.words.3)
    put(high >> 2, into: &text, 5..<31)
    put((high & 3) << 3 | low >> 125, into: &text, 31..<32)
    put(low, into: &text, 32..<57)
    put(UInt128(checksum(of: key)), into: &text, 57..<65)
    return text
  }

  /// Writes the lowest bits of a number, five a character, the lowest last.
  @inline(__always)
  private static func put(_ bits: UInt128, into text: inout InlineArray<65, UInt8>, _ places: Range<Int>) {
    var rest = bits
    for i in places.reversed() {
      text[i] = characters[Int(truncatingIfNeeded: rest & 31)]
      rest >>= 5
    }
  }

  /// The characters, by value; no 0, 2, l or v.
  static let alphabet: StaticString = "13456789abcdefghijkmnopqrstuwxyz"
  private static let base32 = Base32(alphabet: alphabet)
  /// What a character stands for; 0x80 where it is none of ours.
  private static let values: InlineArray<256, UInt8> = {
    var values = InlineArray<256, UInt8>(repeating: 0x80)
    for i in 0..<32 { values[Int(alphabet.byte(at: i))] = UInt8(i) }
    return values
  }()
  private static let characters: InlineArray<32, UInt8> = {
    var characters = InlineArray<32, UInt8>(repeating: 0)
    for i in 0..<32 { characters[i] = alphabet.byte(at: i) }
    return characters
  }()

  /// The key in 52 characters, without a branch for each; nil where there is something to complain of.
  private static func key(of body: Span<UInt8>) -> Bytes32? {
    var marks: UInt8 = 0
    func bits(_ places: Range<Int>) -> UInt64 {
      var bits: UInt64 = 0
      for i in places {
        let value = values[Int(body[i])]
        marks |= value
        bits = bits << 5 | UInt64(value)
      }
      return bits
    }
    // Four zero bits and sixteen, then sixty at a time.
    let front = bits(0..<4)
    let (a, b, c, d) = (bits(4..<16), bits(16..<28), bits(28..<40), bits(40..<52))
    guard marks & 0x80 == 0, front >> 16 == 0 else { return nil }
    return Bytes32(words: front << 48 | a >> 12, a << 52 | b >> 8, b << 56 | c >> 4, c << 60 | d)
  }

  private static func prefixLength(_ text: Span<UInt8>) throws(Refusal) -> Int {
    if text.count >= 5, ("nano_" as StaticString).equals(text, 0..<5) { return 5 }
    if text.count >= 4, ("xrb_" as StaticString).equals(text, 0..<4) { return 4 }
    throw .badPrefix
  }

  /// The five-byte digest of the key, its bytes reversed, as a number of 40 bits.
  private static func checksum(of key: Bytes32) -> UInt64 {
    var input = HashInput()
    input.append(key)
    return input.shortDigest(length: 5)
  }
}
