/// Bytes as words of five bits, most significant first, zero bits behind: the words of Bech32.
public enum FiveBitWords {
  /// The words of `bytes`; the last one is filled with zero bits.
  public static func words(of bytes: Span<UInt8>) -> [UInt8] {
    var words: [UInt8] = []
    words.reserveCapacity((bytes.count * 8 + 4) / 5)
    var bits: UInt32 = 0
    var held: UInt32 = 0
    for i in 0..<bytes.count {
      bits = bits << 8 | UInt32(bytes[i])
      held += 8
      while held >= 5 {
        held -= 5
        words.append(UInt8(bits >> held & 31))
      }
    }
    if held > 0 { words.append(UInt8(bits << (5 - held) & 31)) }
    return words
  }

  /// The bytes in `words[range]`, whose values are 0 … 31: fewer than five bits are left over, and they are zero.
  ///
  /// - Throws: `Refusal.notCanonical` where a whole word or a bit is left over.
  public static func bytes(of words: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * 5 / 8)
    let (bits, held) = regroup(words, range, into: &bytes)
    guard held < 5, bits & (1 << held - 1) == 0 else { throw .notCanonical }
    return bytes
  }

  /// The bytes in `words`, strictly as `bytes(of:_:)`.
  ///
  /// - Throws: `Refusal.notCanonical`.
  public static func bytes(of words: Span<UInt8>) throws(Refusal) -> [UInt8] { try bytes(of: words, 0..<words.count) }

  /// The bytes in `words[range]`, zero bits filling the last one, so that no bit is lost.
  public static func paddedBytes(of words: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity((range.count * 5 + 7) / 8)
    let (bits, held) = regroup(words, range, into: &bytes)
    if held > 0 { bytes.append(UInt8(truncatingIfNeeded: bits << (8 - held))) }
    return bytes
  }

  @inline(__always)
  private static func regroup(
    _ words: Span<UInt8>,
    _ range: Range<Int>,
    into bytes: inout [UInt8]
  ) -> (bits: UInt32, held: UInt32) {
    var bits: UInt32 = 0
    var held: UInt32 = 0
    for i in range {
      bits = bits << 5 | UInt32(words[i] & 31)
      held += 5
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> held))
      }
    }
    return (bits, held)
  }
}
