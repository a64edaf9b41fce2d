package import Primitives

/// What we ask of a node that can hold money back: take it when the goods were delivered, else give it back.
///
/// Every call is bounded in time and safe to repeat: what is so already is success.
package protocol HoldInvoices: Sendable {
  /// Makes an invoice whose preimage only we know; where one with this hash exists with the same amount and text,
  /// gives that one.
  ///
  /// - Throws: `.conflict` where the hash is that of another invoice.
  func makeHold(_ wish: HoldWish) async throws(NodeFailure) -> HoldInvoice
  /// Takes the held money; success also where it was taken before.
  ///
  /// - Throws: `.conflict` where nothing is held: not yet, or not any more.
  func settle(_ preimage: Bytes32) async throws(NodeFailure)
  /// Gives the held money back and closes the invoice; success also where it was closed before.
  ///
  /// - Throws: `.conflict` where the money was taken, or the node knows no such invoice.
  func cancel(_ hash: Bytes32) async throws(NodeFailure)
  /// How the invoice stands; nil where the node does not know it.
  func hold(_ hash: Bytes32) async throws(NodeFailure) -> HoldInvoice?
  /// Waits until the invoice is in another state than `state`; nil where it still is after `seconds` (at most 60).
  ///
  /// The state of the moment counts, so nothing is missed between two calls.
  func subscribe(
    _ hash: Bytes32,
    after state: NodeInvoice.State,
    seconds: Int
  ) async throws(NodeFailure) -> HoldInvoice?
}

/// A wish for an invoice that holds.
package struct HoldWish: Hashable, Sendable {
  /// SHA-256 of our preimage.
  package let paymentHash: Bytes32
  /// Millisatoshi; a hold always has a price.
  package let msat: UInt64
  package let description: InvoiceWish.Description
  /// Seconds until it can be paid no more.
  package let expirySeconds: UInt32
  /// How many blocks the payer's money must stay locked at least, from its arrival on.
  package let cltvBlocks: UInt32

  package init(
    paymentHash: Bytes32,
    msat: UInt64,
    description: InvoiceWish.Description,
    expirySeconds: UInt32,
    cltvBlocks: UInt32
  ) {
    self.paymentHash = paymentHash
    self.msat = msat
    self.description = description
    self.expirySeconds = expirySeconds
    self.cltvBlocks = cltvBlocks
  }
}

/// An invoice that holds, and the money on it; nothing in it is verified yet.
package struct HoldInvoice: Hashable, Sendable {
  package var invoice: NodeInvoice
  /// The parts in which money came, those that went back too.
  package let parts: [Part]

  package struct Part: Hashable, Sendable {
    package enum State: Hashable, Sendable { case held, settled, returned }

    package let msat: UInt64
    package let state: State
    package let arrivedAtHeight: UInt32
    /// The height from which on the payer can have it back.
    package let expiryHeight: UInt32

    package init(msat: UInt64, state: State, arrivedAtHeight: UInt32, expiryHeight: UInt32) {
      self.msat = msat
      self.state = state
      self.arrivedAtHeight = arrivedAtHeight
      self.expiryHeight = expiryHeight
    }
  }

  package init(invoice: NodeInvoice, parts: [Part]) {
    self.invoice = invoice
    self.parts = parts
  }

  /// What is locked just now, millisatoshi; the greatest number where the sum is beyond it.
  package var heldMsat: UInt64 {
    held.reduce(0) { sum, part in
      let (next, isTooMuch) = sum.addingReportingOverflow(part.msat)
      return isTooMuch ? .max : next
    }
  }

  /// The height from which on the first of the locked parts can go back; nil where none is.
  package var firstExpiryHeight: UInt32? { held.map(\.expiryHeight).min() }

  private var held: [Part] { parts.filter { $0.state == .held } }
}
