package import Cryptography
package import Primitives

/// A BOLT11 invoice whose signature was checked.
///
/// Its texts are hostile unless we made it.
package struct Bolt11Invoice: Hashable, Sendable {
  /// The longest text that is read: what the largest QR code holds.
  package static let limit = 7_089

  /// The text in lower case.
  package let text: String
  /// Whose coins.
  package let currency: LightningCurrency
  /// What it asks for, millisatoshi; nil: the payer chooses.
  package let msat: UInt64?
  /// When it was made, seconds since 1970.
  package let timestampS: UInt64
  /// SHA-256 of the preimage that proves payment.
  package let paymentHash: Bytes32
  /// What the payer shows the payee; not a secret once the invoice is public.
  package let paymentSecret: Bytes32
  /// What it is for.
  package let description: Description
  /// The key of the node that is paid.
  package let payee: Secp256k1.PublicKey
  /// How long it can be paid, seconds from the timestamp on.
  package let expirySeconds: UInt64
  /// Blocks that the last hop must leave.
  package let minFinalCLTV: UInt64
  /// What payer and payee must know.
  package let features: Bolt11Features
  /// Ways into the payee's node.
  package let routeHints: [[Bolt11Hop]]
  /// Where it can be paid on chain, of the kinds that are known.
  package let fallbacks: [Bolt11Fallback]
  /// What the payer sends back, as it is.
  package let metadata: [UInt8]?
  /// What the payee signed, and how.
  package let seal: Seal

  /// What it is for: a text, or the hash of one.
  package enum Description: Hashable, Sendable {
    case text(String)
    /// SHA-256 of the text.
    case hash(Bytes32)
  }

  /// What the payee signed, and how.
  package struct Seal: Hashable, Sendable {
    /// SHA-256 of prefix and data.
    package let digest: Bytes32
    /// Over the digest.
    package let signature: Secp256k1.Signature
    /// Which key of four it recovers to.
    package let recoveryID: UInt8
  }

  /// The last second in which it can be paid, since 1970.
  package var expiresAtS: UInt64 {
    let (sum, isTooMuch) = timestampS.addingReportingOverflow(expirySeconds)
    return isTooMuch ? .max : sum
  }

  /// Whether it can be paid no more.
  package func isExpired(atS now: UInt64) -> Bool { now > expiresAtS }
}

/// A channel on the way into a node, as an invoice tells it.
package struct Bolt11Hop: Hashable, Sendable {
  /// The node at its start.
  package let node: Secp256k1.PublicKey
  /// Block, transaction and output of the channel: 3, 3 and 2 bytes.
  package let shortChannelID: UInt64
  /// Millisatoshi for each payment.
  package let baseMsat: UInt32
  /// Millionths of the amount.
  package let proportionalMillionths: UInt32
  /// Blocks it keeps.
  package let cltvDelta: UInt16

  /// A hop of its parts.
  package init(
    node: Secp256k1.PublicKey,
    shortChannelID: UInt64,
    baseMsat: UInt32,
    proportionalMillionths: UInt32,
    cltvDelta: UInt16
  ) {
    self.node = node
    self.shortChannelID = shortChannelID
    self.baseMsat = baseMsat
    self.proportionalMillionths = proportionalMillionths
    self.cltvDelta = cltvDelta
  }
}

/// Where an invoice can be paid on chain.
package struct Bolt11Fallback: Hashable, Sendable {
  /// 0 … 16 a witness program, 17 the hash of a key, 18 the hash of a script.
  package let version: UInt8
  /// The program or the hash.
  package let program: [UInt8]

  /// A fallback of its parts; nil where no such thing exists.
  package init?(version: UInt8, program: [UInt8]) {
    switch version {
    case 0: guard program.count == 20 || program.count == 32 else { return nil }
    case 1...16: guard (2...40).contains(program.count) else { return nil }
    case 17, 18: guard program.count == 20 else { return nil }
    default: return nil
    }
    self.version = version
    self.program = program
  }
}
