import Coinslot
import Nano
import Primitives
import Testing

@Suite struct NodeMessageTests {
  private let text = Sample.confirmation(Sample.stateBlock).wire

  @Test func readsAConfirmation() throws {
    guard case .confirmation(let notice) = try NodeMessage(decoding: text.span) else {
      Issue.record("no confirmation")
      return
    }
    #expect(notice.spoken == SpokenBlock(block: Sample.stateBlock, linkAsAccount: Sample.payee, subtype: .send))
    #expect(notice.amount == Amount(1) && notice.way == .inactive && notice.timeMS == 1_732_000_000_000)
    #expect(notice.claimsSend && notice.election == nil && notice.height == nil)
    #expect(try NodeMessage.destination(of: text.span) == Sample.payee)
  }

  @Test(arguments: [Subtype.receive, .change, .epoch])
  func onlySendsPaySomebody(_ subtype: Subtype) throws {
    let other = Sample.confirmation(Sample.stateBlock, subtype: subtype).wire
    #expect(try NodeMessage.destination(of: other.span) == nil)
    #expect(NoticeVerdict(message: other.span) == .ignore(.subtype(subtype)))
  }

  @Test func readsLegacySends() throws {
    let legacy = Sample.confirmation(Sample.legacySendBlock, subtype: nil).wire
    #expect(try NodeMessage.destination(of: legacy.span) == Sample.payee)
    guard case .candidate(let candidate) = NoticeVerdict(message: legacy.span) else {
      Issue.record("no candidate")
      return
    }
    #expect(candidate.isLegacy && candidate.payer == Sample.account)
  }

  @Test func refusesATextCutShort() {
    for count in 0..<text.count - 2 {
      #expect(throws: NanoRefusal.self, "\(count)") { try NodeMessage(decoding: text.span.extracting(0..<count)) }
      #expect(throws: NanoRefusal.self, "\(count)") {
        try NodeMessage.destination(of: text.span.extracting(0..<count))
      }
    }
  }

  @Test func noFlippedBitPasses() {
    for i in text.indices {
      for bit in 0..<8 {
        var flipped = text
        flipped[i] ^= 1 << bit
        guard case .candidate(let candidate) = NoticeVerdict(message: flipped.span) else { continue }
        #expect(candidate.hash == Sample.stateBlock.hash && candidate.destination == Sample.payee)
        #expect(throws: Never.self) {
          let quick = try NodeMessage.destination(of: flipped.span)
          #expect(quick == candidate.destination, "byte \(i) bit \(bit)")
        }
      }
    }
  }

  @Test(arguments: [
    "", "{", "null", "[]", "5", "{}", "{\"topic\":5}", "{\"topic\":\"confirmation\"}",
    "{\"topic\":\"confirmation\",\"message\":5}", "{\"topic\":\"confirmation\",\"message\":{}}",
    "{\"ack\":5}", "{\"ack\":\"pong\",\"time\":\"-1\"}", "{\"ack\":\"pong\",\"ack\":\"pong\"}",
    "{\"topic\":\"new_unconfirmed_block\",\"message\":{}}", "{\"topic\":\"new_unconfirmed_block\",\"message\":\"\"}",
  ])
  func refusesWhatIsNoMessage(_ text: String) {
    #expect(throws: NanoRefusal.self) { try NodeMessage(decoding: text.wire.span) }
    #expect(throws: Never.self) {
      guard case .reject(.malformed) = NoticeVerdict(message: text.wire.span) else {
        Issue.record("not rejected")
        return
      }
    }
  }

  @Test func hasBounds() {
    let deep = String(repeating: "{\"message\":", count: 10_000)
    #expect(throws: NanoRefusal.self) { try NodeMessage(decoding: deep.wire.span) }
    #expect(throws: NanoRefusal.self) { try NodeMessage.destination(of: deep.wire.span) }
    let long = text + [UInt8](repeating: 0x20, count: NodeMessage.limit)
    #expect(throws: NanoRefusal.badLength("message")) { try NodeMessage(decoding: long.span) }
  }

  @Test func toleratesWhatOtherClientsAskedFor() throws {
    let value = try JSONValue(parsing: text)
    let message = try #require(value["message"]).replacing("linked_account", with: "0")
      .replacing("election_info", with: ["votes": .string(""), "voters": "3"]).replacing("sideband", with: "")
    let more = value.replacing("message", with: message).bytes()
    guard case .confirmation(let notice) = try NodeMessage(decoding: more.span) else {
      Issue.record("no confirmation")
      return
    }
    #expect(notice.election?.voters == 3 && notice.election?.tally == nil && notice.height == nil)
  }
}
