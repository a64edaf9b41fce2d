import CSecp256k1
import CSodium
public import Primitives

/// The curve of Bitcoin and Lightning: keys here, ECDSA and BIP-340 signatures in files of their own.
///
/// Everything may be called from any thread.
public enum Secp256k1 {
  /// A point of the curve in its one spelling of 33 bytes: 2 or 3 by the sign of y, then x.
  public struct PublicKey: Hashable, Sendable {
    /// 2 where y is even, 3 where it is odd.
    public let sign: UInt8
    /// The x coordinate; alone it is the key of BIP-340.
    public let x: Bytes32

    init(sign: UInt8, x: Bytes32) {
      self.sign = sign
      self.x = x
    }

    /// Reads exactly 33 bytes, which must be a point of the curve.
    ///
    /// - Throws: `Secp256k1Refusal.badKey`.
    public init(decoding bytes: Span<UInt8>) throws(Secp256k1Refusal) {
      guard bytes.count == 33, bytes[0] == 2 || bytes[0] == 3, let x = try? Bytes32(decoding: bytes.extracting(1..<33))
      else { throw .badKey }
      self.init(sign: bytes[0], x: x)
      guard point != nil else { throw .badKey }
    }

    /// The 33 bytes.
    public var bytes: [UInt8] { [sign] + x.bytes }
    /// The bytes as 66 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }

    /// The key as the library wants it; nil where it is no point.
    var point: secp256k1_pubkey? {
      StackBytes.with(33) { spelling in
        spelling[0] = sign
        spelling.write(x, at: 1)
        var point = secp256k1_pubkey()
        return secp256k1_ec_pubkey_parse(Secp256k1.context, &point, spelling.at(0), 33) == 1 ? point : nil
      }
    }

    init(_ point: secp256k1_pubkey) {
      self = StackBytes.with(33) { spelling in
        var point = point
        var count = 33
        let compressed = UInt32(1 << 1 | 1 << 8)
        _ = secp256k1_ec_pubkey_serialize(Secp256k1.context, spelling.at(0), &count, &point, compressed)
        return PublicKey(sign: spelling[0], x: spelling.bytes32(at: 1))
      }
    }
  }

  /// The public key of a secret.
  ///
  /// - Throws: `Secp256k1Refusal.badSecret` for zero and for what is not below the order of the curve.
  public static func publicKey(of secret: Bytes32) throws(Secp256k1Refusal) -> PublicKey {
    let point = withSecret(secret) { secret in
      var point = secp256k1_pubkey()
      return secp256k1_ec_pubkey_create(context, &point, secret) == 1 ? point : nil
    }
    guard let point else { throw .badSecret }
    return PublicKey(point)
  }

  /// Made once, blinded against those who measure, and only read from then on: safe for all threads.
  static var context: OpaquePointer { shared.context }

  private static let shared = Context()

  /// `@unchecked Sendable`: nobody writes to the library's context after `init`.
  private struct Context: @unchecked Sendable {
    let context: OpaquePointer

    init() {
      guard let context = secp256k1_context_create(1) else {
        preconditionFailure("libsecp256k1 has no memory for its context")
      }
      _ = secp256k1_context_randomize(context, SystemEntropy().bytes(32))
      self.context = context
    }
  }

  /// Runs `body` on a copy of a secret that is wiped behind it.
  static func withSecret<Result>(_ secret: Bytes32, _ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
    StackBytes.with(32) { copy in
      copy.write(secret, at: 0)
      defer { sodium_memzero(copy.at(0), 32) }
      return body(copy.at(0))
    }
  }
}

/// Why a key or a signature of `Secp256k1` is none; it never holds a byte of it.
public enum Secp256k1Refusal: Error, Hashable, Sendable {
  /// Zero, or not below the order of the curve.
  case badSecret
  /// Not the spelling of a point.
  case badKey
  /// R or S is not below the order of the curve, or the recovery id is not 0 … 3.
  case badSignature
  /// No key can have made this signature.
  case notRecoverable
}
