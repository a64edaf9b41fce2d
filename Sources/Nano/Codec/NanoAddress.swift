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
    let key = try base32.bytes32(text.extracting(prefix..<prefix + 52))
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
    var text: [UInt8] = []
    text.reserveCapacity(65)
    for i in 0..<5 { text.append(("nano_" as StaticString).byte(at: i)) }
    base32.append(key.bytes.span, to: &text)
    let checksum = Self.checksum(of: key)
    for i in 0..<8 { text.append(alphabet.byte(at: Int(checksum >> UInt64(35 - 5 * i) & 31))) }
    return text
  }

  /// The characters, by value; no 0, 2, l or v.
  static let alphabet: StaticString = "13456789abcdefghijkmnopqrstuwxyz"
  private static let base32 = Base32(alphabet: alphabet)

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
