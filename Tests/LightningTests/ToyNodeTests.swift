import AsyncHTTPClient
import Lightning
import Primitives
import Simulators
import Sockets
import Testing

/// Both clients against the toy node, over its real doors: one books, told by two protocols.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ToyNodeTests {
  enum Door: String, CaseIterable, Sendable {
    case coreLightning, lnd

    /// A toy node behind this door, with TLS where the door has it, and our client of it.
    func with(_ body: (any LightningNode, LightningSimulator) async throws -> Void) async throws {
      var options = LightningSimulatorOptions()
      options.controlPort = nil
      if self == .coreLightning { options.lndPort = nil }
      let toy = try await LightningSimulator.start(options)
      let socket = CoreLightningSocket(path: toy.socketPath), client = NodeHTTP.client()
      let result: Result<Void, any Error>
      do {
        switch self {
        case .coreLightning: try await body(CoreLightningNode(socket), toy)
        case .lnd: try await body(Self.lnd(toy, client: client), toy)
        }
        result = .success(())
      } catch { result = .failure(error) }
      await socket.close()
      try await client.shutdown()
      await toy.stop()
      try result.get()
    }

    private static func lnd(_ toy: LightningSimulator, client: HTTPClient) throws -> LNDNode {
      let settings = LNDSettings(
        endpoint: try Endpoint(parsing: try #require(toy.lndURL)),
        certificateFile: toy.certificateFile,
        macaroonFile: toy.macaroonFile
      )
      return LNDNode(settings, client: client)
    }
  }

  private func wish(_ name: String, msat: UInt64 = 21_000) -> InvoiceWish {
    InvoiceWish(
      msat: msat,
      label: "coinslot:car:\(name)",
      description: .hashed(#"[["text/plain","Honk"]]"#),
      expirySeconds: 120
    )
  }

  private func untilSomebodyListens(_ toy: LightningSimulator) async throws {
    for _ in 0..<2_000 {
      let counts = try await toy.counts
      if counts.waiters + counts.streams > 0 { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("nobody listens at the toy")
  }

  /// Asks again where the node was just away, as whoever watches a node does.
  private func patient<Result>(_ body: () async throws(NodeFailure) -> Result) async throws -> Result {
    for _ in 0..<100 {
      do throws(NodeFailure) { return try await body() } catch {
        guard case .away = error else { throw error }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    return try await body()
  }

  @Test(arguments: Door.allCases) func fromAnInvoiceToItsPayment(_ door: Door) async throws {
    try await door.with { (node, toy) async throws -> Void in
      let facts = try await node.facts()
      #expect(facts.id == toy.nodeID && facts.network == "regtest", "\(facts)")
      #expect(try await node.newestCursor() == 0)
      let made = try await node.makeInvoice(wish("1"))
      #expect(made.state == .unpaid)
      // Which bytes the invoice has is not left to the node's word.
      let read = try Bolt11Invoice(try #require(made.text))
      #expect(read.paymentHash == made.paymentHash && read.msat == 21_000)
      try await toy.pay(made.paymentHash.hex(), msat: 30_000)
      let paid = try #require(try await node.invoice(paying: made.paymentHash))
      #expect(paid.state == .paid && paid.receivedMsat == 30_000 && paid.cursor == 1)
      #expect(try await node.paid(after: 0, most: 10).map(\.paymentHash) == [made.paymentHash])
      #expect(try await node.paid(after: 1, most: 10).isEmpty)
      #expect(try await node.newestCursor() == 1)
      #expect(try await node.invoice(paying: Bytes32(words: 1, 2, 3, 4)) == nil)
    }
  }

  @Test(arguments: Door.allCases) func aPaymentEndsTheWait(_ door: Door) async throws {
    try await door.with { (node, toy) async throws -> Void in
      let made = try await node.makeInvoice(wish("1"))
      async let next = node.nextPaid(after: 0, seconds: 30)
      try await untilSomebodyListens(toy)
      try await toy.pay(made.paymentHash.hex())
      #expect(try await next?.paymentHash == made.paymentHash)
      // And nothing else ends it.
      #expect(try await node.nextPaid(after: 1, seconds: 1) == nil)
      try await toy.restart()
      let list = try await patient { () async throws(NodeFailure) in try await node.paid(after: 0, most: 10) }
      #expect(list.map(\.cursor) == [1])
    }
  }

  @Test(arguments: Door.allCases) func harmlessFaults(_ door: Door) async throws {
    try await door.with { (node, toy) async throws -> Void in
      try await toy.pay(try await node.makeInvoice(wish("1")).paymentHash.hex())
      let faults: [@Sendable (inout LightningFaults) -> Void] = [
        { $0.splitBytes = 3 }, { $0.unknownFields = true }, { $0.lateMS = 50 },
      ]
      for fault in faults {
        try await toy.set(LightningFaults())
        try await toy.change(fault)
        #expect(try await node.paid(after: 0, most: 10).map(\.receivedMsat) == [21_000])
      }
    }
  }

  @Test(arguments: Door.allCases) func brokenAnswersThenGoodOnes(_ door: Door) async throws {
    try await door.with { (node, toy) async throws -> Void in
      let faults: [(name: String, change: @Sendable (inout LightningFaults) -> Void)] = [
        ("half", { $0.halfReplies = true }), ("garbage", { $0.garbage = true }), ("refuse", { $0.refuse = true }),
      ]
      for fault in faults {
        try await toy.change(fault.change)
        do throws(NodeFailure) {
          let facts = try await node.facts()
          Issue.record("\(fault.name): \(facts)")
        } catch {
          switch error {
          case .away: #expect(fault.name != "garbage")
          case .garbled: #expect(fault.name != "refuse")
          default: Issue.record("\(fault.name): \(error)")
          }
        }
        try await toy.set(LightningFaults())
        let facts = try await patient { () async throws(NodeFailure) in try await node.facts() }
        #expect(facts.id == toy.nodeID, "after \(fault.name)")
      }
    }
  }

  /// A certificate that was renewed on disk is trusted without a restart of ours.
  @Test func anotherCertificate() async throws {
    try await Door.lnd.with { (node, toy) async throws -> Void in
      #expect(try await node.facts().id == toy.nodeID)
      try await toy.changeCertificate()
      await toy.dropConnections()
      let facts = try await patient { () async throws(NodeFailure) in try await node.facts() }
      #expect(facts.id == toy.nodeID)
    }
  }

  @Test func moneyThatIsHeldThenTaken() async throws {
    try await Door.lnd.with { (node, toy) async throws -> Void in
      let node = try #require(node as? LNDNode)
      let preimage = Bytes32(words: 9, 8, 7, 6), hash = Preimage.hash(preimage)
      let wish = HoldWish(
        paymentHash: hash,
        msat: 5_000,
        description: .text("hold"),
        expirySeconds: 60,
        cltvBlocks: 40
      )
      #expect(try await node.makeHold(wish) == node.makeHold(wish))
      async let accepted = node.subscribe(hash, after: .unpaid, seconds: 30)
      try await untilSomebodyListens(toy)
      #expect(try await toy.pay(hash.hex()).preimage == nil)
      #expect(try await accepted?.heldMsat == 5_000)
      try await node.settle(preimage)
      try await node.settle(preimage)
      #expect(try await node.hold(hash)?.invoice.state == .paid)
      await #expect(throws: NodeFailure.self) { () async throws -> Void in try await node.cancel(hash) }
    }
  }
}
