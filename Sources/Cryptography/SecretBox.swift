import CSodium

/// Secrets at rest: sealed with one key, opened with the same, and only where they were sealed for.
///
/// XChaCha20-Poly1305 (the IETF construction with a nonce of 192 bits): a nonce drawn by chance never meets another.
public enum SecretBox {
  /// Bytes of a key.
  public static let keyBytes = 32
  /// Bytes that sealing adds: the nonce in front, the tag behind.
  public static let addedBytes = 24 + 16
  /// The longest secret, bytes.
  public static let maxBytes = 1 << 20

  /// Seals a secret for a purpose: the nonce, then the sealed bytes.
  ///
  /// - Parameters:
  ///   - secret: At most `maxBytes`.
  ///   - key: `keyBytes` of chance.
  ///   - purpose: What it is; what was sealed for one purpose does not open for another.
  /// - Returns: `addedBytes` more than the secret.
  public static func seal(_ secret: [UInt8], key: [UInt8], purpose: String) -> [UInt8] {
    precondition(key.count == keyBytes && secret.count <= maxBytes)
    let nonce = SystemEntropy().bytes(24), label = Array(purpose.utf8)
    var sealed = [UInt8](repeating: 0, count: secret.count + 16)
    let code = crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed,
      nil,
      secret,
      UInt64(secret.count),
      label,
      UInt64(label.count),
      nil,
      nonce,
      key
    )
    precondition(code == 0, "libsodium seals whatever fits")
    return nonce + sealed
  }

  /// The secret; nil for another key, another purpose, or bytes that were changed.
  public static func open(_ sealed: [UInt8], key: [UInt8], purpose: String) -> [UInt8]? {
    open(sealed, key: key, label: Array(purpose.utf8))
  }

  static func open(_ sealed: [UInt8], key: [UInt8], label: [UInt8]) -> [UInt8]? {
    precondition(key.count == keyBytes)
    guard sealed.count >= addedBytes, sealed.count <= maxBytes + addedBytes else { return nil }
    let nonce = Array(sealed[..<24]), body = Array(sealed[24...])
    // One byte more than needed, so that an empty secret has a place too.
    var secret = [UInt8](repeating: 0, count: body.count - 16 + 1)
    let code = crypto_aead_xchacha20poly1305_ietf_decrypt(
      &secret,
      nil,
      nil,
      body,
      UInt64(body.count),
      label,
      UInt64(label.count),
      nonce,
      key
    )
    guard code == 0 else { return nil }
    secret.removeLast()
    return secret
  }
}
