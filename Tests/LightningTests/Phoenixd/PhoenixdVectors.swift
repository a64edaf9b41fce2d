import Lightning
import Primitives
import Testing

extension LightningVectors {
  @Test func phoenixdWebhook() throws {
    try Self.checkOne("phoenixd", "webhook") { (record) throws in
      let body = Array(try record.text("body").utf8)
      let secret = Array(try record.text("secret").utf8)
      let header = try record.text("header_X-Phoenix-Signature")
      #expect(PhoenixdNotice.isValid(header, body: body, secret: secret))
      #expect(!PhoenixdNotice.isValid(header, body: body + [0x0a], secret: secret))
      #expect(!PhoenixdNotice.isValid(header, body: body, secret: secret + [1]))
      #expect(!PhoenixdNotice.isValid(nil, body: body, secret: secret))
      #expect(!PhoenixdNotice.isValid(header, body: body, secret: []))
      let notice = try #require(try PhoenixdNotice(decoding: body))
      #expect(notice.sat == 21 && notice.externalID == "order-7" && notice.sentAtMS == 1_790_000_000_123)
    }
  }

  @Test func phoenixdCreateInvoice() throws {
    try Self.checkOne("phoenixd", "createinvoice_response") { (record) throws in
      let created = try PhoenixdCreated(decoding: record.value.bytes())
      #expect(try created.sat == 21 && created.hash == record.hash("paymentHash"))
      #expect(try created.text == record.text("serialized"))
      #expect(try Bolt11Invoice(created.text).paymentHash == created.hash)
    }
  }

  @Test func phoenixdIncomingPayment() throws {
    try Self.checkOne("phoenixd", "incoming_payment") { (record) throws in
      let invoice = try PhoenixdPayment(record.value).nodeInvoice
      #expect(invoice.state == .paid && invoice.label == "order-7" && invoice.description == "honk")
      #expect(invoice.askedMsat == 21_000 && invoice.receivedMsat == 21_000)
      #expect(invoice.cursor == 1_790_000_005_000 && invoice.paidAtS == 1_790_000_005)
      #expect(try invoice.expiresAtS == 1_790_000_120 && invoice.paymentHash == record.hash("paymentHash"))
      #expect(invoice.preimage.map { Preimage.hash($0) } == invoice.paymentHash)
    }
  }
}
