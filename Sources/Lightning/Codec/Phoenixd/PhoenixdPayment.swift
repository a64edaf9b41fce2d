package import Primitives

/// An incoming payment, or an invoice that waits for one, as phoenixd tells of it.
package struct PhoenixdPayment: Hashable, Sendable {
  package let hash: Bytes32
  /// Known before it is paid, since the node makes it; never to be logged.
  package let preimage: Bytes32?
  /// What we gave it when the invoice was made.
  package let externalID: String?
  package let description: String?
  /// BOLT11; nil for what was paid to an offer.
  package let text: String?
  package let isPaid: Bool
  package let isExpired: Bool
  /// Nil: the payer chooses.
  package let requestedSat: UInt64?
  package let receivedSat: UInt64
  /// What it cost to receive, millisatoshi.
  package let feesMsat: UInt64
  /// Wall-clock milliseconds.
  package let expiresAtMS: Int64?
  /// Wall-clock milliseconds; only where paid.
  package let completedAtMS: Int64?
  /// Wall-clock milliseconds.
  package let createdAtMS: Int64
  /// What the payer wrote: hostile text.
  package let payerNote: String?

  /// Reads one object; unknown members are ignored, and what was unset by older nodes may be missing.
  ///
  /// - Throws: `PhoenixdRefusal`.
  package init(_ value: JSONValue) throws(PhoenixdRefusal) {
    guard let hash = value["paymentHash"]?.string.flatMap({ try? Hex.bytes32($0) }) else {
      throw .badMember("paymentHash")
    }
    guard let isPaid = value["isPaid"]?.bool else { throw .badMember("isPaid") }
    guard let received = value["receivedSat"]?.uint64 else { throw .badMember("receivedSat") }
    guard let created = value["createdAt"]?.int64 else { throw .badMember("createdAt") }
    let completed = value["completedAt"]?.int64
    guard !isPaid || (completed ?? -1) >= 0 else { throw .badMember("completedAt") }
    self.hash = hash
    self.isPaid = isPaid
    receivedSat = received
    createdAtMS = created
    completedAtMS = completed
    preimage = value["preimage"]?.string.flatMap { try? Hex.bytes32($0) }
    externalID = value["externalId"]?.string
    description = value["description"]?.string
    text = value["invoice"]?.string
    isExpired = value["isExpired"]?.bool ?? false
    requestedSat = value["requestedSat"]?.uint64
    feesMsat = value["fees"]?.uint64 ?? 0
    expiresAtMS = value["expiresAt"]?.int64
    payerNote = value["payerNote"]?.string
  }

  /// Reads one object.
  ///
  /// - Throws: `PhoenixdRefusal`.
  package init(decoding bytes: [UInt8]) throws(PhoenixdRefusal) {
    guard let value = try? JSONValue(parsing: bytes), value.object != nil else { throw .notJSON }
    try self.init(value)
  }

  /// Reads a list, without what came on chain.
  ///
  /// - Throws: `PhoenixdRefusal`.
  package static func list(decoding bytes: [UInt8]) throws(PhoenixdRefusal) -> (rows: Int, payments: [PhoenixdPayment])
  {
    guard let value = try? JSONValue(parsing: bytes), let rows = value.array else { throw .notJSON }
    var payments: [PhoenixdPayment] = []
    for row in rows where (row["subType"]?.string ?? "lightning") == "lightning" {
      payments.append(try PhoenixdPayment(row))
    }
    return (rows.count, payments)
  }
}

extension PhoenixdPayment {
  /// What every make of node tells of an invoice; the cursor is the moment of payment in milliseconds.
  package var nodeInvoice: NodeInvoice {
    var invoice = NodeInvoice(paymentHash: hash, state: isPaid ? .paid : isExpired ? .expired : .unpaid)
    invoice.label = externalID
    invoice.text = text
    invoice.askedMsat = requestedSat.flatMap { $0 == 0 ? nil : Self.msat($0) }
    invoice.description = description
    invoice.expiresAtS = expiresAtMS.map { $0 / 1_000 }
    invoice.payerNote = payerNote
    guard isPaid, let completedAtMS else { return invoice }
    invoice.receivedMsat = Self.msat(receivedSat)
    invoice.cursor = UInt64(exactly: completedAtMS)
    invoice.paidAtS = completedAtMS / 1_000
    invoice.preimage = preimage
    return invoice
  }

  /// Nil beyond 2⁶⁴ − 1 millisatoshi.
  private static func msat(_ sat: UInt64) -> UInt64? {
    let (msat, isTooMuch) = sat.multipliedReportingOverflow(by: 1_000)
    return isTooMuch ? nil : msat
  }
}

/// Why an answer of phoenixd is none; says nothing of its contents.
package enum PhoenixdRefusal: Error, Hashable, Sendable {
  case notJSON
  /// A member is missing, or no value of its kind.
  case badMember(String)

  /// Half a sentence.
  package var words: String {
    switch self {
    case .notJSON: "no JSON"
    case .badMember(let name): "a bad or missing \"\(name)\""
    }
  }
}
