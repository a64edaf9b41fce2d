import Cryptography
package import Primitives

/// The 32 bytes that prove a payment: who has them, paid, or met somebody who did.
package enum Preimage {
  /// The payment hash of a preimage.
  package static func hash(_ preimage: Bytes32) -> Bytes32 {
    let bytes = preimage.bytes
    return Sodium.SHA256.hash(bytes.span)
  }

  /// Whether a preimage proves the payment of `hash`; takes the same time for every wrong one.
  package static func proves(_ preimage: Bytes32, _ hash: Bytes32) -> Bool { self.hash(preimage) == hash }
}
