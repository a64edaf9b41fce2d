/// Thirty-two bytes by value: a key, a hash, half a signature.
///
/// Never on the heap.
public struct Bytes32: Hashable, Sendable {
  /// The bytes as four big-endian words, first bytes first.
  package let words: (UInt64, UInt64, UInt64, UInt64)

  @inline(__always)
  package init(words a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) { words = (a, b, c, d) }

  /// Thirty-two zero bytes.
  public static let zero = Bytes32(words: 0, 0, 0, 0)

  /// Reads exactly 32 bytes.
  ///
  /// - Throws: `Refusal.short` or `.long` for another count.
  public init(decoding bytes: Span<UInt8>) throws(Refusal) {
    guard bytes.count >= 32 else { throw .short(needed: 32, had: bytes.count) }
    guard bytes.count == 32 else { throw .long(limit: 32, had: bytes.count) }
    self.init(words: bytes.word(at: 0), bytes.word(at: 8), bytes.word(at: 16), bytes.word(at: 24))
  }

  /// Reads exactly 32 bytes; nil for another count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: InlineArray<4, UInt64> = [0, 0, 0, 0]
    var i = 0
    for byte in bytes {
      guard i < 32 else { return nil }
      words[i >> 3] = words[i >> 3] << 8 | UInt64(byte)
      i += 1
    }
    guard i == 32 else { return nil }
    self.init(words: words[0], words[1], words[2], words[3])
  }

  /// The bytes.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(32)
    append(to: &out)
    return out
  }

  /// Appends the bytes.
  public func append(to out: inout [UInt8]) {
    for i in 0..<32 { out.append(self[i]) }
  }

  /// The byte at `index`, 0 … 31.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < 32)
    let word =
      switch index >> 3 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)))
  }

  /// Whether every byte is zero.
  public var isZero: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

  /// Whether all bytes are the same; takes the same time wherever they differ.
  public static func == (a: Bytes32, b: Bytes32) -> Bool {
    (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3) == 0
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension Bytes32: Comparable {
  /// The order of the bytes, first byte first.
  public static func < (a: Bytes32, b: Bytes32) -> Bool {
    if a.words.0 != b.words.0 { return a.words.0 < b.words.0 }
    if a.words.1 != b.words.1 { return a.words.1 < b.words.1 }
    if a.words.2 != b.words.2 { return a.words.2 < b.words.2 }
    return a.words.3 < b.words.3
  }
}

extension Span<UInt8> {
  /// Eight bytes from `offset` as a big-endian word.
  @inline(__always)
  package func word(at offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for i in 0..<8 { word = word << 8 | UInt64(self[offset + i]) }
    return word
  }
}
