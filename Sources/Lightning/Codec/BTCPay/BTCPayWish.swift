import Primitives

/// A wish for an invoice of BTCPay Server, payable over Lightning alone.
package struct BTCPayWish: Hashable, Sendable {
  /// Nil: any amount counts as paid.
  package var msat: UInt64?
  /// Ours, unique for ever: asked for twice, the invoice is made once.
  package var orderID: String
  /// What is bought, for the server's own pages.
  package var itemCode: String?
  /// Whole minutes, at least 1.
  package var expiryMinutes: UInt32
  /// `BTC-LN` and `BTC-LNURL`; servers before 2.0 say `BTC-LightningNetwork`.
  package var methods: [String]

  package init(
    msat: UInt64?,
    orderID: String,
    itemCode: String? = nil,
    expiryMinutes: UInt32 = 15,
    methods: [String] = ["BTC-LN"]
  ) {
    self.msat = msat
    self.orderID = orderID
    self.itemCode = itemCode
    self.expiryMinutes = expiryMinutes
    self.methods = methods
  }

  /// The body of `POST /api/v1/stores/{store}/invoices`.
  package var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if let msat { writer.member("amount", BTCPayAmount.sats(msat)) }
    writer.member("currency", "SATS")
    writer.key("metadata")
    writer.beginObject()
    writer.member("orderId", orderID)
    if let itemCode { writer.member("itemCode", itemCode) }
    writer.endObject()
    writer.key("checkout")
    writer.beginObject()
    writer.key("paymentMethods")
    writer.value(.array(methods.map { .string($0) }))
    writer.key("expirationMinutes")
    writer.number(UInt64(expiryMinutes))
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }
}
