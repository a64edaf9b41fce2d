import Lightning
import Primitives
import Synchronization
import Testing

@Suite struct CoreLightningNodeTests {
  private static let wish = InvoiceWish(
    msat: 21_000,
    label: "coinslot:a",
    description: .text("Horn"),
    expirySeconds: 120
  )

  private func failure(_ body: () async throws(NodeFailure) -> Void) async -> NodeFailure? {
    do throws(NodeFailure) {
      try await body()
      return nil
    } catch {
      return error
    }
  }

  // MARK: Making

  private static let made = #"""
    {"bolt11":"lnbcrt1","payment_hash":"\#(Sample.hash)","expires_at":1790000120,"created_index":3,"payment_secret":"00",
    "warning_deadends":"Insufficient incoming capacity"}
    """#

  @Test func anInvoiceIsMade() async throws {
    let transport = FakeTransport { _ throws(NodeFailure) in .text(Self.made) }
    let (invoice, warnings) = try await CoreLightningNode(transport).make(Self.wish)
    #expect(invoice.state == .unpaid && invoice.text == "lnbcrt1" && invoice.askedMsat == 21_000)
    #expect(invoice.label == "coinslot:a" && invoice.description == "Horn" && invoice.expiresAtS == 1_790_000_120)
    #expect(warnings == [CoreLightningWarning(name: "warning_deadends", text: "Insufficient incoming capacity")])
    let question = try #require(transport.questions.first)
    #expect(!question.isWait && question.method == "invoice")
    let expected = #"{"amount_msat":21000,"label":"coinslot:a","description":"Horn","expiry":120}"#
    #expect(question.params.text() == expected)
  }

  @Test func anInvoiceOfAnyAmountForAHash() async throws {
    let transport = FakeTransport { _ throws(NodeFailure) in .text(Self.made) }
    let text = #"[["text/plain","Hupe/für ⚡"]]"#
    let wish = InvoiceWish(msat: nil, label: "coinslot:a", description: .hashed(text), expirySeconds: 60)
    let invoice = try await CoreLightningNode(transport).makeInvoice(wish)
    #expect(invoice.askedMsat == nil && invoice.description == text)
    let params = try #require(transport.questions.first?.params)
    #expect(params["amount_msat"] == "any" && params["deschashonly"] == true && params["description"]?.string == text)
  }

  @Test func theSameWishAgainGivesTheSameInvoice() async throws {
    let transport = FakeTransport { question throws(NodeFailure) in
      question.method == "invoice"
        ? .refusal(CoreLightningError.labelExists, "Duplicate label 'coinslot:a'")
        : .text("{\"invoices\":[\(Sample.unpaid(label: "coinslot:a"))]}")
    }
    let invoice = try await CoreLightningNode(transport).makeInvoice(Self.wish)
    #expect(invoice.label == "coinslot:a" && invoice.askedMsat == 21_000)
    #expect(transport.questions.map { $0.params.text() }.last == #"{"label":"coinslot:a"}"#)
  }

  @Test(arguments: [
    Sample.unpaid(label: "coinslot:a", msat: 21_001), Sample.unpaid(label: "coinslot:a", msat: nil),
    Sample.unpaid(label: "coinslot:a", description: "Lamp"),
  ]) func theSameLabelForSomethingElseIsAConflict(_ known: String) async throws {
    let transport = FakeTransport { question throws(NodeFailure) in
      question.method == "invoice"
        ? .refusal(CoreLightningError.labelExists) : .text("{\"invoices\":[\(known)]}")
    }
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await CoreLightningNode(transport).makeInvoice(Self.wish)
    }
    guard case .conflict? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test func anotherInvoiceThanAskedForIsGarbled() async throws {
    let transport = FakeTransport { question throws(NodeFailure) in
      question.method == "invoice"
        ? .refusal(CoreLightningError.labelExists) : .text("{\"invoices\":[\(Sample.unpaid(label: "coinslot:b"))]}")
    }
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await CoreLightningNode(transport).makeInvoice(Self.wish)
    }
    guard case .garbled? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test func deletedBetweenTheTwoQuestions() async throws {
    let transport = FakeTransport { question throws(NodeFailure) in
      question.method == "invoice" ? .refusal(CoreLightningError.labelExists) : .text(#"{"invoices":[]}"#)
    }
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await CoreLightningNode(transport).makeInvoice(Self.wish)
    }
    guard case .away? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test(arguments: [
    InvoiceWish(msat: 0, label: "a", description: .text(""), expirySeconds: 1),
    InvoiceWish(msat: 1, label: "", description: .text(""), expirySeconds: 1),
    InvoiceWish(msat: 1, label: "a/b", description: .text(""), expirySeconds: 1),
    InvoiceWish(msat: 1, label: "für", description: .text(""), expirySeconds: 1),
    InvoiceWish(msat: 1, label: "a\u{1}", description: .text(""), expirySeconds: 1),
    InvoiceWish(msat: 1, label: String(repeating: "a", count: 129), description: .text(""), expirySeconds: 1),
    InvoiceWish(msat: 1, label: "a", description: .text(String(repeating: "ü", count: 320)), expirySeconds: 1),
    InvoiceWish(msat: 1, label: "a", description: .hashed("a\u{1}b"), expirySeconds: 1),
  ]) func wishesThatCannotBeToldAreNotSent(_ wish: InvoiceWish) async throws {
    let transport = FakeTransport { _ throws(NodeFailure) in .text(Self.made) }
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await CoreLightningNode(transport).makeInvoice(wish)
    }
    guard case .unsupported? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(transport.questions.isEmpty)
  }

  @Test func theNearestWishesThatCanBe() async throws {
    let transport = FakeTransport { _ throws(NodeFailure) in .text(Self.made) }
    let node = CoreLightningNode(transport)
    let wishes = [
      InvoiceWish(msat: 1, label: String(repeating: "a", count: 128), description: .text(""), expirySeconds: 1),
      InvoiceWish(
        msat: 1,
        label: "AZaz09:_.-",
        description: .text(String(repeating: "d", count: 639)),
        expirySeconds: 1
      ),
      InvoiceWish(
        msat: .max,
        label: "a",
        description: .hashed(String(repeating: "ü", count: 640)),
        expirySeconds: .max
      ),
      InvoiceWish(msat: 1, label: "a", description: .text("a\u{1}\u{7f}\u{85}b\nc\td"), expirySeconds: 1),
    ]
    for wish in wishes { _ = try await node.makeInvoice(wish) }
    // Control characters never reach the node, line feeds and tabs do.
    #expect(transport.questions.last?.params["description"]?.string == "ab\nc\td")
  }

  // MARK: Payments

  /// A node that was paid these indices, in the way of a real one.
  private static func paid(_ indices: [UInt64]) -> FakeTransport {
    FakeTransport { question throws(NodeFailure) in
      let cursor = question.params["lastpay_index"]?.uint64 ?? 0
      // As inside the node: what is above 2^63 - 1 is negative.
      guard let next = indices.first(where: { Int64($0) > Int64(bitPattern: cursor) }) else {
        return .refusal(CoreLightningError.timedOut)
      }
      return .text(Sample.paid(next))
    }
  }

  @Test func paymentsInTheirOrderWithGaps() async throws {
    let transport = Self.paid([1, 2, 5, 9])
    let node = CoreLightningNode(transport)
    #expect(try await node.paid(after: 0, most: 10).map(\.cursor) == [1, 2, 5, 9])
    #expect(try await node.paid(after: 2, most: 1).map(\.cursor) == [5])
    #expect(try await node.paid(after: 9, most: 10).isEmpty)
    #expect(try await node.paid(after: 0, most: 0).isEmpty)
    #expect(transport.questions.allSatisfy { !$0.isWait && $0.params["timeout"]?.uint64 == 0 })
  }

  @Test func aWaitIsBoundedOnBothSides() async throws {
    let transport = Self.paid([])
    let node = CoreLightningNode(transport)
    for (asked, waited) in [(-1, 0), (0, 0), (1, 1), (60, 60), (3_600, 60)] {
      #expect(try await node.nextPaid(after: 4, seconds: asked) == nil)
      let question = try #require(transport.questions.last)
      #expect(question.params["timeout"]?.uint64 == UInt64(waited))
      #expect(question.seconds == waited + 10 && question.isWait == (waited > 0))
    }
  }

  @Test(arguments: [(UInt64(34), UInt64(34)), (34, 33), (500, 12)])
  func aPaymentNotAfterTheCursorStopsEverything(_ cursor: UInt64, _ index: UInt64) async throws {
    let transport = FakeTransport { _ throws(NodeFailure) in .text(Sample.paid(index)) }
    let node = CoreLightningNode(transport)
    for failure in [
      await failure { () async throws(NodeFailure) in _ = try await node.nextPaid(after: cursor, seconds: 1) },
      await failure { () async throws(NodeFailure) in _ = try await node.paid(after: cursor, most: 5) },
    ] {
      guard case .rewound? = failure else {
        Issue.record("\(String(describing: failure))")
        continue
      }
    }
  }

  @Test func aCursorAboveTheLimitIsNeverSent() async throws {
    let transport = Self.paid([1])
    let node = CoreLightningNode(transport)
    let limit = UInt64(Int64.max)
    #expect(try await node.nextPaid(after: limit, seconds: 0) == nil)
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await node.nextPaid(after: limit + 1, seconds: 0)
    }
    guard case .unsupported? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(transport.questions.count == 1)
  }

  @Test func whatWasReadBeforeAFailureIsKept() async throws {
    let count = Mutex(UInt64(0))
    let node = CoreLightningNode(
      FakeTransport { _ throws(NodeFailure) in
        let n = count.withLock { n in
          n += 1
          return n
        }
        guard n < 3 else { throw .away("the node closed the connection") }
        return .text(Sample.paid(n))
      }
    )
    #expect(try await node.paid(after: 0, most: 10).map(\.cursor) == [1, 2])
    let failure = await failure { () async throws(NodeFailure) in _ = try await node.paid(after: 2, most: 10) }
    #expect(failure == .away("the node closed the connection"))
  }

  @Test(
    arguments: [
      [], [1], [1, 2, 3], [5], [1, 1_000_000], [7, 8, 9, 4_000_000_000_000], [UInt64(Int64.max)],
      [1, UInt64(Int64.max) - 1], Array(1...500),
    ] as [[UInt64]]
  ) func theNewestPaymentIsFound(_ indices: [UInt64]) async throws {
    let transport = Self.paid(indices)
    #expect(try await CoreLightningNode(transport).newestCursor() == indices.last ?? 0)
    #expect(transport.questions.count <= 130, "\(transport.questions.count)")
  }

  @Test func thePaymentWithAHash() async throws {
    let hash = try Hex.bytes32(Sample.hash)
    let known = FakeTransport { _ throws(NodeFailure) in .text("{\"invoices\":[\(Sample.paid(4))]}") }
    let invoice = try await CoreLightningNode(known).invoice(paying: hash)
    #expect(invoice?.cursor == 4 && invoice?.preimage == hash)
    #expect(known.questions.first?.params.text() == "{\"payment_hash\":\"\(Sample.hash)\"}")
    let unknown = FakeTransport { _ throws(NodeFailure) in .text(#"{"invoices":[]}"#) }
    #expect(try await CoreLightningNode(unknown).invoice(paying: hash) == nil)
    // An answer about another one is no answer.
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await CoreLightningNode(known).invoice(paying: .zero)
    }
    guard case .garbled? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test(arguments: [
    #"{"label":"a","status":"paid","pay_index":1}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"paid"}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"unpaid"}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"settled","pay_index":1}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"paid","pay_index":-1}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"paid","pay_index":1,"amount_received_msat":"5"}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"paid","pay_index":1,"amount_received_msat":5.5}"#,
    #"{"payment_hash":"ab","status":"paid","pay_index":1}"#,
    #"{"payment_hash":"\#(Sample.hash)","status":"paid","pay_index":1,"local_offer_id":"x"}"#,
  ]) func answersNoNodeGives(_ text: String) async throws {
    let node = CoreLightningNode(FakeTransport { _ throws(NodeFailure) in .text(text) })
    let failure = await failure { () async throws(NodeFailure) in _ = try await node.nextPaid(after: 0, seconds: 0) }
    guard case .garbled? = failure else {
      Issue.record("\(text): \(String(describing: failure))")
      return
    }
  }

  @Test func theLeastThatIsAPayment() async throws {
    let text = #"{"payment_hash":"\#(Sample.hash)","status":"paid","pay_index":1,"x":[{}],"label":null}"#
    let node = CoreLightningNode(FakeTransport { _ throws(NodeFailure) in .text(text) })
    let invoice = try #require(try await node.nextPaid(after: 0, seconds: 0))
    #expect(invoice.cursor == 1 && invoice.receivedMsat == nil && invoice.preimage == nil && invoice.label == nil)
  }

  // MARK: Changes

  @Test func changesInPages() async throws {
    let transport = FakeTransport { question throws(NodeFailure) in
      let start = question.params["start"]?.uint64 ?? 0
      let limit = question.params["limit"]?.uint64 ?? 0
      let page = (1...5).filter { $0 >= start }.prefix(Int(limit)).map { Sample.paid($0) }
      return .text("{\"invoices\":[\(page.joined(separator: ","))]}")
    }
    let node = CoreLightningNode(transport)
    var since: UInt64 = 0
    var seen: [UInt64?] = []
    while true {
      let page = try await node.changed(since: since, most: 2)
      #expect(!page.isWhole)
      seen += page.invoices.map(\.cursor)
      since = page.updatedIndex
      guard page.hasMore else { break }
    }
    #expect(seen == [1, 2, 3, 4, 5] && since == 5)
    #expect(try await node.changed(since: 5, most: 2).invoices.isEmpty)
    #expect(try await node.changed(since: 5, most: 2).updatedIndex == 5)
    #expect(transport.questions.first?.params.text() == #"{"index":"updated","start":1,"limit":2}"#)
    _ = try await node.changed(since: 0, most: 1_000_000)
    #expect(transport.questions.last?.params["limit"]?.uint64 == 1_000)
  }

  @Test func anOldNodeGivesAllItHas() async throws {
    let transport = FakeTransport { question throws(NodeFailure) in
      guard question.params["index"] == nil else {
        return .refusal(CoreLightningError.badParameters, "unknown parameter: index")
      }
      return .text("{\"invoices\":[\(Sample.unpaid(label: "b")),\(Sample.paid(1))]}")
    }
    let all = try await CoreLightningNode(transport).changed(since: 7, most: 1)
    #expect(all.isWhole && !all.hasMore && all.updatedIndex == 7 && all.invoices.count == 2)
    #expect(transport.questions.count == 2)
    // Another refusal is one.
    let broken = FakeTransport { _ throws(NodeFailure) in .refusal(-1, "db") }
    let failure = await failure { () async throws(NodeFailure) in
      _ = try await CoreLightningNode(broken).changed(since: 0, most: 1)
    }
    guard case .away? = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(broken.questions.count == 1)
  }

  @Test func whoMustAct() {
    let cases: [(Int64, String)] = [
      (-32601, "unsupported"), (-32602, "unsupported"), (-32600, "unsupported"), (-1, "away"), (-3, "away"),
      (-4, "away"), (-5, "away"), (900, "conflict"), (901, "unsupported"), (902, "unsupported"), (1501, "refused"),
      (1502, "refused"), (1503, "refused"), (7, "garbled"), (-6, "garbled"),
    ]
    for (code, kind) in cases {
      let failure = CoreLightningError(code: code, message: "m\u{1b}[31m").failure(of: "invoice")
      #expect("\(failure)".hasPrefix(kind), "\(code)")
      #expect(!"\(failure)".contains("\u{1b}"))
    }
  }
}
