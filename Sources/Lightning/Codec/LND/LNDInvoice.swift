package import Primitives

/// An invoice as LND tells of it (`lnrpc.Invoice`).
package struct LNDInvoice: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    case open = "OPEN"
    case settled = "SETTLED"
    /// Cancelled by somebody, or expired.
    case canceled = "CANCELED"
    /// Money is locked, not received.
    case accepted = "ACCEPTED"
  }

  package let hash: Bytes32
  /// Nil where the node does not know it, as for a hold invoice; never to be logged.
  package let preimage: Bytes32?
  package let state: State
  package let memo: String
  /// Where the invoice holds a hash instead of the memo.
  package let descriptionHash: Bytes32?
  /// Asked; 0: the payer chooses.
  package let valueMsat: UInt64
  /// Received; 0 until it is.
  package let paidMsat: UInt64
  /// The place in the order of making, from 1.
  package let addIndex: UInt64
  /// The place in the order of settling, from 1; 0 where it is not settled, and in rare cases where it is.
  package let settleIndex: UInt64
  /// Wall-clock seconds.
  package let createdAtS: Int64?
  /// Wall-clock seconds.
  package let settledAtS: Int64?
  /// Seconds from the making.
  package let expirySeconds: UInt64
  /// BOLT11; nil for what was paid without an invoice.
  package let text: String?
  package let htlcs: [LNDHTLC]
  package let isKeysend: Bool

  /// Reads `lnrpc.Invoice`; unknown members are ignored, as a newer node may have more.
  ///
  /// - Throws: `LNDRefusal` where a member that we need is missing or no such value.
  package init(_ value: JSONValue) throws(LNDRefusal) {
    guard let hash = LNDValue.bytes32(value["r_hash"]) else { throw .badMember("r_hash") }
    guard let state = value["state"]?.string.flatMap(State.init(rawValue:)) else { throw .badMember("state") }
    guard let valueMsat = Self.msat(value, exact: "value_msat", whole: "value") else { throw .badMember("value_msat") }
    guard let paidMsat = Self.msat(value, exact: "amt_paid_msat", whole: "amt_paid_sat") else {
      throw .badMember("amt_paid_msat")
    }
    guard let settleIndex = LNDValue.uint64(value["settle_index"]) else { throw .badMember("settle_index") }
    self.hash = hash
    self.state = state
    self.valueMsat = valueMsat
    self.paidMsat = paidMsat
    self.settleIndex = settleIndex
    let preimage = LNDValue.bytes32(value["r_preimage"])
    self.preimage = preimage?.isZero == true ? nil : preimage
    memo = value["memo"]?.string ?? ""
    descriptionHash = LNDValue.bytes32(value["description_hash"])
    addIndex = LNDValue.uint64(value["add_index"]) ?? 0
    createdAtS = LNDValue.seconds(value["creation_date"])
    settledAtS = LNDValue.seconds(value["settle_date"])
    expirySeconds = LNDValue.uint64(value["expiry"]) ?? 0
    text = LNDValue.text(value["payment_request"])
    isKeysend = value["is_keysend"]?.bool ?? false
    var htlcs: [LNDHTLC] = []
    for htlc in value["htlcs"]?.array ?? [] { htlcs.append(try LNDHTLC(htlc)) }
    self.htlcs = htlcs
  }

  /// An amount; nodes before 2020 knew whole satoshi only.
  private static func msat(_ value: JSONValue, exact: String, whole: String) -> UInt64? {
    if let exact = value[exact] { return LNDValue.uint64(exact) }
    guard let sat = LNDValue.uint64(value[whole]) else { return nil }
    let (msat, isTooMuch) = sat.multipliedReportingOverflow(by: 1_000)
    return isTooMuch ? nil : msat
  }
}

/// One part of a payment as it arrived (`lnrpc.InvoiceHTLC`).
package struct LNDHTLC: Hashable, Sendable {
  package let msat: UInt64
  /// The height at which it arrived.
  package let acceptHeight: UInt32
  /// The height from which on the payer can have it back.
  package let expiryHeight: UInt32
  /// `ACCEPTED`, `SETTLED` or `CANCELED`.
  package let state: String

  init(_ value: JSONValue) throws(LNDRefusal) {
    guard let msat = LNDValue.uint64(value["amt_msat"]),
      let accept = LNDValue.uint64(value["accept_height"]).flatMap({ UInt32(exactly: $0) }),
      let expiry = LNDValue.uint64(value["expiry_height"]).flatMap({ UInt32(exactly: $0) }),
      let state = value["state"]?.string
    else { throw .badMember("htlcs") }
    self.msat = msat
    acceptHeight = accept
    expiryHeight = expiry
    self.state = state
  }
}

/// Why an answer of LND is none; says nothing of its contents.
package enum LNDRefusal: Error, Hashable, Sendable {
  /// No JSON.
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
