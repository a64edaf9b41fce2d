import CSecp256k1
import CSodium
public import Primitives

extension Secp256k1 {
  /// Whether a BIP-340 signature over a message is by the owner of the key with this x coordinate.
  ///
  /// The signature is R's x coordinate and s; any other count of bytes than 64 is none.
  public static func isValidSchnorr(_ signature: [UInt8], over message: [UInt8], by x: Bytes32) -> Bool {
    guard signature.count == 64 else { return false }
    return StackBytes.with(32) { copy in
      copy.write(x, at: 0)
      var key = secp256k1_xonly_pubkey()
      guard secp256k1_xonly_pubkey_parse(context, &key, copy.at(0)) == 1 else { return false }
      return secp256k1_schnorrsig_verify(context, signature, message, message.count, &key) == 1
    }
  }

  /// The BIP-340 signature over 32 bytes.
  ///
  /// `auxiliary` is chance against those who measure; with all zeros equal inputs give equal bytes.
  ///
  /// - Throws: `Secp256k1Refusal.badSecret`.
  public static func signSchnorr(
    _ message: Bytes32,
    secret: Bytes32,
    auxiliary: Bytes32
  ) throws(Secp256k1Refusal) -> [UInt8] {
    let signed = withSecret(secret) { secret in
      StackBytes.with(128) { scratch -> [UInt8]? in
        scratch.write(message, at: 64)
        scratch.write(auxiliary, at: 96)
        var pair = secp256k1_keypair()
        defer { sodium_memzero(&pair, MemoryLayout.size(ofValue: pair)) }
        guard secp256k1_keypair_create(context, &pair, secret) == 1,
          secp256k1_schnorrsig_sign32(context, scratch.at(0), scratch.at(64), &pair, scratch.at(96)) == 1
        else { return nil }
        return scratch.bytes32(at: 0).bytes + scratch.bytes32(at: 32).bytes
      }
    }
    guard let signed else { throw .badSecret }
    return signed
  }
}
