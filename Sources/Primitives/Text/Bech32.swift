/// Bech32 (BIP-173): a prefix for people, words of five bits, six check characters.
///
/// The limit of 90 characters is left to the caller, since Lightning writes far longer ones. The checksum finds any
/// four wrong characters up to that length and beyond it only most.
public enum Bech32 {
  /// The characters, by value; no 1, b, i or o.
  public static let alphabet: StaticString = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

  /// What a text says.
  public struct Content: Equatable, Sendable {
    /// The characters before the separator, in lower case, as ASCII.
    public let prefix: [UInt8]
    /// The values of the characters behind it, 0 … 31, without the checksum.
    public let words: [UInt8]

    /// Content of its parts; the prefix is at least one printable ASCII character, none of them upper-case letters.
    public init(prefix: [UInt8], words: [UInt8]) {
      precondition(!prefix.isEmpty && prefix.allSatisfy { $0 > 0x20 && $0 < 0x7f && !Bech32.isUpper($0) })
      precondition(words.allSatisfy { $0 < 32 })
      self.prefix = prefix
      self.words = words
    }
  }

  /// Reads a text of at most `limit` characters, all its letters of one case.
  ///
  /// - Throws: `Refusal.long` above the limit, `.badPrefix` without a separator (`1`) or with nothing in front of it,
  ///   `.short` with fewer than six characters behind it, `.badCharacter` outside the alphabet, `.notCanonical` for
  ///   mixed case, `.badChecksum`.
  public static func decode(_ text: Span<UInt8>, limit: Int) throws(Refusal) -> Content {
    guard text.count <= limit else { throw .long(limit: limit, had: text.count) }
    try checkCase(text)
    var separator: Int?
    for i in 0..<text.count where text[i] == 0x31 { separator = i }
    guard let separator, separator > 0 else { throw .badPrefix }
    var prefix: [UInt8] = []
    prefix.reserveCapacity(separator)
    for i in 0..<separator { prefix.append(lower(text[i])) }
    var words = try words(text, separator + 1..<text.count)
    guard words.count >= 6 else { throw .short(needed: 6, had: words.count) }
    guard remainder(prefix, words) == 1 else { throw .badChecksum }
    words.removeLast(6)
    return Content(prefix: prefix, words: words)
  }

  /// The text in lower case, as ASCII.
  public static func encode(_ content: Content) -> [UInt8] {
    let check = remainder(content.prefix, content.words + [0, 0, 0, 0, 0, 0]) ^ 1
    var out = content.prefix
    out.reserveCapacity(out.count + content.words.count + 7)
    out.append(0x31)
    for word in content.words { out.append(alphabet.byte(at: Int(word))) }
    for i in 0..<6 { out.append(alphabet.byte(at: Int(check >> UInt32(25 - 5 * i) & 31))) }
    return out
  }

  /// The values of characters that carry no checksum, such as those of a BOLT12 text; either case.
  ///
  /// - Throws: `Refusal.badCharacter` outside the alphabet; whether the cases are mixed is not looked at.
  public static func words(_ text: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> [UInt8] {
    var words: [UInt8] = []
    words.reserveCapacity(range.count)
    for i in range {
      let value = values[Int(text[i])]
      guard value < 32 else { throw .badCharacter(at: i) }
      words.append(value)
    }
    return words
  }

  /// Every character must be printable ASCII, every letter of one case.
  ///
  /// - Throws: `Refusal.badCharacter` or `.notCanonical`.
  public static func checkCase(_ text: Span<UInt8>) throws(Refusal) {
    var hasUpper = false
    var hasLower = false
    for i in 0..<text.count {
      guard text[i] > 0x20, text[i] < 0x7f else { throw .badCharacter(at: i) }
      if isUpper(text[i]) { hasUpper = true }
      if text[i] >= 0x61 && text[i] <= 0x7a { hasLower = true }
    }
    guard !(hasUpper && hasLower) else { throw .notCanonical }
  }

  /// What is left of prefix and words by the code's polynomial; 1 where the checksum is right.
  private static func remainder(_ prefix: [UInt8], _ words: [UInt8]) -> UInt32 {
    var rest: UInt32 = 1
    for byte in prefix { step(&rest, byte >> 5) }
    step(&rest, 0)
    for byte in prefix { step(&rest, byte & 31) }
    for word in words { step(&rest, word) }
    return rest
  }

  @inline(__always)
  private static func step(_ rest: inout UInt32, _ word: UInt8) {
    let top = rest >> 25
    rest = (rest & 0x1ff_ffff) << 5 ^ UInt32(word)
    if top & 1 != 0 { rest ^= 0x3b6a_57b2 }
    if top & 2 != 0 { rest ^= 0x2650_8e6d }
    if top & 4 != 0 { rest ^= 0x1ea1_19fa }
    if top & 8 != 0 { rest ^= 0x3d42_33dd }
    if top & 16 != 0 { rest ^= 0x2a14_62b3 }
  }

  private static func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5a }
  private static func lower(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }

  /// What a character stands for; 0xff where it is none of ours.
  private static let values: InlineArray<256, UInt8> = {
    var values = InlineArray<256, UInt8>(repeating: 0xff)
    for i in 0..<32 {
      let character = alphabet.byte(at: i)
      values[Int(character)] = UInt8(i)
      if character >= 0x61 { values[Int(character & 0xdf)] = UInt8(i) }
    }
    return values
  }()
}
