import CSodium
public import Primitives

extension Sodium {
  /// SHA-256 (FIPS 180-4).
  public enum SHA256 {
    /// The digest of a message.
    ///
    /// Allocates nothing.
    public static func hash(_ message: Span<UInt8>) -> Bytes32 {
      StackBytes.with(32) { digest in
        message.withUnsafeBytes { _ = crypto_hash_sha256(digest.at(0), $0.bytes, UInt64($0.count)) }
        return digest.bytes32(at: 0)
      }
    }

    /// The digest of a message.
    public static func hash(_ message: [UInt8]) -> Bytes32 { hash(message.span) }
  }

  /// HMAC with SHA-256 (RFC 2104), for keys of any length.
  public enum HMACSHA256 {
    /// The code that authenticates a message under a key.
    ///
    /// Allocates nothing.
    public static func code(_ message: Span<UInt8>, key: Span<UInt8>) -> Bytes32 {
      StackBytes.with(32) { code in
        var state = crypto_auth_hmacsha256_state()
        key.withUnsafeBytes { key in
          // An empty key has no place; any will do for reading nothing from it.
          _ = crypto_auth_hmacsha256_init(&state, key.bytes ?? UnsafePointer(code.at(0)), key.count)
        }
        message.withUnsafeBytes { _ = crypto_auth_hmacsha256_update(&state, $0.bytes, UInt64($0.count)) }
        _ = crypto_auth_hmacsha256_final(&state, code.at(0))
        sodium_memzero(&state, MemoryLayout.size(ofValue: state))
        return code.bytes32(at: 0)
      }
    }

    /// The code that authenticates a message under a key.
    public static func code(_ message: [UInt8], key: [UInt8]) -> Bytes32 { code(message.span, key: key.span) }

    /// Whether `code` authenticates the message under the key; takes the same time for every wrong code.
    public static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
      Sodium.areEqual(code, Self.code(message, key: key).bytes)
    }
  }
}
