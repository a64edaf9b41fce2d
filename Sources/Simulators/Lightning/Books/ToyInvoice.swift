package import Primitives

/// An invoice in the books of a toy Lightning node.
package struct ToyInvoice: Hashable, Sendable {
  /// What has become of it.
  package enum State: String, Hashable, Sendable, CaseIterable {
    case unpaid, paid, expired
    /// Money is locked by a hold invoice, not received.
    case accepted
    /// Called off before it was paid.
    case cancelled
  }

  /// Through which door it was made: it decides which amounts are accepted.
  package enum Maker: String, Hashable, Sendable, CaseIterable {
    case coreLightning = "core_lightning"
    case lnd
  }

  /// The money that a hold invoice has locked.
  package struct Held: Hashable, Sendable {
    package var msat: UInt64
    package var acceptedAtS: Int64
    package var acceptedAtHeight: UInt32
    /// The chain's height at which the payer's node takes the money back.
    package var expiresAtHeight: UInt32

    package init(msat: UInt64, acceptedAtS: Int64, acceptedAtHeight: UInt32, expiresAtHeight: UInt32) {
      self.msat = msat
      self.acceptedAtS = acceptedAtS
      self.acceptedAtHeight = acceptedAtHeight
      self.expiresAtHeight = expiresAtHeight
    }
  }

  /// Its place in the order of making, from 1.
  package var createdIndex: UInt64 = 0
  /// Its label as it was spelled in JSON, escapes and all: two spellings of one text are two labels.
  package var label: [UInt8]
  /// `lnbc…` or `lni…`.
  package var text: String
  package var paymentHash: Bytes32
  /// Nil in a hold invoice until its maker tells it.
  package var preimage: Bytes32?
  package var paymentSecret: Bytes32
  /// Nil where the payer chooses.
  package var askedMsat: UInt64?
  /// Nil where it was removed, or LND was given a hash alone.
  package var description: String?
  /// The hash in its text, where only that is in it.
  package var descriptionHash: Bytes32?
  package var createdAtS: Int64
  package var expiresAtS: Int64
  package var cltvDelta: UInt32
  package var maker: Maker
  package var isHold = false
  package var isKeysend = false
  package var isPrivate = false

  package var state = State.unpaid
  /// Its place in the order of changes; nil until the first one.
  package var updatedIndex: UInt64?
  /// Its place in the order of payments, from 1.
  package var payIndex: UInt64?
  package var receivedMsat: UInt64?
  package var paidAtS: Int64?
  /// What a hold invoice has locked, and had when it was settled.
  package var held: Held?
  /// The BOLT12 offer it answers.
  package var offerID: Bytes32?
  package var payerNote: String?

  package init(
    label: [UInt8],
    text: String,
    paymentHash: Bytes32,
    preimage: Bytes32?,
    paymentSecret: Bytes32,
    askedMsat: UInt64?,
    description: String?,
    createdAtS: Int64,
    expiresAtS: Int64,
    cltvDelta: UInt32 = 18,
    maker: Maker = .coreLightning
  ) {
    self.label = label
    self.text = text
    self.paymentHash = paymentHash
    self.preimage = preimage
    self.paymentSecret = paymentSecret
    self.askedMsat = askedMsat
    self.description = description
    self.createdAtS = createdAtS
    self.expiresAtS = expiresAtS
    self.cltvDelta = cltvDelta
    self.maker = maker
  }

  /// Whether it could still be paid.
  package var isOpen: Bool { state == .unpaid }

  /// Whether this node takes so much for it: Core Lightning from the asked amount to twice that, LND from it upwards.
  package func accepts(_ msat: UInt64) -> Bool {
    guard let askedMsat else { return msat > 0 }
    guard msat >= askedMsat else { return false }
    return maker == .lnd || msat - askedMsat <= askedMsat
  }
}
