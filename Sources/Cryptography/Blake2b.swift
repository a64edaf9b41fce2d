import CSodium
public import Primitives

extension Sodium {
  /// BLAKE2b without a key (RFC 7693), digests of 1 to 64 bytes.
  public enum Blake2b {
    /// The 32-byte digest of a message.
    ///
    /// Allocates nothing.
    public static func hash(_ message: Span<UInt8>) -> Bytes32 { hash(message.bytes) }

    /// The 32-byte digest of a message.
    ///
    /// Allocates nothing.
    public static func hash(_ message: RawSpan) -> Bytes32 {
      StackBytes.with(32) { digest in
        message.withUnsafeBytes { message in
          _ = crypto_generichash(digest.at(0), 32, message.bytes, UInt64(message.count), nil, 0)
        }
        return digest.bytes32(at: 0)
      }
    }

    /// A digest of 1 … 8 bytes as a number whose lowest byte is the digest's first.
    ///
    /// Allocates nothing.
    public static func shortHash(_ message: Span<UInt8>, length: Int) -> UInt64 {
      shortHash(message.bytes, length: length)
    }

    /// A digest of 1 … 8 bytes as a number whose lowest byte is the digest's first.
    ///
    /// Allocates nothing.
    public static func shortHash(_ message: RawSpan, length: Int) -> UInt64 {
      precondition(length >= 1 && length <= 8)
      return StackBytes.with(8) { digest in
        message.withUnsafeBytes { message in
          _ = crypto_generichash(digest.at(0), length, message.bytes, UInt64(message.count), nil, 0)
        }
        return (0..<length).reversed().reduce(0) { $0 << 8 | UInt64(digest[$1]) }
      }
    }

    /// The digest, 1 … 64 bytes long, of the parts put end to end.
    public static func digest(of parts: [UInt8]..., length: Int = 32) -> [UInt8] {
      precondition(length >= 1 && length <= 64)
      return StackBytes.with(crypto_generichash_statebytes(), alignment: 64) { memory in
        let state = OpaquePointer(memory.at(0))
        _ = crypto_generichash_init(state, nil, 0, length)
        for part in parts { _ = crypto_generichash_update(state, part, UInt64(part.count)) }
        return StackBytes.with(64) { digest in
          _ = crypto_generichash_final(state, digest.at(0), length)
          return (0..<length).map { digest[$0] }
        }
      }
    }
  }
}
