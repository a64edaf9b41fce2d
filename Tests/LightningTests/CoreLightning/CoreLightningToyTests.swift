import Lightning
import Primitives
import Simulators
import Testing

/// Our client against the toy node, whose replies are written apart from it and held to the same recordings.
@Suite struct CoreLightningToyTests {
  private func with(
    _ body: (CoreLightningNode, LightningSimulator) async throws -> Void
  ) async throws {
    var options = LightningSimulatorOptions()
    options.lndPort = nil
    options.controlPort = nil
    let toy = try await LightningSimulator.start(options)
    let socket = CoreLightningSocket(path: toy.socketPath)
    let result: Result<Void, any Error>
    do { result = .success(try await body(CoreLightningNode(socket), toy)) } catch { result = .failure(error) }
    await socket.close()
    await toy.stop()
    try result.get()
  }

  private func wish(_ label: String, msat: UInt64? = 21_000) -> InvoiceWish {
    InvoiceWish(msat: msat, label: label, description: .hashed(#"[["text/plain","Hupe für ⚡"]]"#), expirySeconds: 600)
  }

  private func failure(_ body: () async throws(NodeFailure) -> Void) async -> NodeFailure? {
    do throws(NodeFailure) {
      try await body()
      return nil
    } catch {
      return error
    }
  }

  private func untilSomebodyWaits(_ toy: LightningSimulator) async throws {
    for _ in 0..<1_000 {
      if try await toy.counts.waiters > 0 { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("nobody waits at the toy")
  }

  /// Asks again where the node was just away, as whoever watches a node does.
  private func patient<Result>(_ body: () async throws(NodeFailure) -> Result) async throws -> Result {
    for _ in 0..<100 {
      do throws(NodeFailure) {
        return try await body()
      } catch {
        guard case .away = error else { throw error }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    return try await body()
  }

  @Test func fromAnInvoiceToItsPayment() async throws {
    try await with { (node, toy) async throws -> Void in
      let facts = try await node.facts()
      #expect(facts.id == toy.nodeID && facts.network == "regtest")
      #expect(try await node.newestCursor() == 0)
      let made = try await node.makeInvoice(wish("coinslot:a"))
      #expect(try await node.makeInvoice(wish("coinslot:a")).text == made.text)
      let conflict = await failure { () async throws(NodeFailure) in
        _ = try await node.makeInvoice(wish("coinslot:a", msat: 1))
      }
      guard case .conflict? = conflict else {
        Issue.record("\(String(describing: conflict))")
        return
      }
      #expect(try await node.nextPaid(after: 0, seconds: 0) == nil)
      // A wait that is answered by the payment.
      async let next = node.nextPaid(after: 0, seconds: 30)
      let receipt = try await toy.pay(try #require(made.text))
      let paid = try #require(try await next)
      #expect(paid.paymentHash == made.paymentHash && paid.preimage == receipt.preimage && paid.cursor == 1)
      #expect(paid.receivedMsat == 21_000 && paid.description == #"[["text/plain","Hupe für ⚡"]]"#)
      #expect(try await node.invoice(paying: made.paymentHash) == paid)
      #expect(try await node.newestCursor() == 1)
    }
  }

  @Test(arguments: ["split", "texts", "unknown", "late"])
  func harmlessFaults(_ name: String) async throws {
    try await with { (node, toy) async throws -> Void in
      try await toy.change { faults in
        switch name {
        case "split": faults.splitBytes = 1
        case "texts": faults.msatTexts = true
        case "unknown": faults.unknownFields = true
        default: faults.lateMS = 50
        }
      }
      for i in 1...3 {
        let made = try await node.makeInvoice(wish("coinslot:\(i)"))
        _ = try await toy.pay(try #require(made.text))
      }
      let paid = try await node.paid(after: 0, most: 10)
      #expect(paid.map(\.cursor) == [1, 2, 3] && paid.map(\.receivedMsat) == [21_000, 21_000, 21_000])
      #expect(try await node.changed(since: 0, most: 2).hasMore)
      #expect(try await node.changed(since: 2, most: 2).invoices.map(\.cursor) == [3])
    }
  }

  @Test func brokenAnswersThenGoodOnes() async throws {
    try await with { (node, toy) async throws -> Void in
      try await toy.change { $0.halfReplies = true }
      guard case .away? = await failure({ () async throws(NodeFailure) in _ = try await node.facts() }) else {
        Issue.record("half a reply is no answer")
        return
      }
      try await toy.change {
        $0.halfReplies = false
        $0.garbage = true
      }
      guard case .garbled? = await failure({ () async throws(NodeFailure) in _ = try await node.facts() }) else {
        Issue.record("garbage is no answer")
        return
      }
      try await toy.change { $0.garbage = false }
      #expect(try await node.facts().id == toy.nodeID)
    }
  }

  @Test func aRestartBreaksTheWaitAndLosesNothing() async throws {
    try await with { (node, toy) async throws -> Void in
      let first = try await node.makeInvoice(wish("coinslot:a"))
      async let broken = failure { () async throws(NodeFailure) in _ = try await node.nextPaid(after: 0, seconds: 30) }
      try await untilSomebodyWaits(toy)
      try await toy.restart()
      guard case .away? = await broken else {
        Issue.record("the wait goes on")
        return
      }
      _ = try await toy.pay(try #require(first.text))
      #expect(try await node.nextPaid(after: 0, seconds: 5)?.cursor == 1)
    }
  }

  @Test func anOlderStateIsNoticed() async throws {
    try await with { (node, toy) async throws -> Void in
      try await toy.takeSnapshot("before")
      let lost = try await node.makeInvoice(wish("coinslot:a"))
      _ = try await toy.pay(try #require(lost.text))
      #expect(try await node.newestCursor() == 1)
      try await toy.rollBack(to: "before")
      // Nothing tells it at once, only that the payment is not known any more.
      let silent = try await patient { () async throws(NodeFailure) in try await node.nextPaid(after: 1, seconds: 0) }
      #expect(silent == nil)
      #expect(try await node.invoice(paying: lost.paymentHash) == nil)
      let other = try await node.makeInvoice(wish("coinslot:b"))
      async let next = failure { () async throws(NodeFailure) in _ = try await node.nextPaid(after: 1, seconds: 30) }
      try await untilSomebodyWaits(toy)
      _ = try await toy.pay(try #require(other.text))
      guard case .rewound? = await next else {
        Issue.record("another payment with the same index was taken")
        return
      }
    }
  }

  @Test func moneyOfOthers() async throws {
    try await with { (node, toy) async throws -> Void in
      _ = try await toy.keysend(msat: 5_000, message: "hello")
      let paid = try #require(try await node.nextPaid(after: 0, seconds: 0))
      #expect(paid.label?.hasPrefix("keysend-") == true && paid.askedMsat == nil && paid.receivedMsat == 5_000)
      #expect(paid.description == "keysend: hello")
    }
  }

  @Test func anOfferTellsWhatWasBought() async throws {
    try await with { (node, toy) async throws -> Void in
      let offer = try await node.transport.ask(MakeOffer(amountMsat: nil, description: "Horn"))
      _ = try await toy.payOffer(offer.text, msat: 7_000, note: "tut tut")
      let paid = try #require(try await node.nextPaid(after: 0, seconds: 0))
      #expect(paid.offer == offer.id.hex() && paid.payerNote == "tut tut" && paid.receivedMsat == 7_000)
      // Of an offer for any amount this is what the payer chose.
      #expect(paid.askedMsat == 7_000)
      #expect(try await node.transport.ask(DisableOffer(id: offer.id)).isActive == false)
      #expect(try await node.transport.ask(ListOffers(id: offer.id)).map(\.isActive) == [false])
    }
  }
}
