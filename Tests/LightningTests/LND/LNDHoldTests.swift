import Lightning
import Primitives
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct LNDHoldTests {
  private static let preimage = Bytes32(words: 9, 9, 9, 9)
  private static let hash = Preimage.hash(preimage)
  private static let wish = HoldWish(
    paymentHash: hash,
    msat: 21_000,
    description: .text("Honk"),
    expirySeconds: 60,
    cltvBlocks: 80
  )

  private static func accept(_ lnd: FakeLND) {
    lnd.change(1) {
      $0.state = "ACCEPTED"
      $0.htlcs = [("ACCEPTED", 21_000, 900)]
    }
  }

  @Test func isMadeOnce() async throws {
    try await FakeLND.with { (town) async throws in
      let made = try await town.node.makeHold(Self.wish)
      #expect(made.invoice.state == .unpaid && made.invoice.description == "Honk" && made.heldMsat == 0)
      #expect(try await town.node.makeHold(Self.wish) == made)
      #expect(town.lnd.rows.count == 1)
      let other = HoldWish(
        paymentHash: Self.hash,
        msat: 1_000,
        description: .text("Honk"),
        expirySeconds: 60,
        cltvBlocks: 80
      )
      guard case .conflict? = await failure({ () async throws(NodeFailure) in try await town.node.makeHold(other) })
      else {
        Issue.record("no conflict")
        return
      }
    }
  }

  @Test func heldThenTaken() async throws {
    try await FakeLND.with { (town) async throws in
      _ = try await town.node.makeHold(Self.wish)
      guard
        case .conflict? = await failure({ () async throws(NodeFailure) in try await town.node.settle(Self.preimage) })
      else {
        Issue.record("settled an open invoice")
        return
      }
      Self.accept(town.lnd)
      let held = try #require(try await town.node.hold(Self.hash))
      #expect(held.invoice.state == .accepted && held.heldMsat == 21_000 && held.firstExpiryHeight == 900)
      try await town.node.settle(Self.preimage)
      try await town.node.settle(Self.preimage)
      let paid = try #require(try await town.node.hold(Self.hash))
      #expect(paid.invoice.state == .paid && paid.invoice.preimage == Self.preimage && paid.invoice.cursor == 1)
      guard case .conflict? = await failure({ () async throws(NodeFailure) in try await town.node.cancel(Self.hash) })
      else {
        Issue.record("cancelled what was settled")
        return
      }
    }
  }

  @Test func heldThenGivenBack() async throws {
    try await FakeLND.with { (town) async throws in
      _ = try await town.node.makeHold(Self.wish)
      Self.accept(town.lnd)
      try await town.node.cancel(Self.hash)
      try await town.node.cancel(Self.hash)
      #expect(try await town.node.hold(Self.hash)?.invoice.state == .cancelled)
      guard
        case .conflict? = await failure({ () async throws(NodeFailure) in try await town.node.settle(Self.preimage) })
      else {
        Issue.record("settled what was cancelled")
        return
      }
    }
  }

  @Test func unknownIsAConflict() async throws {
    try await FakeLND.with { (town) async throws in
      #expect(try await town.node.hold(Self.hash) == nil)
      let settled = await failure { () async throws(NodeFailure) in try await town.node.settle(Self.preimage) }
      let cancelled = await failure { () async throws(NodeFailure) in try await town.node.cancel(Self.hash) }
      for end in [settled, cancelled] {
        guard case .conflict? = end else {
          Issue.record("no conflict: \(String(describing: end))")
          continue
        }
      }
    }
  }

  /// The answer got lost: what it did stands, and asking again is success.
  @Test func aLostAnswerIsAskedForAgain() async throws {
    try await FakeLND.with { (town) async throws in
      _ = try await town.node.makeHold(Self.wish)
      Self.accept(town.lnd)
      let script = town.lnd.script
      town.door.follow { request, answer in
        guard request.path == "/v2/invoices/settle" else { return script(request, answer) }
        town.lnd.quietly { rows in rows[0] = rows[0].settled(as: 1) }
        answer.close()
      }
      try await town.node.settle(Self.preimage)
    }
  }

  @Test func statesAreWatched() async throws {
    try await FakeLND.with { (town) async throws in
      _ = try await town.node.makeHold(Self.wish)
      #expect(try await town.node.subscribe(Self.hash, after: .unpaid, seconds: 0) == nil)
      let streams = town.lnd.streams
      let node = town.node
      let waiting = Task { () async throws -> HoldInvoice? in
        try await node.subscribe(Self.hash, after: .unpaid, seconds: 30)
      }
      #expect(try await eventually { town.lnd.streams > streams })
      Self.accept(town.lnd)
      #expect(try await waiting.value?.heldMsat == 21_000)
      // It is so already: told at once.
      #expect(try await town.node.subscribe(Self.hash, after: .unpaid, seconds: 30)?.invoice.state == .accepted)
      #expect(try await town.node.subscribe(.zero, after: .unpaid, seconds: 0) == nil)
    }
  }
}
