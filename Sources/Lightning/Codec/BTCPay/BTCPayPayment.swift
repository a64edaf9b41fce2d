import Primitives

/// One payment on an invoice, and by which method.
package struct BTCPayPayment: Hashable, Sendable {
  /// The server's name for it.
  package let id: String
  /// `BTC-LN`, `BTC-LNURL`, or as older servers write it.
  package let method: String
  /// Millisatoshi; nil for another currency than bitcoin.
  package let msat: UInt64?
  /// `Invalid`, `Processing`, `Settled`.
  package let status: String
  /// BOLT11 for a payment over Lightning.
  package let destination: String?
  /// What the payer wrote: hostile text.
  package let comment: String?
  /// The Lightning Address that was paid.
  package let lightningAddress: String?

  /// Reads what `…/payment-methods` answers: methods, each with its payments.
  ///
  /// - Throws: `BTCPayRefusal`.
  package static func list(decoding bytes: [UInt8]) throws(BTCPayRefusal) -> [BTCPayPayment] {
    guard let value = try? JSONValue(parsing: bytes) else { throw .notJSON }
    guard let methods = value.array else { throw .badMember("payment methods") }
    var found: [BTCPayPayment] = []
    for method in methods {
      guard let name = method["paymentMethodId"]?.string ?? method["paymentMethod"]?.string else {
        throw .badMember("paymentMethodId")
      }
      for payment in method["payments"]?.array ?? [] { found.append(try BTCPayPayment(payment, of: method, name)) }
    }
    return found
  }

  private init(_ value: JSONValue, of method: JSONValue, _ name: String) throws(BTCPayRefusal) {
    guard let id = value["id"]?.string else { throw .badMember("payments.id") }
    guard let status = value["status"]?.string else { throw .badMember("payments.status") }
    self.id = id
    self.status = status
    self.method = name
    let amount = value["value"]?.string ?? value["value"]?.number
    let currency = method["currency"]?.string ?? String(name.prefix { $0 != "-" })
    msat = amount.flatMap { BTCPayAmount.msat($0, currency) }
    destination = value["destination"]?.string
    comment = method["additionalData"]?["providedComment"]?.string
    lightningAddress = method["additionalData"]?["consumedLightningAddress"]?.string
  }
}
