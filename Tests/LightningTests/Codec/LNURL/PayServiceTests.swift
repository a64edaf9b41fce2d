import Lightning
import Primitives
import Testing

/// What a service says and hears.
@Suite struct PayServiceTests {
  static func request(
    _ msat: ClosedRange<UInt64> = 1_000...100_000,
    comments: Int = 5,
    payerData: PayerData? = nil
  ) throws -> PayRequest {
    try PayRequest(
      callback: LNURLLink(url: "https://pay.example.com/cb"),
      msat: msat,
      metadata: PayMetadata(plain: "Honk"),
      commentAllowed: comments,
      payerData: payerData
    )
  }

  @Test(
    arguments: [
      ("amount=1000", 1_000), ("amount=100000", 100_000), ("x=1&amount=2000&y", 2_000), ("&&amount=3000", 3_000),
      ("amount=%31000", 1_000), ("%61mount=1000", 1_000), ("amount=1000&payerdata=%7B%7D", 1_000),
    ] as [(String, UInt64)]
  )
  func hearsAmounts(_ query: String, _ msat: UInt64) throws {
    #expect(try PayCallback(query: query, offered: Self.request()) == PayCallback(msat: msat))
  }

  @Test(arguments: [
    ("", CallbackRefusal.noAmount), ("Amount=1000", .noAmount), ("amount", .amountNotWhole),
    ("amount=", .amountNotWhole),
    ("amount=1e4", .amountNotWhole), ("amount=21.5", .amountNotWhole), ("amount=-1", .amountNotWhole),
    ("amount=01000", .amountNotWhole), ("amount=+1000", .amountNotWhole), ("amount=1000%20", .amountNotWhole),
    ("amount=18446744073709551616", .amountNotWhole), ("amount=999", .tooLittle(1_000)),
    ("amount=100001", .tooMuch(100_000)), ("amount=0", .tooLittle(1_000)),
    ("amount=1000&amount=1000", .unreadable), ("amount=1000&comment=a&comment=b", .unreadable),
    ("amount=1000&comment=%", .unreadable), ("amount=1000&comment=%ff", .unreadable), ("amount=%4", .unreadable),
    ("amount=1000&comment=abcdef", .commentTooLong(5)),
    ("amount=1000&x=" + String(repeating: "a", count: 16_384), .unreadable),
  ])
  func refuses(_ query: String, _ refusal: CallbackRefusal) throws {
    let request = try Self.request()
    #expect(throws: refusal) { try PayCallback(query: query, offered: request) }
    #expect(!refusal.reason.isEmpty)
  }

  @Test(
    arguments: [
      ("abcde", "abcde"), ("a+b", "a b"), ("a%2Bb", "a+b"), ("%F0%9F%9A%97", "🚗"), ("", nil), ("%20%20", nil),
      ("%0A%00", nil), ("a%0Ab", "a b"), ("%E2%80%AEab", "ab"), ("%7F", nil), ("<b>", "<b>"),
    ] as [(String, String?)]
  )
  func hearsComments(_ text: String, _ comment: String?) throws {
    let heard = try PayCallback(query: "amount=1000&comment=\(text)", offered: Self.request())
    #expect(heard.comment == comment)
  }

  /// A family of seven scalars is one character for people: it is not torn apart.
  @Test(
    arguments: [
      ("abcdefg", 5, "abcde"), ("ab👨‍👩‍👧‍👦", 5, "ab"), ("👨‍👩‍👧‍👦", 7, "👨‍👩‍👧‍👦"), ("e\u{301}e\u{301}", 3, "e\u{301}"), ("a", 0, nil),
    ] as [(String, Int, String?)]
  )
  func cutsComments(_ text: String, _ allowed: Int, _ kept: String?) throws {
    #expect(try CommentRule(allowed: allowed, beyond: .cut).kept(text) == kept)
  }

