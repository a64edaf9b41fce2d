import Coinslot
import Nano
import Primitives
import Testing

@Suite struct RPCTests {
  private let block = Sample.stateBlock

  private func blockInfo(_ changes: (JSONValue) -> JSONValue = { $0 }) -> [UInt8] {
    let answer: JSONValue = [
      "block_account": .string(NanoAddress.encode(Sample.account)), "amount": "1", "balance": "41", "height": "2",
      "local_timestamp": "0", "successor": .string(String(repeating: "0", count: 64)), "confirmed": "true",
      "contents": Sample.state, "subtype": "send",
    ]
    return changes(answer).bytes()
  }

  @Test func readsABlock() throws {
    let known = try BlockInfo(hash: block.hash).reply(decoding: blockInfo().span)
    #expect(known.block == block && known.isConfirmed && known.amount == Amount(1) && known.successor == nil)
    let asText = blockInfo { $0.replacing("contents", with: .string(block.text)) }
    #expect(try BlockInfo(hash: block.hash, asObject: false).reply(decoding: asText.span) == known)
    let pruned = blockInfo { $0.removing("amount").removing("successor").removing("subtype") }
    let lean = try BlockInfo(hash: block.hash).reply(decoding: pruned.span)
    #expect(lean.amount == nil && lean.subtype == nil)
  }

