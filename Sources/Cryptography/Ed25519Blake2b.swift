import CSodium
public import Primitives

/// Ed25519 in which BLAKE2b-512 stands in the place of SHA-512, as the Nano network signs its blocks.
///
/// A library that offers only the standard hash cannot verify these signatures. Signing is composed of libsodium's group
/// operations, which guard the secret; verifying knows no secret and computes by itself, which is faster.
public enum Ed25519Blake2b {
  /// Whether `signature` over `digest` verifies under `key`, the way the network decides it, less the forgeable keys.
  ///
  /// Like the network it takes S modulo the group order L, so `S` and `S + L` are both valid: tell payments apart by
  /// their hash, never by their signature. Unlike the network it refuses keys of small or mixed order and keys in a
  /// second spelling: nobody honest has one, and anyone can sign for them. Allocates nothing.
  ///
  /// Valid is exactly: S < 2²⁵³; `key` as `isValidKey` wants it; neither S nor the challenge k is a multiple of L; and R
  /// is, byte for byte, the encoding of SB − kA. So no cofactor is multiplied in, and R is never looked at as a point:
  /// no second spelling of it is valid, while the neutral point, if it is what comes out, is.
  public static func isValid(signature: Ed25519Signature, digest: Bytes32, key: Bytes32) -> Bool {
    guard signature.s[31] & 0xE0 == 0, let point = EdwardsPoint(key: key) else { return false }
    let (s, k) = StackBytes.with(Scratch.size) { scratch in
      scratch.write(signature.r, at: Scratch.r)
      scratch.write(key, at: Scratch.key)
      scratch.write(digest, at: Scratch.digest)
      challenge(in: scratch)

      scratch.clear(Scratch.wide, length: 64)
      scratch.write(signature.s, at: Scratch.wide)
      crypto_core_ed25519_scalar_reduce(scratch.at(Scratch.s), scratch.at(Scratch.wide))
      return (scratch.bytes32(at: Scratch.s), scratch.bytes32(at: Scratch.k))
    }
    guard !s.isZero, !k.isZero else { return false }
    return point.subtracted(times: k, fromBaseTimes: s).encoded == signature.r
  }

  /// Whether a key can have an honest owner: a point of the prime-order group in its one spelling, and not the neutral
  /// one.
  public static func isValidKey(_ key: Bytes32) -> Bool { EdwardsPoint(key: key) != nil }

  /// k = BLAKE2b-512(R ‖ A ‖ M) mod L, from the first 96 bytes of the scratch into its place.
  fileprivate static func challenge(in scratch: StackBytes) {
    _ = crypto_generichash(scratch.at(Scratch.wide), 64, scratch.at(Scratch.r), 96, nil, 0)
    crypto_core_ed25519_scalar_reduce(scratch.at(Scratch.k), scratch.at(Scratch.wide))
  }

  /// Where things lie in the one piece of stack that an operation uses.
  fileprivate enum Scratch {
    static let r = 0, key = 32, digest = 64, k = 96, s = 128, p = 160, q = 192, wide = 224, size = 288
  }
}

// MARK: Signing: for simulators and tests, since nothing that serves customers holds a spending key

extension Ed25519Blake2b {
  /// The public key of a private key.
  public static func publicKey(of privateKey: Bytes32) -> Bytes32 { KeyPair(privateKey).publicKey }

  /// The signature over `digest` whose nonce comes from the key and the digest alone: equal inputs, equal bytes.
  public static func sign(_ digest: Bytes32, privateKey: Bytes32) -> Ed25519Signature {
    let pair = KeyPair(privateKey)
    return StackBytes.with(Scratch.size) { scratch in
      // r = BLAKE2b-512(prefix ‖ M) mod L, R = rB
      scratch.write(pair.prefix, at: Scratch.key)
      scratch.write(digest, at: Scratch.digest)
      _ = crypto_generichash(scratch.at(Scratch.wide), 64, scratch.at(Scratch.key), 64, nil, 0)
      crypto_core_ed25519_scalar_reduce(scratch.at(Scratch.s), scratch.at(Scratch.wide))
      let hasPoint = crypto_scalarmult_ed25519_base_noclamp(scratch.at(Scratch.r), scratch.at(Scratch.s)) == 0
      precondition(hasPoint, "a nonce of zero: one chance in 2²⁵²")
      // S = r + k·a
      scratch.write(pair.publicKey, at: Scratch.key)
      challenge(in: scratch)
      scratch.write(pair.scalar, at: Scratch.p)
      crypto_core_ed25519_scalar_mul(scratch.at(Scratch.q), scratch.at(Scratch.k), scratch.at(Scratch.p))
      crypto_core_ed25519_scalar_add(scratch.at(Scratch.k), scratch.at(Scratch.s), scratch.at(Scratch.q))
      defer { sodium_memzero(scratch.at(0), Scratch.size) }
      return Ed25519Signature(
        r: scratch.bytes32(at: Scratch.r),
        s: scratch.bytes32(at: Scratch.k)
      )
    }
  }

  private struct KeyPair {
    /// The clamped secret scalar, reduced modulo L.
    let scalar: Bytes32
    /// The other half of the expanded secret, from which nonces come.
    let prefix: Bytes32
    let publicKey: Bytes32

    init(_ privateKey: Bytes32) {
      (scalar, prefix, publicKey) = StackBytes.with(192) { scratch in
        defer { sodium_memzero(scratch.at(0), 192) }
        scratch.write(privateKey, at: 0)
        _ = crypto_generichash(scratch.at(32), 64, scratch.at(0), 32, nil, 0)
        let prefix = scratch.bytes32(at: 64)
        scratch[32] &= 248
        scratch[63] &= 127
        scratch[63] |= 64
        scratch.clear(64, length: 32)
        crypto_core_ed25519_scalar_reduce(scratch.at(128), scratch.at(32))
        let hasPoint = crypto_scalarmult_ed25519_base_noclamp(scratch.at(160), scratch.at(128)) == 0
        precondition(hasPoint, "a clamped scalar is never a multiple of the group order")
        return (scratch.bytes32(at: 128), prefix, scratch.bytes32(at: 160))
      }
    }
  }
}
