/// Finds the next byte of a JSON text that is not simply itself, eight bytes at a time.
///
/// Nearly all of a text is such runs, so this is where the time of reading and writing goes.
package enum JSONPlainRun {
  /// The first offset from `start` on, below `end`, of a quote, a backslash, a control character or a byte beyond
  /// ASCII; `end` where there is none.
  @inline(__always)
  package static func end(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var i = start
    let raw = bytes.bytes
    while i + 8 <= end {
      let marks = marks(in: UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: i, as: UInt64.self)))
      guard marks == 0 else { return i + marks.trailingZeroBitCount >> 3 }
      i += 8
    }
    while i < end, isPlain(bytes[i]) { i += 1 }
    return i
  }

  /// Whether a byte stands for itself inside a JSON string and is ASCII.
  @inline(__always)
  package static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5c }

  /// The high bit of every byte that is not plain; above the lowest such byte others may be marked as well.
  ///
  /// A subtraction borrows from the byte above only where a byte is marked, so the lowest mark is always true.
  @inline(__always)
  private static func marks(in word: UInt64) -> UInt64 {
    let quotes = word ^ 0x2222_2222_2222_2222
    let backslashes = word ^ 0x5c5c_5c5c_5c5c_5c5c
    let found =
      (quotes &- 0x0101_0101_0101_0101) & ~quotes | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
      | (word &- 0x2020_2020_2020_2020) & ~word | word
    return found & 0x8080_8080_8080_8080
  }

  /// The offset from `start` on, below `end`, of the first backslash; `end` where there is none.
  @inline(__always)
  package static func backslash(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var i = start
    let raw = bytes.bytes
    while i + 8 <= end {
      let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: i, as: UInt64.self))
      let other = word ^ 0x5c5c_5c5c_5c5c_5c5c
      let marks = (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
      guard marks == 0 else { return i + marks.trailingZeroBitCount >> 3 }
      i += 8
    }
    while i < end, bytes[i] != 0x5c { i += 1 }
    return i
  }
}