  @Test(arguments: ["block_account", "balance", "height", "local_timestamp", "confirmed", "contents"])
  func refusesABlockThatLacksAField(_ field: String) {
    let answer = blockInfo { $0.removing(field) }
    #expect(throws: RPCFailure.unreadable(.missing(field))) {
      try BlockInfo(hash: block.hash).reply(decoding: answer.span)
    }
    for other: JSONValue in [.null, 5, true, []] {
      let answer = blockInfo { $0.replacing(field, with: other) }
      #expect(throws: RPCFailure.unreadable(.wrongType(field))) {
        try BlockInfo(hash: block.hash).reply(decoding: answer.span)
      }
    }
  }

  @Test func refusesAnotherBlockThanWasAskedFor() {
    #expect(throws: RPCFailure.unreadable(.hashMismatch)) {
      try BlockInfo(hash: NanoFacts.genesisDev).reply(decoding: blockInfo().span)
    }
    let other = blockInfo { $0.replacing("block_account", with: .string(NanoAddress.encode(Sample.payee))) }
    #expect(throws: RPCFailure.unreadable(.badAccount("block_account"))) {
      try BlockInfo(hash: block.hash).reply(decoding: other.span)
    }
    let lie = blockInfo {
      $0.replacing(
        "contents",
        with: Sample.state.replacing("link_as_account", with: .string(NanoAddress.encode(Sample.account)))
      )
    }
    #expect(throws: RPCFailure.unreadable(.inconsistentLink)) {
      try BlockInfo(hash: block.hash).reply(decoding: lie.span)
    }
    let several = JSONValue.object([.init("blocks", .object([.init(block.hash.hex(), .object([]))]))]).bytes()
    #expect(throws: RPCFailure.unreadable(.hashMismatch)) {
      try BlocksInfo(hashes: [NanoFacts.genesisDev]).reply(decoding: several.span)
    }
  }

  @Test(arguments: ["true", "false", "yes", "", "TRUE", "2"])
  func confirmedIsOneOfTwoWords(_ word: String) {
    let answer = blockInfo { $0.replacing("confirmed", with: .string(word)) }
    let known = try? BlockInfo(hash: block.hash).reply(decoding: answer.span)
    #expect(known?.isConfirmed == ["true": true, "false": false][word])
  }

  @Test func anErrorIsAnErrorWhateverStandsBesideIt() {
    let answer = blockInfo { $0.replacing("error", with: "Block not found") }
    #expect(throws: RPCFailure.error(.blockNotFound)) { try BlockInfo(hash: block.hash).reply(decoding: answer.span) }
    let long = JSONValue.object([.init("error", .string(String(repeating: "e", count: 1000)))]).bytes()
    #expect(throws: RPCFailure.error(.other(String(repeating: "e", count: 200)))) {
      try NodeVersion().reply(decoding: long.span)
    }
    #expect(throws: RPCFailure.error(.other(""))) { try NodeVersion().reply(decoding: "{\"error\":5}".wire.span) }
  }

  @Test(arguments: ["", "{", "null", "[]", "5", "<html>", "{\"a\":1,\"a\":2}"])
  func refusesWhatIsNoAnswer(_ text: String) {
    let refuses = { (action: any RPCAction) -> Void in
      #expect(throws: RPCFailure.self) { _ = try action.reply(decoding: text.wire.span) }
    }
    refuses(NodeVersion())
    refuses(Telemetry())
    refuses(BlockInfo(hash: block.hash))
    refuses(ReceivableSends(account: Sample.account, count: 1))
    refuses(AccountHistory(account: Sample.account, count: 1))
  }

  @Test func anEmptyTextIsAnEmptyList() throws {
    let answer = "{\"blocks\": \"\"}".wire
    #expect(try ReceivableSends(account: Sample.account, count: 1).reply(decoding: answer.span) == [])
    #expect(try AccountsReceivable(accounts: [Sample.account], count: 1).reply(decoding: answer.span) == [:])
    #expect(try BlocksInfo(hashes: []).reply(decoding: answer.span).blocks == [:])
    let account = NanoAddress.encode(Sample.account)
    let none = "{\"blocks\": {\"\(account)\": \"\"}}".wire
    #expect(
      try AccountsReceivable(accounts: [Sample.account], count: 1).reply(decoding: none.span) == [Sample.account: []]
    )
    for other in ["{\"blocks\": \" \"}", "{\"blocks\": 5}", "{\"blocks\": null}", "{}"] {
      #expect(throws: RPCFailure.self) {
        try ReceivableSends(account: Sample.account, count: 1).reply(decoding: other.wire.span)
      }
    }
  }

  @Test func refusesAnotherAccountsAnswer() {
    let payee = NanoAddress.encode(Sample.payee)
    #expect(throws: RPCFailure.unreadable(.badAccount("account"))) {
      try AccountHistory(account: Sample.account, count: 1)
        .reply(decoding: "{\"account\":\"\(payee)\",\"history\":\"\"}".wire.span)
    }
    #expect(throws: RPCFailure.unreadable(.badAccount("blocks"))) {
      try AccountsReceivable(accounts: [Sample.account], count: 1)
        .reply(decoding: "{\"blocks\":{\"\(payee)\":\"\"}}".wire.span)
    }
  }

  @Test func asksOlderNodesByOlderNames() throws {
    let asks = { (action: any RPCAction) in try JSONValue(parsing: action.question.bytes)["action"]?.string }
    #expect(try asks(ReceivableSends(account: Sample.account, count: 1)) == "receivable")
    #expect(try asks(ReceivableSends(account: Sample.account, count: 1, usesOldName: true)) == "pending")
    #expect(try asks(AccountsReceivable(accounts: [], count: 1)) == "accounts_receivable")
    #expect(try asks(AccountsReceivable(accounts: [], count: 1, usesOldName: true)) == "accounts_pending")
  }

  /// Nodes before version 22 list sends that are not final unless told, so it is always said.
  @Test func alwaysAsksForFinalSendsOnly() throws {
    let question = try JSONValue(parsing: ReceivableSends(account: Sample.account, count: 9).question.bytes)
    #expect(question["include_only_confirmed"] == "true" && question["source"] == "true" && question["count"] == "9")
  }

  /// The identity of a payment is the send, in whatever kind of block it was taken up.
  @Test func namesTheSendThatWasTakenUp() throws {
    let hash = block.hash.hex(uppercase: true)
    let entry = { (members: JSONValue) throws -> AccountHistory.Entry in
      let usual: JSONValue = ["hash": .string(hash), "height": "1", "local_timestamp": "0"]
      let whole = JSONValue.object((members.object ?? []) + (usual.object ?? []))
      let answer: JSONValue = ["account": .string(NanoAddress.encode(Sample.account)), "history": .array([whole])]
      let reply = try AccountHistory(account: Sample.account, count: 1).reply(decoding: answer.bytes().span)
      return try #require(reply.entries.first)
    }
    let send = NanoFacts.genesisLive
    let name = JSONValue.string(send.hex())
    #expect(try entry(["type": "state", "subtype": "receive", "link": name]).takenUp == send)
    #expect(try entry(["type": "receive", "source": name]).takenUp == send)
    #expect(try entry(["type": "open", "source": name]).takenUp == send)
    #expect(try entry(["type": "state", "subtype": "send", "link": name]).takenUp == nil)
    #expect(try entry(["type": "state", "subtype": "epoch", "link": name]).takenUp == nil)
    #expect(try entry(["type": "change"]).takenUp == nil)
    #expect(try entry(["type": "send", "balance": "00FF"]).balance == nil)
  }

  @Test func telemetrySaysHowFarTheNodeIsBehind() throws {
    let answer = "{\"block_count\":\"10\",\"cemented_count\":\"7\",\"peer_count\":\"1\",\"uptime\":\"5\"}"
    #expect(try Telemetry().reply(decoding: answer.wire.span).uncemented == 3)
    let ahead = answer.replacing("\"7\"", with: "\"17\"")
    #expect(try Telemetry().reply(decoding: ahead.wire.span).uncemented == 0)
  }
}
