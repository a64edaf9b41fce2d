import Cryptography
import Primitives

/// What a hash is taken of, put together on the stack; at most the 176 bytes of a state block.
struct HashInput {
  /// The bytes as they lie in memory, eight at a time: everything that is hashed comes in such pieces.
  private var words = InlineArray<22, UInt64>(repeating: 0)
  private var count = 0

  mutating func append(_ value: Bytes32) {
    append(bigEndian: value.words.0)
    append(bigEndian: value.words.1)
    append(bigEndian: value.words.2)
    append(bigEndian: value.words.3)
  }

  /// Sixteen bytes, big endian.
  mutating func append(_ value: UInt128) {
    append(bigEndian: UInt64(truncatingIfNeeded: value >> 64))
    append(bigEndian: UInt64(truncatingIfNeeded: value))
  }

  /// Eight bytes, little endian.
  mutating func append(littleEndian value: UInt64) {
    words[count] = value.littleEndian
    count += 1
  }

  private mutating func append(bigEndian value: UInt64) {
    words[count] = value.bigEndian
    count += 1
  }

  /// BLAKE2b-256.
  var digest: Bytes32 { Sodium.Blake2b.hash(words.span.extracting(0..<count).bytes) }

  /// BLAKE2b of 1 … 8 bytes as a little-endian number.
  func shortDigest(length: Int) -> UInt64 {
    Sodium.Blake2b.shortHash(words.span.extracting(0..<count).bytes, length: length)
  }
}
