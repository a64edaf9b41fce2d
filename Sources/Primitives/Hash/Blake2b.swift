/// BLAKE2b (RFC 7693) with any digest length from 1 to 64 bytes, with or without a key.
///
/// Allocates nothing until the digest is asked for as an array.
public struct Blake2b: Sendable {
  /// How many bytes the digest has.
  public let digestLength: Int

  private var state: InlineArray<8, UInt64>
  private var block = InlineArray<128, UInt8>(repeating: 0)
  private var filled = 0
  private var length: UInt128 = 0

  /// A hash of nothing yet.
  ///
  /// - Parameters:
  ///   - digestLength: 1 to 64 bytes.
  ///   - key: Up to 64 bytes; empty for a plain hash.
  public init(digestLength: Int, key: Span<UInt8>) {
    precondition(digestLength >= 1 && digestLength <= 64 && key.count <= 64)
    self.digestLength = digestLength
    state = Blake2b.start
    state[0] ^= 0x0101_0000 ^ UInt64(key.count) << 8 ^ UInt64(digestLength)
    guard key.count > 0 else { return }
    for i in 0..<key.count { block[i] = key[i] }
    filled = 128
  }

  /// A plain hash of nothing yet; `digestLength` is 1 to 64 bytes.
  public init(digestLength: Int) {
    precondition(digestLength >= 1 && digestLength <= 64)
    self.digestLength = digestLength
    state = Blake2b.start
    state[0] ^= 0x0101_0000 ^ UInt64(digestLength)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    var at = 0
    while at < bytes.count, filled > 0, filled < 128 {
      update(bytes[at])
      at += 1
    }
    // Whole blocks are read where they are, all but the last: it is treated apart.
    if filled == 128, at < bytes.count { compressBlock(isLast: false) }
    while filled == 0, bytes.count - at > 128 {
      compress(bytes, at: at, count: 128, isLast: false)
      at += 128
    }
    while at < bytes.count {
      update(bytes[at])
      at += 1
    }
  }

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { update(byte) }
  }

  /// Adds 32 bytes.
  public mutating func update(_ bytes: Bytes32) {
    for i in 0..<32 { update(bytes[i]) }
  }

  /// Adds one byte.
  public mutating func update(_ byte: UInt8) {
    // A full block waits for the next byte: the last one is treated apart.
    if filled == 128 { compressBlock(isLast: false) }
    block[filled] = byte
    filled += 1
  }

  /// The digest of all that was added.
  public consuming func finish() -> [UInt8] {
    complete()
    var out: [UInt8] = []
    out.reserveCapacity(digestLength)
    for i in 0..<digestLength { out.append(digestByte(i)) }
    return out
  }

  /// The digest of all that was added, by value; the digest length must be 32.
  public consuming func finish32() -> Bytes32 {
    precondition(digestLength == 32)
    complete()
    return Bytes32(words: state[0].byteSwapped, state[1].byteSwapped, state[2].byteSwapped, state[3].byteSwapped)
  }

  /// The digest of `bytes`.
  public static func digest(of bytes: some Sequence<UInt8>, length: Int) -> [UInt8] {
    var hash = Blake2b(digestLength: length)
    hash.update(bytes)
    return hash.finish()
  }

  /// The digest of `bytes` with 32 bytes, by value.
  public static func hash32(_ bytes: Span<UInt8>) -> Bytes32 {
    var hash = Blake2b(digestLength: 32)
    hash.update(bytes)
    return hash.finish32()
  }

  private mutating func complete() {
    for i in filled..<128 { block[i] = 0 }
    compressBlock(isLast: true)
  }

  private mutating func compressBlock(isLast: Bool) {
    let full = block
    compress(full.span, at: 0, count: filled, isLast: isLast)
    filled = 0
  }

  private func digestByte(_ i: Int) -> UInt8 { UInt8(truncatingIfNeeded: state[i >> 3] >> UInt64(8 * (i & 7))) }
}

extension Blake2b {
  private static let start: InlineArray<8, UInt64> = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
  ]

  /// The order of message words, ten rounds; the last two of twelve repeat the first two.
  ///
  /// Sixteen nibbles a word.
  private static let schedule: InlineArray<10, UInt64> = [
    0x0123_4567_89ab_cdef, 0xea48_9fd6_1c02_b753, 0xb8c0_52fd_ae36_7194, 0x7931_dcbe_265a_40f8,
    0x9057_24af_e1bc_683d, 0x2c6a_0b83_4d75_fe19, 0xc51f_ed4a_0763_928b, 0xdb7e_c139_50f4_862a,
    0x6fe9_b308_c2d7_14a5, 0xa284_7615_fb9e_3cd0,
  ]

  /// Takes in 128 bytes, of which `count` are the message's and the others zero.
  private mutating func compress(_ bytes: Span<UInt8>, at start: Int, count: Int, isLast: Bool) {
    length &+= UInt128(count)
    var m = InlineArray<16, UInt64>(repeating: 0)
    for i in 0..<16 { m[i] = bytes.word(at: start + 8 * i).byteSwapped }
    var v = InlineArray<16, UInt64>(repeating: 0)
    for i in 0..<8 {
      v[i] = state[i]
      v[i + 8] = Blake2b.start[i]
    }
    v[12] ^= UInt64(truncatingIfNeeded: length)
    v[13] ^= UInt64(truncatingIfNeeded: length >> 64)
    if isLast { v[14] = ~v[14] }
    for round in 0..<12 {
      let order = Blake2b.schedule[round % 10]
      @inline(__always) func word(_ i: UInt64) -> UInt64 { m[Int(truncatingIfNeeded: order &>> (60 - 4 * i) & 15)] }
      Blake2b.mix(&v, 0, 4, 8, 12, word(0), word(1))
      Blake2b.mix(&v, 1, 5, 9, 13, word(2), word(3))
      Blake2b.mix(&v, 2, 6, 10, 14, word(4), word(5))
      Blake2b.mix(&v, 3, 7, 11, 15, word(6), word(7))
      Blake2b.mix(&v, 0, 5, 10, 15, word(8), word(9))
      Blake2b.mix(&v, 1, 6, 11, 12, word(10), word(11))
      Blake2b.mix(&v, 2, 7, 8, 13, word(12), word(13))
      Blake2b.mix(&v, 3, 4, 9, 14, word(14), word(15))
    }
    for i in 0..<8 { state[i] ^= v[i] ^ v[i + 8] }
  }

  @inline(__always)
  private static func mix(
    _ v: inout InlineArray<16, UInt64>,
    _ a: Int,
    _ b: Int,
    _ c: Int,
    _ d: Int,
    _ x: UInt64,
    _ y: UInt64
  ) {
    v[a] = v[a] &+ v[b] &+ x
    v[d] = (v[d] ^ v[a]).rotated(32)
    v[c] = v[c] &+ v[d]
    v[b] = (v[b] ^ v[c]).rotated(24)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = (v[d] ^ v[a]).rotated(16)
    v[c] = v[c] &+ v[d]
    v[b] = (v[b] ^ v[c]).rotated(63)
  }
}

extension UInt64 {
  /// The word with its bits turned right by `count`, 1 … 63.
  @inline(__always)
  fileprivate func rotated(_ count: UInt64) -> UInt64 { self &>> count | self &<< (64 &- count) }
}
