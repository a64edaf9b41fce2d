import Lightning
import Primitives
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct LNDStreamTests {
  @Test func oneStreamStaysOpenBetweenCalls() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(5, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.settle(3, as: 2)
      town.lnd.settle(2, as: 3)
      let first = try #require(try await town.node.nextPaid(after: 1, seconds: 30))
      #expect(first.cursor == 2 && first.paymentHash == FakeLND.Row(3).hash && first.receivedMsat == 21_000)
      #expect(try await town.node.nextPaid(after: 2, seconds: 30)?.cursor == 3)
      #expect(town.lnd.streams == 1)
      #expect(town.door.targets == ["/v1/invoices/subscribe?settle_index=1"])
    }
  }

  @Test func whatWasPaidMeanwhileComesFirst() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(300, settled: Dictionary(uniqueKeysWithValues: (1...300).map { ($0, $0) }))
      var cursor: UInt64 = 17
      while let next = try await town.node.nextPaid(after: cursor, seconds: cursor < 300 ? 30 : 0)?.cursor {
        #expect(next == cursor + 1)
        cursor = next
      }
      #expect(cursor == 300 && town.lnd.streams == 1)
    }
  }

  /// The caller could not record it, and asks again with its old cursor.
  @Test func whatWasNotRecordedIsToldAgain() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(3, settled: [1: 1, 2: 2, 3: 3])
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(try await town.node.nextPaid(after: 2, seconds: 30)?.cursor == 3)
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
    }
  }

  @Test func theVeryFirstPaymentIsFoundInThePages() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(3)
      #expect(try await town.node.nextPaid(after: 0, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      #expect(town.door.targets.contains("/v1/invoices/subscribe"))
      // It happens before anybody listens; the stream will tell of the second one alone.
      town.lnd.quietly { rows in rows[2] = rows[2].settled(as: 1) }
      town.lnd.settle(1, as: 2)
      #expect(try await town.node.nextPaid(after: 0, seconds: 30)?.cursor == 1)
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(try await town.node.nextPaid(after: 2, seconds: 0) == nil)
    }
  }

  @Test func whatFollowedTheVeryFirstBeforeAnybodyListenedComesToo() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(3, settled: [1: 1, 2: 2])
      #expect(try await town.node.nextPaid(after: 0, seconds: 30)?.cursor == 1)
      #expect(try await town.node.nextPaid(after: 1, seconds: 10)?.cursor == 2)
    }
  }

  @Test func otherStatesAreNoPayments() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(4, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.change(2) { $0.state = "CANCELED" }
      town.lnd.change(3) { $0.state = "ACCEPTED" }
      town.lnd.say(FakeLND.Row(4))
      town.lnd.settle(4, as: 2)
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
    }
  }

  @Test func aGapIsLookedInto() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(5, settled: [1: 17])
      #expect(try await town.node.nextPaid(after: 17, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      // 18 was lost by the stream, 19 never was.
      town.lnd.quietly { rows in rows[1] = rows[1].settled(as: 18) }
      town.lnd.settle(3, as: 20)
      #expect(try await town.node.nextPaid(after: 17, seconds: 30)?.cursor == 18)
      #expect(try await town.node.nextPaid(after: 18, seconds: 30)?.cursor == 20)
      town.lnd.settle(4, as: 21)
      #expect(try await town.node.nextPaid(after: 20, seconds: 30)?.cursor == 21)
    }
  }

  @Test func onesWithoutAPlaceAreToldOnceAndWithoutACursor() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(4, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.settle(2, as: 0)
      let found = try #require(try await town.node.nextPaid(after: 1, seconds: 30))
      #expect(found.state == .paid && found.cursor == nil && found.paymentHash == FakeLND.Row(2).hash)
      // The list knows the place that the line did not.
      town.lnd.quietly { rows in rows[2] = rows[2].settled(as: 2) }
      town.lnd.say(FakeLND.Row(3).settled(as: 0))
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(try await town.node.nextPaid(after: 2, seconds: 0) == nil)
    }
  }

  @Test func saidTwiceIsHeardOnce() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(4, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.settle(2, as: 2)
      town.lnd.say(FakeLND.Row(2).settled(as: 2))
      town.lnd.settle(3, as: 3)
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(try await town.node.nextPaid(after: 2, seconds: 30)?.cursor == 3)
    }
  }

  @Test func whatComesAfterItsTimeWasFoundInTheGap() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(4, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.quietly { rows in rows[1] = rows[1].settled(as: 2) }
      // The line without a number leads over the gap as well.
      town.lnd.quietly { rows in rows[2] = rows[2].settled(as: 3) }
      town.lnd.say(FakeLND.Row(3).settled(as: 0))
      town.lnd.settle(2, as: 2)
      town.lnd.settle(4, as: 4)
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(try await town.node.nextPaid(after: 2, seconds: 30)?.cursor == 3)
      #expect(try await town.node.nextPaid(after: 3, seconds: 30)?.cursor == 4)
    }
  }

  @Test func aPlaceThatWasTakenBeforeMeansTheNodeWentBack() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(4, settled: [1: 9])
      #expect(try await town.node.nextPaid(after: 9, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.settle(2, as: 8)
      guard
        case .rewound? = await failure({ () async throws(NodeFailure) in
          try await town.node.nextPaid(after: 9, seconds: 30)
        })
      else {
        Issue.record("not noticed")
        return
      }
    }
  }

  enum Break: CaseIterable, Sendable { case endInside, end, hangUp, errorLine, noJSON, longLine }

  /// However it breaks, what is complete before it counts, the failure is told, and the next call goes on.
  @Test(arguments: Break.allCases) func aBrokenStreamIsTakenUpAgain(_ way: Break) async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(4, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      town.lnd.settle(2, as: 2)
      let third = FakeLND.Row(3).settled(as: 3).line
      switch way {
      case .endInside:
        town.lnd.say(String(third.dropLast(40)))
        town.lnd.hangUp()
      case .end, .hangUp: town.lnd.hangUp()
      case .errorLine: town.lnd.say(#"{"error":{"code":2,"message":"rpc error","details":[]}}"# + "\n")
      case .noJSON: town.lnd.say("oops\n")
      case .longLine: town.lnd.say(String(repeating: "x", count: LNDLines.maxBytes + 1))
      }
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      let ended = await failure { () async throws(NodeFailure) in try await town.node.nextPaid(after: 2, seconds: 30) }
      switch (way, ended) {
      case (.noJSON, .garbled?), (.longLine, .garbled?), (.errorLine, .away?), (.end, .away?), (.endInside, .away?),
        (.hangUp, .away?):
        break
      default: Issue.record("\(way): \(String(describing: ended))")
      }
      town.lnd.quietly { rows in rows[2] = rows[2].settled(as: 3) }
      #expect(try await town.node.nextPaid(after: 2, seconds: 30)?.cursor == 3)
      #expect(town.door.targets.last == "/v1/invoices/subscribe?settle_index=2")
    }
  }

  @Test func anEndedWaitEndsSoon() async throws {
    try await FakeLND.with { (town) async throws in
      town.lnd.fill(1, settled: [1: 1])
      let node = town.node
      let waiting = Task { () async throws -> NodeInvoice? in try await node.nextPaid(after: 1, seconds: 60) }
      #expect(try await eventually { town.lnd.streams == 1 })
      waiting.cancel()
      let before = ContinuousClock.now
      _ = try? await waiting.value
      #expect(before.duration(to: .now) < .seconds(5))
      // And the stream is still of use.
      town.lnd.quietly { rows in rows.append(FakeLND.Row(2)) }
      town.lnd.settle(2, as: 2)
      #expect(try await node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(town.lnd.streams == 1)
    }
  }

  /// It may be dead without our being told: a new one brings everything that it did not.
  @Test func aStreamThatWasSilentForLongIsReplaced() async throws {
    try await FakeLND.with(silenceMS: 300) { (town) async throws in
      town.lnd.fill(2, settled: [1: 1])
      #expect(try await town.node.nextPaid(after: 1, seconds: 0) == nil)
      #expect(try await eventually { town.lnd.streams == 1 })
      // Nobody says so.
      town.lnd.quietly { rows in rows[1] = rows[1].settled(as: 2) }
      #expect(try await town.node.nextPaid(after: 1, seconds: 30)?.cursor == 2)
      #expect(town.lnd.streams > 1)
    }
  }

  @Test func aKeyTheStreamRefusesIsRefused() async throws {
    try await FakeLND.with { (town) async throws in
      town.door.follow { _, answer in FakeLND.error(answer, "permission denied") }
      guard
        case .refused? = await failure({ () async throws(NodeFailure) in
          try await town.node.nextPaid(after: 1, seconds: 30)
        })
      else {
        Issue.record("not refused")
        return
      }
    }
  }
}
