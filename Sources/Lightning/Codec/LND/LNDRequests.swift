import Cryptography
package import Primitives

/// `POST /v1/invoices` (`lnrpc.Invoice` as a request).
package struct LNDAddInvoice: Hashable, Sendable {
  /// Nil: the payer chooses.
  package var msat: UInt64?
  package var description: InvoiceWish.Description
  /// Seconds.
  package var expirySeconds: UInt32
  /// Nil: the node makes one.
  package var preimage: Bytes32?

  package init(
    msat: UInt64?,
    description: InvoiceWish.Description,
    expirySeconds: UInt32,
    preimage: Bytes32? = nil
  ) {
    self.msat = msat
    self.description = description
    self.expirySeconds = expirySeconds
    self.preimage = preimage
  }

  /// The body.
  package var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.members(msat: msat, description: description, expirySeconds: expirySeconds)
    if let preimage { writer.member("r_preimage", LNDValue.base64(preimage)) }
    writer.endObject()
    return writer.bytes
  }
}

/// `POST /v2/invoices/hodl` (`invoicesrpc.AddHoldInvoiceRequest`).
package struct LNDAddHoldInvoice: Hashable, Sendable {
  package var wish: HoldWish

  package init(_ wish: HoldWish) { self.wish = wish }

  /// The body.
  package var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("hash", LNDValue.base64(wish.paymentHash))
    writer.members(msat: wish.msat, description: wish.description, expirySeconds: wish.expirySeconds)
    writer.member("cltv_expiry", String(wish.cltvBlocks))
    writer.endObject()
    return writer.bytes
  }
}

/// The small bodies of `POST /v2/invoices/settle` and `/cancel`.
package enum LNDHoldDecision: Sendable {
  case settle(Bytes32)
  case cancel(Bytes32)

  /// The body.
  package var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .settle(let preimage): writer.member("preimage", LNDValue.base64(preimage))
    case .cancel(let hash): writer.member("payment_hash", LNDValue.base64(hash))
    }
    writer.endObject()
    return writer.bytes
  }
}

/// Paths below the REST door.
package enum LNDPath {
  package static let info = "/v1/getinfo"
  package static let invoices = "/v1/invoices"
  package static let hold = "/v2/invoices/hodl"
  package static let settle = "/v2/invoices/settle"
  package static let cancel = "/v2/invoices/cancel"

  /// One invoice.
  package static func invoice(_ hash: Bytes32) -> String { "/v1/invoice/\(hash.hex())" }

  /// A page of invoices, those made after the one with this index.
  package static func page(after addIndex: UInt64, most: Int) -> String {
    "/v1/invoices?index_offset=\(addIndex)&num_max_invoices=\(most)"
  }

  /// What is settled from now on, and before it whatever has a greater index than `cursor`; 0 asks for nothing before.
  package static func settlements(after cursor: UInt64) -> String {
    cursor == 0 ? "/v1/invoices/subscribe" : "/v1/invoices/subscribe?settle_index=\(cursor)"
  }

  /// What becomes of one invoice, from its state of now on.
  package static func states(of hash: Bytes32) -> String { "/v2/invoices/subscribe/\(LNDValue.pathBase64(hash))" }
}

extension JSONWriter {
  fileprivate mutating func members(msat: UInt64?, description: InvoiceWish.Description, expirySeconds: UInt32) {
    if let msat { member("value_msat", String(msat)) }
    switch description {
    case .text(let text): member("memo", text)
    case .hashed(let text): member("description_hash", LNDValue.base64(Sodium.SHA256.hash(Array(text.utf8))))
    }
    member("expiry", String(expirySeconds))
  }
}
