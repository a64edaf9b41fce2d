import Lightning
import Primitives
import Testing

extension LightningVectors {
  @Test func btcpayCases() throws {
    try Self.check("btcpay_webhook", "cases") { (record) throws in
      let body = Array(try record.text("body").utf8)
      let secret = Array(try record.text("secret").utf8)
      let isValid = BTCPaySignature.isValid(record["header_BTCPay-Sig"]?.string, body: body, secret: secret)
      #expect(try isValid == record.flag("valid"))
      guard isValid else { return }
      #expect(try BTCPaySignature.header(for: body, secret: secret) == record.text("header_BTCPay-Sig").lowercased())
      let delivery = try BTCPayDelivery(decoding: body)
      #expect(delivery.meaning(store: delivery.storeID) == .look(invoiceID: "4cLstvvUwbmTRpdQ3nAPCG"))
      #expect(delivery.originalID == "LJMTFbSEobW7mpmAbfVzJv" && delivery.sentAtS == 1_790_000_000)
      #expect(delivery.isRedelivery == (delivery.id != delivery.originalID))
    }
  }

  @Test func btcpayRetries() throws {
    try Self.check("btcpay_webhook", "retry_by_status") { (record) throws in
      let status = record["status"]?.int
      #expect(try BTCPayAnswer.isSentAgain(after: status) == record.flag("retried"))
    }
    try Self.checkOne("btcpay_webhook", "retry_delays_seconds") { (record) throws in
      #expect(record.value.array?.compactMap(\.int64) == BTCPayAnswer.pausesS)
    }
    // What we ask to be sent again is, and nothing else.
    let answers: [BTCPayAnswer] = [.recorded, .ignored("x"), .forged, .unreadable, .later("x")]
    #expect(answers.map { BTCPayAnswer.isSentAgain(after: $0.status) } == [false, false, false, false, true])
  }

  @Test func btcpayMeanings() throws {
    try Self.check("btcpay_webhook", "meaning") { (record) throws in
      let type = try record.text("type")
      let isMarked = record["manuallyMarked"]?.bool ?? false
      let body = #"{"deliveryId":"d","type":"\#(type)","storeId":"s","invoiceId":"i","manuallyMarked":\#(isMarked)}"#
      let meaning = try BTCPayDelivery(decoding: Array(body.utf8)).meaning(store: "s")
      #expect(try (meaning == .look(invoiceID: "i")) == record.flag("trigger"))
    }
  }
}
