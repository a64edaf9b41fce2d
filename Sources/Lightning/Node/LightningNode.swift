package import Primitives

/// What we ask of the operator's own Lightning node, whatever its make.
///
/// Every call is bounded in time and in bytes, and safe to repeat: an invoice is made under a label of ours, once.
package protocol LightningNode: Sendable {
  /// Who the node is and how it stands.
  func facts() async throws(NodeFailure) -> NodeFacts
  /// Makes an invoice; where one with this label exists already with the same amount and hash, gives that one.
  func makeInvoice(_ wish: InvoiceWish) async throws(NodeFailure) -> NodeInvoice
  /// The invoice with this payment hash, paid or not; nil where the node does not know it.
  func invoice(paying hash: Bytes32) async throws(NodeFailure) -> NodeInvoice?
  /// Paid invoices after `cursor` in the order of their payment, at most `most`; returns at once.
  func paid(after cursor: UInt64, most: Int) async throws(NodeFailure) -> [NodeInvoice]
  /// Waits for the first paid invoice after `cursor`; nil where none came within `seconds` (at most 60).
  func nextPaid(after cursor: UInt64, seconds: Int) async throws(NodeFailure) -> NodeInvoice?
  /// The cursor after which every later payment comes: the newest payment's, or 0 where there was none.
  func newestCursor() async throws(NodeFailure) -> UInt64
}

/// Who a node is and how it stands.
package struct NodeFacts: Hashable, Sendable {
  /// Its public key, 66 lower-case hex digits.
  package let id: String
  /// Its name for people, at most 32 bytes, as it came: hostile text.
  package let alias: String
  /// `bitcoin`, `testnet`, `testnet4`, `signet`, `regtest`.
  package let network: String
  /// Its program's version.
  package let version: String
  /// The height of its chain; may go back by some blocks right after a start.
  package let height: UInt32
  /// Why it cannot be paid reliably just now, in the node's words; empty where all is well.
  package let warnings: [String]

  package init(id: String, alias: String, network: String, version: String, height: UInt32, warnings: [String]) {
    self.id = id
    self.alias = alias
    self.network = network
    self.version = version
    self.height = height
    self.warnings = warnings
  }
}

/// A wish for an invoice.
package struct InvoiceWish: Hashable, Sendable {
  /// Millisatoshi; nil: the payer chooses.
  package let msat: UInt64?
  /// Ours, unique for ever: characters `A–Z a–z 0–9 : _ . -`.
  package let label: String
  /// What the payer reads, or the LNURL metadata that only its hash is shown of.
  package let description: Description
  /// Seconds until it can be paid no more.
  package let expirySeconds: UInt32

  package enum Description: Hashable, Sendable {
    /// In the invoice itself.
    case text(String)
    /// The invoice holds SHA-256 of this text (LUD-06).
    case hashed(String)
  }

  package init(msat: UInt64?, label: String, description: Description, expirySeconds: UInt32) {
    self.msat = msat
    self.label = label
    self.description = description
    self.expirySeconds = expirySeconds
  }
}

/// An invoice as the node tells of it; nothing in it is verified yet.
package struct NodeInvoice: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case unpaid, paid, expired
    /// Money is locked by a hold invoice, not received.
    case accepted
    /// Cancelled by us.
    case cancelled
  }

  /// SHA-256 of the preimage.
  package var paymentHash: Bytes32
  package var state: State
  /// The label, where the node keeps one.
  package var label: String?
  /// BOLT11 or BOLT12, where the node tells it.
  package var text: String?
  /// What was asked, millisatoshi; nil: the payer's choice.
  package var askedMsat: UInt64?
  /// What came, millisatoshi; only where paid.
  package var receivedMsat: UInt64?
  /// The place in the order of payments; only where paid.
  package var cursor: UInt64?
  /// Wall-clock seconds by the node's clock; only where paid.
  package var paidAtS: Int64?
  /// Only where paid; never to be logged.
  package var preimage: Bytes32?
  /// What the payer read, or the whole hashed text; hostile where the invoice is not ours.
  package var description: String?
  /// Wall-clock seconds by the node's clock.
  package var expiresAtS: Int64?
  /// The BOLT12 offer it answers, 64 hex digits.
  package var offer: String?
  /// What the payer wrote: hostile text.
  package var payerNote: String?

  package init(paymentHash: Bytes32, state: State) {
    self.paymentHash = paymentHash
    self.state = state
  }
}

/// Why a node did not do what we asked, by who must act.
package enum NodeFailure: Error, Hashable, Sendable {
  /// It cannot be reached, is starting or stopping, or broke off: ask again with backoff.
  case away(String)
  /// It does not let us: the operator must change a key, a rune, a file's mode or a setting.
  case refused(String)
  /// It answered what no node of this make answers: keep the evidence, treat as away.
  case garbled(String)
  /// Our request is wrong for this node (unknown method, bad parameter): a fault of ours or too old a node.
  case unsupported(String)
  /// A label of ours exists with other contents.
  case conflict(String)
  /// It tells of a payment at or before the cursor: it was replaced, or its data went back. Stop, ask the operator.
  case rewound(String)
}
