import Cryptography
import Primitives

/// What a hash is taken of, put together on the stack; at most the 176 bytes of a state block.
struct HashInput {
  private var bytes = InlineArray<176, UInt8>(repeating: 0)
  private var count = 0

  mutating func append(_ value: Bytes32) {
    for i in 0..<32 { bytes[count + i] = value[i] }
    count += 32
  }

  /// Sixteen bytes, big endian.
  mutating func append(_ value: UInt128) {
    for i in 0..<16 { bytes[count + i] = UInt8(truncatingIfNeeded: value >> UInt128(120 - 8 * i)) }
    count += 16
  }

  /// Eight bytes, little endian.
  mutating func append(littleEndian value: UInt64) {
    for i in 0..<8 { bytes[count + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) }
    count += 8
  }

  /// BLAKE2b-256.
  var digest: Bytes32 { Sodium.Blake2b.hash(bytes.span.extracting(0..<count)) }

  /// BLAKE2b of 1 … 8 bytes as a little-endian number.
  func shortDigest(length: Int) -> UInt64 {
    Sodium.Blake2b.shortHash(bytes.span.extracting(0..<count), length: length)
  }
}
