import Coinslot
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func paymentURIs() throws {
    try check("uri", "payment") { record in
      let text = try record.text("uri")
      guard try record.flag("valid") else {
        #expect(throws: PaymentURIRefusal.self, "\(record.place)") { try PaymentURI(parsing: text) }
        return
      }
      let uri = try PaymentURI(parsing: text)
      #expect(NanoAddress.encode(uri.account) == (try record.text("account")), "\(record.place)")
      #expect(uri.amount?.description == record["amount"]?.string, "\(record.place)")
      #expect(uri.label == record["label"]?.string, "\(record.place)")
      #expect(uri.message == record["message"]?.string, "\(record.place)")
      #expect(try PaymentURI(parsing: uri.text) == uri, "\(record.place)")
      #expect(try PaymentURI(parsing: uri.paytoText) == uri, "\(record.place)")
    }
  }

  @Test func payHandoff() throws {
    try checkOne("uri", "nanopay_handoff") { record in
      let handoff = try PayHandoff(parsing: try record.text("uri"))
      let decoded = Record(place: "\(record.place).decoded", value: try record.member("decoded"))
      #expect(NanoAddress.encode(handoff.account) == (try decoded.text("account")))
      #expect(handoff.amount.description == (try decoded.text("amount")))
      #expect(handoff.label == decoded["label"]?.string)
      #expect(handoff.message == decoded["message"]?.string)
      #expect(handoff.isExact == decoded["exact"]?.bool ?? true)
      #expect(handoff.needsWork == decoded["work"]?.bool ?? true)
      #expect(handoff.isReusable == decoded["reuse"]?.bool ?? false)
      let methods = try decoded.member("methods").array ?? []
      #expect(handoff.methods.map(\.type) == methods.map { $0["type"]?.string })
      #expect(handoff.methods.map(\.url) == methods.map { $0["url"]?.string })
      #expect(try PayHandoff(parsing: handoff.text) == handoff)
      #expect(throws: PaymentURIRefusal.notPayment) { try PaymentURI(parsing: try record.text("uri")) }
    }
  }
}
