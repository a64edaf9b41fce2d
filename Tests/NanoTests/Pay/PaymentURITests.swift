import Coinslot
import Nano
import Primitives
import Testing

@Suite struct PaymentURITests {
  private let account = NanoAddress.encode(Sample.account)

  @Test func printsAndReadsBack() throws {
    let uri = PaymentURI(
      account: Sample.account,
      amount: Amount(.max),
      label: "Gate B12 & café 100%",
      message: "a=b?c#d+e\n🪙"
    )
    #expect(try PaymentURI(parsing: uri.text) == uri)
    #expect(try PaymentURI(parsing: uri.paytoText) == uri)
    #expect(uri.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    #expect(PaymentURI(account: Sample.account).text == "nano:" + account)
    #expect(
      PaymentURI(account: Sample.account, amount: Amount(5), label: "a b").text
        == "nano:\(account)?amount=5&label=a%20b"
    )
  }

  @Test(arguments: [
    ("?amount=5", UInt128(5)), ("?amount=RAW:5", 5), ("?amount=raw:5", 5),
    ("?amount=XNO:0.5", 500_000_000_000_000_000_000_000_000_000), ("", nil), ("?", nil), ("?message=x&", nil),
  ])
  func readsTheYoungerForm(_ query: String, _ raw: UInt128?) throws {
    let uri = try PaymentURI(parsing: "payto://nano/\(account)\(query)")
    #expect(uri.account == Sample.account && uri.amount == raw.map { Amount($0) })
  }

  @Test(arguments: ["?amount=EUR:5", "?amount=XNO:1e3", "?amount=RAW:0.5", "?amount=XNO:", "?amount=:5", "?amount=0.5"])
  func refusesOtherAmountsInTheYoungerForm(_ query: String) {
    #expect(throws: PaymentURIRefusal.self) { try PaymentURI(parsing: "payto://nano/\(account)\(query)") }
  }

  @Test(arguments: ["NANO:", "Nano:", "nano:", "nano://", "xrb:", "xrb://", ""])
  func readsEverySpellingOfTheScheme(_ scheme: String) throws {
    #expect(try PaymentURI(parsing: scheme + account).account == Sample.account)
  }

  @Test(arguments: [
    ("payto://nano", PaymentURIRefusal.notPayment), ("payto://iban/DE1", .notPayment), ("payto:nano/x", .notPayment),
    ("nanorep:x", .notPayment), ("nanoblock:x", .notPayment), ("nanopay:x", .notPayment), ("banano:x", .notPayment),
    (":", .notPayment), ("nanoseed:x", .secret), ("NANOKEY:x", .secret), ("nano:", .badAccount(.badPrefix)),
    ("nano:///x", .badAccount(.badPrefix)), ("", .badAccount(.badPrefix)),
    (String(repeating: "a", count: 2049), .tooLong),
  ])
  func refusesWhatIsNoRequestToPay(_ text: String, _ refusal: PaymentURIRefusal) {
    #expect(throws: refusal) { try PaymentURI(parsing: text) }
  }

  @Test(arguments: [
    "?amount=1&amount=1", "?label=a&label=b", "?amount=1&%61mount=2", "?label=%", "?label=%4", "?label=%zz",
    "?label=%ff", "?amount= 1", "?amount=1 ", "?amount=%31.5", "/", "#x", " ",
  ])
  func refusesBadParameters(_ query: String) {
    #expect(throws: PaymentURIRefusal.self) { try PaymentURI(parsing: "nano:\(account)\(query)") }
  }

  @Test func readsOverOtherParameters() throws {
    let uri = try PaymentURI(parsing: "nano:\(account)?future=1&label=x&other")
    #expect(uri == PaymentURI(account: Sample.account, label: "x"))
  }
}
