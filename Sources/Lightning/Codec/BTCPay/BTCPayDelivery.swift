import Primitives

/// What BTCPay Server posts to a webhook: a hint to go and look, never a proof of payment.
package struct BTCPayDelivery: Hashable, Sendable {
  /// Longest body that is read, in bytes.
  package static let maxBytes = 1 << 16

  /// This try; for logs only, a later try of the same message has another one.
  package let id: String
  /// The first try of the message.
  package let originalID: String
  package let isRedelivery: Bool
  /// What it is about, such as `InvoiceSettled`.
  package let type: String
  package let storeID: String
  /// Nil for messages that are not about an invoice.
  package let invoiceID: String?
  /// An operator declared it settled, or invalid.
  package let isManuallyMarked: Bool
  /// More came than was asked.
  package let isOverPaid: Bool
  /// Wall-clock seconds by the server's clock.
  package let sentAtS: Int64

  /// Reads a body whose signature is right.
  ///
  /// - Throws: `BTCPayRefusal`.
  package init(decoding body: [UInt8]) throws(BTCPayRefusal) {
    guard body.count <= Self.maxBytes else { throw .tooLong }
    guard let value = try? JSONValue(parsing: body), value.object != nil else { throw .notJSON }
    func text(_ key: String) throws(BTCPayRefusal) -> String {
      guard let text = value[key]?.string, !text.isEmpty, text.utf8.count <= 200 else { throw .badMember(key) }
      return text
    }
    id = try text("deliveryId")
    type = try text("type")
    storeID = try text("storeId")
    invoiceID = value["invoiceId"] == nil ? nil : try text("invoiceId")
    // Old servers leave a letter out.
    originalID = value["originalDeliveryId"]?.string ?? value["orignalDeliveryId"]?.string ?? id
    isRedelivery = value["isRedelivery"]?.bool ?? false
    isManuallyMarked = value["manuallyMarked"]?.bool ?? false
    isOverPaid = value["overPaid"]?.bool ?? false
    sentAtS = value["timestamp"]?.int64 ?? 0
  }

  /// What to do about it.
  package enum Meaning: Hashable, Sendable {
    /// Read this invoice through the API, and act on what that says.
    case look(invoiceID: String)
    /// Nothing; the word says why.
    case ignore(String)
  }

  /// What to do about it, for a store: only a settled invoice that no person declared settled is worth a look.
  package func meaning(store: String) -> Meaning {
    guard type == "InvoiceSettled" else { return .ignore("not_settled") }
    guard storeID == store, let invoiceID else { return .ignore("other_store") }
    guard !isManuallyMarked else { return .ignore("marked_by_hand") }
    return .look(invoiceID: invoiceID)
  }
}

/// Why a text of BTCPay Server is none; says nothing of its contents.
package enum BTCPayRefusal: Error, Hashable, Sendable {
  case notJSON
  case tooLong
  /// A member is missing, or no value of its kind.
  case badMember(String)

  /// Half a sentence.
  package var words: String {
    switch self {
    case .notJSON: "no JSON"
    case .tooLong: "more than \(BTCPayDelivery.maxBytes >> 10) KiB"
    case .badMember(let name): "a bad or missing \"\(name)\""
    }
  }
}
