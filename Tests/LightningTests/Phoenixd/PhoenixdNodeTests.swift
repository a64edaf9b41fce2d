import Lightning
import Primitives
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct PhoenixdNodeTests {
  private static let wish = InvoiceWish(msat: 21_000, label: "l:1", description: .text("Honk & go"), expirySeconds: 60)

  @Test func tellsFacts() async throws {
    try await FakePhoenixd.with { (node, _, _) async throws in
      let facts = try await node.facts()
      #expect(facts.network == "bitcoin" && facts.height == 800 && facts.warnings.isEmpty && facts.id.count == 66)
    }
  }

  @Test func tellsWhatThePasswordAllows() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      #expect(try await node.rights() == .limited)
      phoenixd.spendStatus.withLock { $0 = 400 }
      #expect(try await node.rights() == .full)
      phoenixd.spendStatus.withLock { $0 = 500 }
      #expect(try await node.rights() == .unknown)
    }
    try await FakePhoenixd.with(password: "wrong") { (node, _, _) async throws in
      let failure = await failure { () async throws(NodeFailure) in try await node.rights() }
      guard case .refused(let words)? = failure else {
        Issue.record("a wrong password is no limited one: \(String(describing: failure))")
        return
      }
      #expect(words.contains("password") && !words.contains("wrong"))
    }
  }

  @Test func makesAnInvoiceOnce() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      let made = try await node.makeInvoice(Self.wish)
      #expect(made.label == "l:1" && made.askedMsat == 21_000 && made.state == .unpaid && made.preimage == nil)
      #expect(try await node.makeInvoice(Self.wish) == made)
      #expect(phoenixd.rows.map(\.description) == ["Honk & go"])
      let any = InvoiceWish(msat: nil, label: "l:2", description: .text("x"), expirySeconds: 60)
      #expect(try await node.makeInvoice(any).askedMsat == nil)
      #expect(try await node.invoice(paying: made.paymentHash)?.label == "l:1")
      #expect(try await node.invoice(paying: .zero) == nil)
    }
  }

  @Test func aHashedTextIsHeldAgainstTheInvoice() async throws {
    let text = #"[["text/plain","Honk the horn"],["text/identifier","car@pay.example.com"]]"#
    let invoice = try LightningVectors.group("phoenixd")["createinvoice_response"]?["serialized"]?.string
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      var row = FakePhoenixd.Row(1)
      (row.label, row.description, row.text) = ("l:3", nil, try #require(invoice))
      phoenixd.add(row)
      let wish = InvoiceWish(msat: 21_000, label: "l:3", description: .hashed(text), expirySeconds: 60)
      let made = try await node.makeInvoice(wish)
      #expect(made.paymentHash == row.hash && made.description == text)
      let other = InvoiceWish(msat: 21_000, label: "l:3", description: .hashed(text + " "), expirySeconds: 60)
      guard case .conflict? = await failure({ () async throws(NodeFailure) in try await node.makeInvoice(other) })
      else {
        Issue.record("another text for the same label")
        return
      }
    }
  }

  @Test(arguments: [
    (InvoiceWish(msat: 21_001, label: "l:1", description: .text("x"), expirySeconds: 60), "unsupported"),
    (
      InvoiceWish(msat: 1_000, label: "l:1", description: .text(String(repeating: "x", count: 129)), expirySeconds: 60),
      "unsupported"
    ),
    (InvoiceWish(msat: 22_000, label: "known", description: .text("honk"), expirySeconds: 60), "conflict"),
    (InvoiceWish(msat: 21_000, label: "known", description: .text("hoot"), expirySeconds: 60), "conflict"),
  ]) func whatCannotBeMade(_ wish: InvoiceWish, _ kind: String) async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      var known = FakePhoenixd.Row(1)
      known.label = "known"
      phoenixd.add(known)
      let failure = await failure { () async throws(NodeFailure) in try await node.makeInvoice(wish) }
      #expect(try "\(#require(failure))".hasPrefix(kind))
      #expect(phoenixd.rows.count == 1)
    }
  }

  @Test(arguments: [
    (400, "Request parameter x is bad", "unsupported"), (401, "no", "refused"),
    (404, "Unknown endpoint", "unsupported"),
    (500, "", "away"), (302, "", "refused"), (200, "oops", "garbled"), (200, "{}", "garbled"),
  ]) func whatIsNoAnswer(_ status: Int, _ body: String, _ kind: String) async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      phoenixd.answerAlways(status, body)
      let failure = await failure { () async throws(NodeFailure) in try await node.facts() }
      #expect(try "\(#require(failure))".hasPrefix(kind), "\(String(describing: failure))")
    }
  }

  @Test func paymentsComeInTheirOrder() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      #expect(try await node.newestCursor() == 0)
      for number in 1...250 { phoenixd.add(.init(UInt64(number), paidAtMS: 1_790_000_000_000 + Int64(number) * 1_000)) }
      var chain = FakePhoenixd.Row(900, paidAtMS: 1_790_000_999_000)
      chain.subType = "bitcoin"
      phoenixd.add(chain, FakePhoenixd.Row(901))
      let first = try await node.paid(after: 0, most: 3)
      #expect(first.map(\.cursor) == [1_790_000_001_000, 1_790_000_002_000, 1_790_000_003_000])
      #expect(try await node.paid(after: 1_790_000_003_000, most: 1).map(\.cursor) == [1_790_000_004_000])
    }
  }

  /// Payments of the same millisecond are not cut apart.
  @Test func aPageEndsBetweenTwoMoments() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      for number in 1...5 { phoenixd.add(.init(UInt64(number), paidAtMS: number < 3 ? 1_000 : 2_000)) }
      #expect(try await node.paid(after: 0, most: 1).map(\.cursor) == [1_000, 1_000])
      #expect(try await node.paid(after: 0, most: 3).count == 5)
      #expect(try await node.paid(after: 1_000, most: 1).map(\.cursor) == [2_000, 2_000, 2_000])
      #expect(try await node.paid(after: 2_000, most: 1).isEmpty)
    }
  }

  /// At the first start nothing that was is given.
  @Test func historyIsNotGivenAgain() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      phoenixd.add(.init(1, paidAtMS: 1_790_000_000_000), .init(2, paidAtMS: 1_790_000_030_000))
      let cursor = try await node.newestCursor()
      #expect(cursor == 1_790_000_030_000)
      #expect(try await node.paid(after: cursor, most: 10).isEmpty)
      #expect(try await node.nextPaid(after: cursor, seconds: 0) == nil)
      phoenixd.add(.init(3, paidAtMS: 1_790_000_030_001))
      #expect(try await node.nextPaid(after: cursor, seconds: 0)?.cursor == cursor + 1)
      // The caller could not record it.
      #expect(try await node.nextPaid(after: cursor, seconds: 0)?.cursor == cursor + 1)
      #expect(try await node.nextPaid(after: cursor + 1, seconds: 0) == nil)
    }
  }

  @Test func aClockSetBackLosesNothing() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      let cursor: UInt64 = 1_790_000_100_000
      phoenixd.add(.init(1, paidAtMS: Int64(cursor)))
      #expect(try await node.nextPaid(after: cursor - 1, seconds: 0)?.cursor == cursor)
      phoenixd.add(.init(2, paidAtMS: Int64(cursor) - 50_000), .init(3, paidAtMS: Int64(cursor)))
      var late: Set<Bytes32> = []
      for _ in 0..<2 {
        let found = try #require(try await node.nextPaid(after: cursor, seconds: 0))
        #expect(found.cursor == nil && found.state == .paid)
        late.insert(found.paymentHash)
      }
      #expect(late == [FakePhoenixd.Row(2).hash, FakePhoenixd.Row(3).hash])
      #expect(try await node.nextPaid(after: cursor, seconds: 0) == nil, "told twice")
      phoenixd.add(.init(4, paidAtMS: Int64(cursor) - 60_000))
      #expect(try await node.nextPaid(after: cursor, seconds: 0) == nil, "older than the overlap")
      phoenixd.add(.init(5, paidAtMS: Int64(cursor) + 1))
      #expect(try await node.nextPaid(after: cursor, seconds: 0)?.cursor == cursor + 1)
    }
  }

  @Test func theSocketWakesAWaiter() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      let waiting = Task { () async throws -> NodeInvoice? in
        try await node.nextPaid(after: 1_790_000_000_000, seconds: 60)
      }
      #expect(try await eventually { phoenixd.sockets == 1 })
      phoenixd.add(.init(1, paidAtMS: 1_790_000_009_000))
      phoenixd.notify(.init(1))
      #expect(try await waiting.value?.cursor == 1_790_000_009_000)
      #expect(phoenixd.sockets == 1)
    }
  }

  @Test func aLostNoticeOnlyTakesLonger() async throws {
    try await FakePhoenixd.with { (node, phoenixd, _) async throws in
      #expect(try await node.nextPaid(after: 1_790_000_000_000, seconds: 0) == nil)
      #expect(try await eventually { phoenixd.sockets == 1 })
      phoenixd.dropSockets()
      phoenixd.add(.init(1, paidAtMS: 1_790_000_009_000))
      #expect(try await node.nextPaid(after: 1_790_000_000_000, seconds: 30)?.cursor == 1_790_000_009_000)
      #expect(try await eventually { phoenixd.sockets == 2 }, "the socket is opened again")
    }
  }

  private struct Down: Error {}

  @Test(arguments: [(true, 200), (false, 503)]) func aWebhookIsLookedInto(_ isDiskWell: Bool, _ status: Int)
    async throws
  {
    let group = try LightningVectors.group("phoenixd")
    let webhook = try #require(group["webhook"])
    let body = Array(try #require(webhook["body"]?.string).utf8)
    let signature = webhook["header_X-Phoenix-Signature"]?.string
    let payment = try #require(group["incoming_payment"]).text()
    try await FakePhoenixd.with { (node, phoenixd, folder) async throws in
      let secret = try folder.write("0123456789abcdef", "hook")
      let hook = PhoenixdHook(node, secretFile: secret)
      #expect(await hook.receive(signature: signature, body: body) { _ in throw Down() } == 200, "unknown: no payment")
      #expect(await hook.receive(signature: nil, body: body) { _ in } == 401)
      phoenixd.answerAlways(200, payment)
      let recorded = Mutex<[UInt64?]>([])
      let answer = await hook.receive(signature: signature, body: body) { invoice in
        guard isDiskWell else { throw Down() }
        recorded.withLock { $0.append(invoice.receivedMsat) }
      }
      #expect(answer == status && recorded.withLock { $0 } == (isDiskWell ? [21_000] : []))
    }
  }

  @Test func otherNoticesAreNone() throws {
    #expect(try PhoenixdNotice(decoding: Array(#"{"type":"payment_sent"}"#.utf8)) == nil)
    for bad in ["", "[]", "{}", #"{"type":"payment_received"}"#, #"{"type":"payment_received","paymentHash":"00"}"#] {
      #expect(throws: PhoenixdRefusal.self) { try PhoenixdNotice(decoding: Array(bad.utf8)) }
    }
  }
}
