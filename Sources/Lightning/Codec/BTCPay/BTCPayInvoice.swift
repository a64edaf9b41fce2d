package import Primitives

/// An invoice of BTCPay Server (Greenfield API); nothing in it is verified but that the server says so.
package struct BTCPayInvoice: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable {
    case new = "New"
    case processing = "Processing"
    case expired = "Expired"
    case invalid = "Invalid"
    case settled = "Settled"
  }

  package let id: String
  package let storeID: String
  package let status: Status
  /// `None`, `PaidLate`, `PaidPartial`, `Marked`, `Invalid`, `PaidOver`.
  package let additionalStatus: String
  /// What was asked, decimal digits in `currency`; nil: any amount counts as paid.
  package let amount: String?
  /// What came so far, in `currency`; nil where the server is too old to say.
  package let paidAmount: String?
  /// `SATS`, `BTC`, or a currency of a state.
  package let currency: String
  /// Wall-clock seconds.
  package let createdAtS: Int64
  /// Wall-clock seconds.
  package let expiresAtS: Int64
  /// The page where it can be paid.
  package let checkoutLink: String?
  /// Ours, where we made it; else of whoever did, and hostile.
  package let orderID: String?
  /// What was chosen in a shop of the server's: hostile text.
  package let itemCode: String?

  /// Reads the object of an invoice; unknown members are ignored.
  ///
  /// - Throws: `BTCPayRefusal`.
  package init(_ value: JSONValue) throws(BTCPayRefusal) {
    guard let id = value["id"]?.string, !id.isEmpty else { throw .badMember("id") }
    guard let storeID = value["storeId"]?.string else { throw .badMember("storeId") }
    guard let status = value["status"]?.string.flatMap(Status.init(rawValue:)) else { throw .badMember("status") }
    guard let currency = value["currency"]?.string else { throw .badMember("currency") }
    guard let created = value["createdTime"]?.int64 else { throw .badMember("createdTime") }
    self.id = id
    self.storeID = storeID
    self.status = status
    self.currency = currency
    createdAtS = created
    expiresAtS = value["expirationTime"]?.int64 ?? created
    additionalStatus = value["additionalStatus"]?.string ?? "None"
    // A top-up has no amount, or one of zero that its type tells apart.
    let asked = value["amount"]?.string ?? value["amount"]?.number
    amount = value["type"]?.string == "TopUp" ? nil : asked
    paidAmount = value["paidAmount"]?.string ?? value["paidAmount"]?.number
    checkoutLink = value["checkoutLink"]?.string
    orderID = value["metadata"]?["orderId"]?.string
    itemCode = value["metadata"]?["itemCode"]?.string
  }

  /// Whether it counts as a payment.
  package enum Verdict: Hashable, Sendable {
    /// Paid in full, by money.
    case paid
    /// A person declared it settled: the operator's rule decides, not we.
    case markedByHand
    /// Not paid, and may be later.
    case notYet
    /// Not paid, and never will be.
    case never
  }

  /// Whether it counts as a payment, by what the API says.
  package var verdict: Verdict {
    if additionalStatus == "Marked" { return status == .settled ? .markedByHand : .never }
    return switch status {
    case .settled: .paid
    case .new, .processing: .notYet
    case .expired, .invalid: .never
    }
  }

  /// What was asked, millisatoshi; nil for any amount, and in other currencies.
  package var askedMsat: UInt64? { amount.flatMap { BTCPayAmount.msat($0, currency) } }

  /// What came, millisatoshi; nil where the server does not say, and in other currencies.
  package var paidMsat: UInt64? { paidAmount.flatMap { BTCPayAmount.msat($0, currency) } }
}
