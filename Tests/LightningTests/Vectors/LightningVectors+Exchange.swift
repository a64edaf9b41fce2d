import Cryptography
import Lightning
import Primitives
import Testing

/// The exchange of one payment by Lightning Address, both sides of it.
extension LightningVectors {
  private static func steps() throws -> [VectorRecord] {
    let exchange = VectorRecord(place: "lnurl_pay_exchange", value: try group("lnurl_pay_exchange"))
    return try exchange.list("steps")
  }

  private static func offered() throws -> PayRequest {
    try PayRequest(reading: try steps()[0].member("response").value.bytes())
  }

  private static func query(_ record: VectorRecord) throws -> String {
    try record.text("request").split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
  }

  @Test func exchangeSteps() throws {
    let request = try Self.offered()
    var invoice = ""
    try Self.check("lnurl_pay_exchange", "steps") { record in
      let response = try record.member("response")
      switch record.place {
      case "lnurl_pay_exchange.steps[0]":
        let address = try LightningAddress(try #require(Self.group("lnurl_pay_exchange")["address"]?.string))
        #expect("GET \(address.link.url)" == (try record.text("request")), "\(record.place)")
        #expect(request.json == response.value, "\(record.place)")
        let ours = try PayRequest(
          callback: LNURLLink(url: "https://pay.example.com/lnurlp/car/cb"),
          msat: 1_000...100_000,
          metadata: PayMetadata(plain: "Honk the horn", identifier: address),
          commentAllowed: 140,
          payerData: PayerData([.init(.name, isMandatory: false)])
        )
        #expect(ours == request && ours.json == response.value, "\(record.place)")
      case "lnurl_pay_exchange.steps[1]":
        let question = PayCallback(msat: 21_000, comment: "tut")
        #expect("GET \(question.url(request.callback))" == (try record.text("request")), "\(record.place)")
        #expect(try PayCallback(query: Self.query(record), offered: request) == question, "\(record.place)")
        let answer = try PayAnswer(reading: response.value.bytes(), of: request)
        #expect(answer.json == response.value, "\(record.place)")
        #expect(answer.successAction == .message("Honking now"), "\(record.place)")
        try Self.checkInvoice(answer.invoice, try record.member("invoice_decoded"), isOurs: true)
        try Self.checkAsWallet(answer, question, request, try record.member("wallet_checks"))
        invoice = answer.invoice
      default:
        let answer = try VerifyAnswer(reading: response.value.bytes())
        let isPaid = try record.text("when") == "after payment"
        #expect(answer.json == response.value, "\(record.place)")
        #expect(answer.isSettled == isPaid && answer.invoice == invoice, "\(record.place)")
        if let preimage = answer.preimage {
          let hash = try Bolt11Invoice(invoice).paymentHash
          #expect(isPaid && Preimage.proves(preimage, hash), "\(record.place)")
        } else {
          #expect(!isPaid, "\(record.place)")
        }
      }
    }
  }

  private static func checkAsWallet(
    _ answer: PayAnswer,
    _ question: PayCallback,
    _ request: PayRequest,
    _ checks: VectorRecord
  ) throws {
    let read = try answer.checkedInvoice(for: question, of: request, currency: .regtest)
    #expect(read.msat == (try checks.number("amount_msat")))
    #expect(read.description == .hash(try checks.hash("description_hash")))
    #expect("ln\(read.currency.rawValue)" == (try checks.text("network")))
    #expect(throws: LNURLRefusal.wrongInvoice(.currency)) {
      try answer.checkedInvoice(for: question, of: request, currency: .bitcoin)
    }
    #expect(throws: LNURLRefusal.wrongInvoice(.amount)) {
      try answer.checkedInvoice(for: PayCallback(msat: 20_999), of: request, currency: .regtest)
    }
    #expect(throws: LNURLRefusal.wrongInvoice(.description)) {
      try answer.checkedInvoice(for: PayCallback(msat: 21_000, payerData: "{}"), of: request, currency: .regtest)
    }
  }

  @Test func exchangeErrors() throws {
    let request = try Self.offered()
    try Self.check("lnurl_pay_exchange", "errors") { record in
      let response = try record.member("response").value
      let error: LNURLError
      let path = try record.text("request")
      if path.contains("/verify/") {
        error = .notFound
      } else if path.contains("/.well-known/") {
        error = .unknownAddress
      } else {
        let refusal = #expect(throws: CallbackRefusal.self, "\(record.place)") {
          try PayCallback(query: Self.query(record), offered: request)
        }
        error = LNURLError(try #require(refusal))
      }
      #expect(error.json == response, "\(record.place)")
      // And the wallet sees what it is.
      #expect(throws: LNURLRefusal.service(error.reason), "\(record.place)") {
        try PayAnswer(reading: response.bytes(), of: request)
      }
      #expect(throws: LNURLRefusal.service(error.reason)) { try PayRequest(reading: response.bytes()) }
      #expect(throws: LNURLRefusal.service(error.reason)) { try VerifyAnswer(reading: response.bytes()) }
    }
  }

  @Test func deviceOffline() throws {
    try Self.checkOne("lnurl_pay_exchange", "device_offline") { record in
      let response = try record.member("response").value
      #expect(LNURLError.deviceOffline.json == response)
    }
  }

  @Test func successActions() throws {
    let callback = try Self.offered().callback
    try Self.checkOne("lnurl_pay_exchange", "success_action") { record in
      #expect(SuccessAction.sentenceLimit == (try record.member("message_max_chars").value.int))
      let url = try record.member("url").value
      #expect(
        try SuccessAction(reading: url, callback: callback)
          == .url(description: "Your receipt", url: "https://pay.example.com/r/1")
      )
      #expect(try SuccessAction(reading: url, callback: callback).json == url)
      let strange = try record.member("url_bad_domain").value
      #expect(throws: LNURLRefusal.strangeDomain) { try SuccessAction(reading: strange, callback: callback) }
      let unknown = try record.member("unknown_tag").value
      #expect(throws: LNURLRefusal.unknownAction) { try SuccessAction(reading: unknown, callback: callback) }
      // The sealed secret is carried from end to end as it is; opening it is the wallet's.
      let sealed = try record.member("aes").member("successAction").value
      let action = try SuccessAction(reading: sealed, callback: callback)
      #expect(action.json == sealed)
      guard case .aes("Your door code", let ciphertext, let iv) = action else {
        throw Missing(place: "\(record.place).aes")
      }
      let plaintext = try record.member("aes").text("plaintext")
      #expect(ciphertext.count == (plaintext.utf8.count / 16 + 1) * 16 && iv == Array(0..<16))
      let preimage = try record.member("aes").hash("preimage")
      let proof = try VerifyAnswer(reading: Self.steps()[3].member("response").value.bytes())
      #expect(preimage == proof.preimage)
    }
  }
}
