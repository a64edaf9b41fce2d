/// SHA-256 (FIPS 180-4), bytes in, 32 bytes out.
///
/// Allocates nothing; small enough for a microcontroller.
public struct SHA256: Sendable {
  private var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var filled = 0
  private var length: UInt64 = 0

  /// A hash of nothing yet.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: Span<UInt8>) {
    var at = 0
    while at < bytes.count, filled > 0 {
      update(bytes[at])
      at += 1
    }
    // Whole blocks are read where they are.
    while bytes.count - at >= 64 {
      compress(bytes, at: at)
      length &+= 64
      at += 64
    }
    while at < bytes.count {
      update(bytes[at])
      at += 1
    }
  }

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    let isDone: Bool? = bytes.withContiguousStorageIfAvailable { whole in
      update(whole.span)
      return true
    }
    if isDone == nil { for byte in bytes { update(byte) } }
  }

  /// Adds the UTF-8 of a text.
  public mutating func update(_ text: StaticString) {
    for i in 0..<text.utf8CodeUnitCount { update(text.byte(at: i)) }
  }

  /// Adds 32 bytes.
  public mutating func update(_ bytes: Bytes32) {
    for i in 0..<32 { update(bytes[i]) }
  }

  /// Adds one byte.
  public mutating func update(_ byte: UInt8) {
    block[filled] = byte
    filled += 1
    length &+= 1
    guard filled == 64 else { return }
    filled = 0
    let full = block
    compress(full.span, at: 0)
  }

  /// The digest of all that was added.
  public consuming func finish() -> Bytes32 {
    let bits = length &* 8
    update(0x80)
    while filled != 56 { update(0) }
    for shift in 0..<8 { update(UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * shift))) }
    func word(_ i: Int) -> UInt64 { UInt64(state[i]) << 32 | UInt64(state[i + 1]) }
    return Bytes32(words: word(0), word(2), word(4), word(6))
  }

  /// The digest of `bytes`.
  public static func digest(of bytes: some Sequence<UInt8>) -> [UInt8] { hash(bytes).bytes }

  /// The digest of `bytes`, by value.
  public static func hash(_ bytes: some Sequence<UInt8>) -> Bytes32 {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// The digest of `bytes`, by value.
  public static func hash(_ bytes: Span<UInt8>) -> Bytes32 {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  private mutating func compress(_ bytes: Span<UInt8>, at start: Int) {
    var w = InlineArray<64, UInt32>(repeating: 0)
    for i in 0..<8 {
      let pair = bytes.word(at: start + 8 * i)
      w[2 * i] = UInt32(truncatingIfNeeded: pair >> 32)
      w[2 * i + 1] = UInt32(truncatingIfNeeded: pair)
    }
    for i in 16..<64 {
      let s0 = w[i - 15].rotated(7) ^ w[i - 15].rotated(18) ^ w[i - 15] >> 3
      let s1 = w[i - 2].rotated(17) ^ w[i - 2].rotated(19) ^ w[i - 2] >> 10
      w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let s1 = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
      let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ SHA256.constants[i] &+ w[i]
      let s0 = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
      let t2 = s0 &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private static let constants: InlineArray<64, UInt32> = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}

extension UInt32 {
  /// The word with its bits turned right by `count`, 1 … 31.
  @inline(__always)
  fileprivate func rotated(_ count: UInt32) -> UInt32 { self &>> count | self &<< (32 &- count) }
}