  @Test func refusesCommentsBeyondTheirLength() throws {
    #expect(throws: CallbackRefusal.commentTooLong(6)) { try CommentRule(allowed: 6).kept("👨‍👩‍👧‍👦") }
    #expect(throws: CallbackRefusal.commentTooLong(0)) { try CommentRule(allowed: 0).kept("a") }
    #expect(try CommentRule(allowed: 0).kept("") == nil)
  }

  @Test(
    arguments: [
      ("", CallbackRefusal.badPayerData), ("&payerdata=", .badPayerData), ("&payerdata=%5B%5D", .badPayerData),
      ("&payerdata=%7B%7D", .badPayerData), ("&payerdata=%7B%22name%22%3A%22%22%7D", .badPayerData),
      ("&payerdata=%7B%22name%22%3A1%7D", .badPayerData),
      ("&payerdata=%7B%22name%22%3A%22a%22%2C%22email%22%3A%5B%5D%7D", .badPayerData),
      ("&payerdata=%7B%22name%22%3A%22a%22%7D", nil), ("&payerdata=%7B%22name%22%3A%22a%22,%22x%22%3A1%7D", nil),
    ] as [(String, CallbackRefusal?)]
  )
  func demandsPayerData(_ query: String, _ refusal: CallbackRefusal?) throws {
    let wish = PayerData([.init(.name, isMandatory: true), .init(.email, isMandatory: false)])
    let request = try Self.request(payerData: wish)
    if let refusal {
      #expect(throws: refusal) { try PayCallback(query: "amount=1000\(query)", offered: request) }
    } else {
      // Kept character for character: it is hashed.
      let data = try PayCallback(query: "amount=1000\(query)", offered: request).payerData
      #expect(data?.hasPrefix("{\"name\":\"a\"") == true)
    }
  }

  @Test func readsBackItsOwnQuestion() throws {
    let wish = PayerData([.init(.name, isMandatory: true)])
    let request = try Self.request(comments: 100, payerData: wish)
    let question = PayCallback(msat: 2_000, comment: "100% & more + ä=?#", payerData: "{\"name\":\"a b+c\"}")
    let url = question.url(request.callback)
    let query = try #require(url.split(separator: "?", maxSplits: 1).last)
    #expect(try PayCallback(query: String(query), offered: request) == question)
  }

  @Test func writesOnlyWhatThereIs() throws {
    let keys = { (value: JSONValue) in value.object?.map(\.key) }
    #expect(
      try keys(Self.request(comments: 0).json) == ["tag", "callback", "minSendable", "maxSendable", "metadata"]
    )
    #expect(keys(PayAnswer(invoice: "x").json) == ["pr", "routes"])
    #expect(PayAnswer(invoice: "x", isDisposable: true).json["disposable"] == true)
    #expect(throws: LNURLRefusal.badBounds) { try Self.request(0...1) }
  }

  @Test func tellsNoPreimageBeforePayment() {
    let answer = VerifyAnswer(invoice: "x", isSettled: false, preimage: .zero)
    #expect(answer.preimage == nil && answer.json["preimage"] == .null)
    #expect(VerifyAnswer(invoice: "x", isSettled: true, preimage: .zero).json["preimage"]?.string?.count == 64)
  }

  @Test func writesMetadataOnceAndKeepsIt() throws {
    let address = try LightningAddress("car@pay.example.com")
    let metadata = PayMetadata(plain: "A \"horn\" / für 🚗\n", identifier: address, long: "long")
    let again = try PayMetadata(parsing: metadata.text)
    #expect(again == metadata && again.hash() == metadata.hash())
    #expect(again.plain == "A \"horn\" / für 🚗\n" && again.identifier == address.text && again.long == "long")
    // In a request it is a text inside a text, and comes back byte for byte.
    let request = try PayRequest(callback: address.link, msat: 1...1, metadata: metadata)
    #expect(try PayRequest(reading: request.json.bytes()).metadata.text.utf8.elementsEqual(metadata.text.utf8))
  }
}
