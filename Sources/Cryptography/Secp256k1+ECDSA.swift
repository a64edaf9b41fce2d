import CSecp256k1
public import Primitives

extension Secp256k1 {
  /// An ECDSA signature: R and S, 32 big-endian bytes each.
  public struct Signature: Hashable, Sendable {
    /// The first 32 bytes.
    public let r: Bytes32
    /// The last 32 bytes.
    public let s: Bytes32

    /// A signature of its halves.
    public init(r: Bytes32, s: Bytes32) {
      self.r = r
      self.s = s
    }

    /// The 64 bytes.
    public var bytes: [UInt8] { r.bytes + s.bytes }

    /// Whether S is in the lower half of the order, as honest signers leave it.
    public var hasLowS: Bool {
      guard var parsed else { return false }
      return secp256k1_ecdsa_signature_normalize(Secp256k1.context, nil, &parsed) == 0
    }

    fileprivate var parsed: secp256k1_ecdsa_signature? {
      StackBytes.with(64) { compact in
        compact.write(r, at: 0)
        compact.write(s, at: 32)
        var parsed = secp256k1_ecdsa_signature()
        return secp256k1_ecdsa_signature_parse_compact(Secp256k1.context, &parsed, compact.at(0)) == 1 ? parsed : nil
      }
    }
  }

  /// Which S a verifier takes: S and its negative are both valid for the mathematics.
  public enum SRule: Sendable {
    /// Only the lower one: a signature has one form.
    case lowOnly
    /// Either.
    case any
  }

  /// Whether `signature` over `digest` is by the owner of `key`.
  public static func isValid(
    _ signature: Signature,
    over digest: Bytes32,
    by key: PublicKey,
    taking rule: SRule = .lowOnly
  ) -> Bool {
    guard var point = key.point, var parsed = signature.parsed else { return false }
    if rule == .any {
      var lower = secp256k1_ecdsa_signature()
      _ = secp256k1_ecdsa_signature_normalize(context, &lower, &parsed)
      parsed = lower
    }
    return StackBytes.with(32) { copy in
      copy.write(digest, at: 0)
      return secp256k1_ecdsa_verify(context, &parsed, copy.at(0), &point) == 1
    }
  }

  /// The key that made `signature` over `digest`; either S.
  ///
  /// The id, 0 … 3, says which of the points with that R is meant.
  ///
  /// - Throws: `Secp256k1Refusal.badSignature` or `.notRecoverable`.
  public static func recover(
    _ signature: Signature,
    id: UInt8,
    over digest: Bytes32
  ) throws(Secp256k1Refusal) -> PublicKey {
    guard id < 4 else { throw .badSignature }
    let point = StackBytes.with(96) { scratch -> Result<secp256k1_pubkey, Secp256k1Refusal> in
      scratch.write(signature.r, at: 0)
      scratch.write(signature.s, at: 32)
      scratch.write(digest, at: 64)
      var parsed = secp256k1_ecdsa_recoverable_signature()
      guard
        secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, scratch.at(0), Int32(id)) == 1
      else { return .failure(.badSignature) }
      var point = secp256k1_pubkey()
      guard secp256k1_ecdsa_recover(context, &point, &parsed, scratch.at(64)) == 1 else {
        return .failure(.notRecoverable)
      }
      return .success(point)
    }
    return PublicKey(try point.get())
  }

  /// The signature over `digest` and its recovery id: low S, the nonce by RFC 6979, so equal inputs give equal bytes.
  ///
  /// - Throws: `Secp256k1Refusal.badSecret`.
  public static func sign(
    _ digest: Bytes32,
    secret: Bytes32
  ) throws(Secp256k1Refusal) -> (signature: Signature, id: UInt8) {
    let signed = withSecret(secret) { secret in
      StackBytes.with(96) { scratch -> (Signature, UInt8)? in
        scratch.write(digest, at: 64)
        var made = secp256k1_ecdsa_recoverable_signature()
        guard secp256k1_ecdsa_sign_recoverable(context, &made, scratch.at(64), secret, nil, nil) == 1 else {
          return nil
        }
        var id: Int32 = 0
        _ = secp256k1_ecdsa_recoverable_signature_serialize_compact(context, scratch.at(0), &id, &made)
        return (Signature(r: scratch.bytes32(at: 0), s: scratch.bytes32(at: 32)), UInt8(truncatingIfNeeded: id))
      }
    }
    guard let signed else { throw .badSecret }
    return signed
  }
}
