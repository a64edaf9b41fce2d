import CSodium
import Primitives

@testable import Cryptography

/// Verification put together from libsodium's group operations only: what ours must always agree with.
enum Ed25519Blake2bReference {
  static func isValid(_ signature: Ed25519Signature, digest: Bytes32, key: Bytes32) -> Bool {
    guard signature.s[31] & 0xE0 == 0 else { return false }
    let s = SodiumCurve.reduce(signature.s)
    let k = challenge(r: signature.r, key: key, digest: digest)
    guard let p = SodiumCurve.base(times: s), let q = SodiumCurve.multiply(key, by: k) else { return false }
    return SodiumCurve.subtract(p, q) == signature.r
  }

  /// k = BLAKE2b-512(R ‖ A ‖ M) mod L.
  static func challenge(r: Bytes32, key: Bytes32, digest: Bytes32) -> Bytes32 {
    StackBytes.with(64) { wide in
      _ = crypto_generichash(wide.at(0), 64, r.bytes + key.bytes + digest.bytes, 96, nil, 0)
      return SodiumCurve.reduce(wide.bytes32(at: 0), wide.bytes32(at: 32))
    }
  }
}
