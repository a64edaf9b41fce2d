import Lightning
import Primitives
import Testing

@Suite struct BTCPayCodecTests {
  @Test func noSecretProvesNothing() {
    let body = Array("{}".utf8)
    #expect(!BTCPaySignature.isValid(BTCPaySignature.header(for: body, secret: []), body: body, secret: []))
    #expect(BTCPaySignature.isValid(BTCPaySignature.header(for: body, secret: [1]), body: body, secret: [1]))
    #expect(!BTCPaySignature.isValid("sha256=", body: body, secret: [1]))
    #expect(!BTCPaySignature.isValid("sha256=zz", body: body, secret: [1]))
  }

  @Test(
    arguments: [
      ("21", "SATS", 21_000), ("21.5", "sats", 21_500), ("0.001", "SATS", 1), ("0.00000021", "BTC", 21_000),
      ("0.00000000001", "BTC", 1), ("1.00000000000000", "BTC", 100_000_000_000), ("0", "SATS", 0),
      ("021", "SATS", 21_000),
      ("0.0005", "SATS", nil), ("0.000000000001", "BTC", nil), ("5.00", "EUR", nil), ("-1", "SATS", nil),
      ("1e3", "SATS", nil),
      ("1.", "SATS", nil), (".5", "SATS", nil), ("", "SATS", nil), ("1.2.3", "SATS", nil), ("184467440737", "BTC", nil),
      ("18446744073709551.615", "SATS", UInt64.max), ("18446744073709551.616", "SATS", nil),
    ] as [(String, String, UInt64?)]
  ) func amounts(_ text: String, _ currency: String, _ msat: UInt64?) {
    #expect(BTCPayAmount.msat(text, currency) == msat)
  }

  @Test(arguments: [(0, "0"), (1, "0.001"), (21_000, "21"), (21_050, "21.050")] as [(UInt64, String)])
  func sats(_ msat: UInt64, _ text: String) {
    #expect(BTCPayAmount.sats(msat) == text)
    #expect(BTCPayAmount.msat(text, "SATS") == msat)
  }

  @Test func aWishIsWritten() throws {
    let wish = BTCPayWish(msat: 21_000, orderID: "01J", itemCode: "honk", expiryMinutes: 5)
    let want =
      #"{"amount":"21","currency":"SATS","metadata":{"orderId":"01J","itemCode":"honk"},"#
      + #""checkout":{"paymentMethods":["BTC-LN"],"expirationMinutes":5}}"#
    #expect(String(decoding: wish.body, as: UTF8.self) == want)
    #expect(try JSONValue(parsing: BTCPayWish(msat: nil, orderID: "o").body)["amount"] == nil)
  }

  @Test(arguments: [
    ("Settled", "None", BTCPayInvoice.Verdict.paid), ("Settled", "PaidOver", .paid), ("Settled", "PaidLate", .paid),
    ("Settled", "Marked", .markedByHand), ("Invalid", "Marked", .never), ("New", "None", .notYet),
    ("New", "PaidPartial", .notYet), ("Processing", "None", .notYet), ("Expired", "None", .never),
    ("Expired", "PaidPartial", .never), ("Invalid", "Invalid", .never),
  ]) func verdicts(_ status: String, _ additional: String, _ verdict: BTCPayInvoice.Verdict) throws {
    #expect(try BTCPayInvoice(FakeBTCPay.invoice("i", status, additional)).verdict == verdict)
  }

  @Test func anInvoiceIsRead() throws {
    let invoice = try BTCPayInvoice(FakeBTCPay.invoice("i", "Settled", "None"))
    #expect(
      invoice.askedMsat == 21_000 && invoice.paidMsat == 22_000 && invoice.orderID == "o" && invoice.itemCode == nil
    )
    for key in ["id", "storeId", "status", "currency", "createdTime"] {
      guard case .object(let members) = FakeBTCPay.invoice("i", "Settled", "None") else { return }
      #expect(throws: BTCPayRefusal.badMember(key)) { try BTCPayInvoice(.object(members.filter { $0.key != key })) }
    }
    #expect(throws: BTCPayRefusal.badMember("status")) { try BTCPayInvoice(FakeBTCPay.invoice("i", "Paid", "None")) }
  }

  @Test func paymentsAreRead() throws {
    let text =
      #"[{"paymentMethodId":"BTC-LN","currency":"BTC","payments":[{"id":"p","value":"0.00000021","status":"Settled","#
      + #""destination":"lnbc1"}],"additionalData":{"providedComment":"hi","consumedLightningAddress":"a@b.c"}},"#
      + #"{"paymentMethod":"BTC-LightningNetwork","payments":[{"id":"q","value":"0.00000001","status":"Processing"}]}]"#
    let payments = try BTCPayPayment.list(decoding: Array(text.utf8))
    #expect(payments.map(\.msat) == [21_000, 1_000] && payments.map(\.method) == ["BTC-LN", "BTC-LightningNetwork"])
    #expect(
      payments[0].comment == "hi" && payments[0].lightningAddress == "a@b.c" && payments[0].destination == "lnbc1"
    )
    #expect(throws: BTCPayRefusal.notJSON) { try BTCPayPayment.list(decoding: []) }
    #expect(throws: BTCPayRefusal.self) { try BTCPayPayment.list(decoding: Array("{}".utf8)) }
  }

  @Test func aDeliveryIsReadOrRefused() throws {
    let old = #"{"deliveryId":"d","orignalDeliveryId":"o","type":"InvoiceSettled","storeId":"s","invoiceId":"i"}"#
    let delivery = try BTCPayDelivery(decoding: Array(old.utf8))
    #expect(delivery.originalID == "o" && !delivery.isManuallyMarked)
    #expect(delivery.meaning(store: "other") == .ignore("other_store"))
    for bad in ["", "[]", "{}", #"{"deliveryId":"d","type":1,"storeId":"s"}"#, old + "x"] {
      #expect(throws: BTCPayRefusal.self) { try BTCPayDelivery(decoding: Array(bad.utf8)) }
    }
    #expect(throws: BTCPayRefusal.tooLong) {
      try BTCPayDelivery(decoding: [UInt8](repeating: 0x20, count: BTCPayDelivery.maxBytes + 1))
    }
  }

  @Test func aQueryIsWritten() {
    let query = BTCPayQuery(status: .settled, fromS: 1, toS: 2, orderID: "a b&c", skip: 3, take: 5_000)
    #expect(query.text == "status=Settled&startDate=1&endDate=2&orderId=a%20b%26c&skip=3&take=1000")
  }
}
