import Coinslot
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func callbacks() throws {
    let known = try Self.blocks(in: file?["blocks_generated"])
    try check("callbacks", "cases") { record in
      let body = try record.text("body").wire
      let expect = Record(place: "\(record.place).expect", value: try record.member("expect"))
      let verdict = NoticeVerdict(callback: body.span)
      let callback = try? NanoCallback(decoding: body.span)
      try Self.check(verdict, callback?.spoken, account: callback?.account, expect)
      if expect["hash_matches"] != nil {
        let callback = try #require(callback, "\(record.place)")
        #expect((callback.spoken.block.hash == callback.hash) == (try expect.flag("hash_matches")), "\(record.place)")
      }
      #expect(NoticeVerdict(callback: body.span) == verdict, "\(record.place): the same answer again")
      try Self.check(glance: { try NanoCallback.destination(of: body.span) }, agreesWith: verdict, record)
      // A lie about the amount is not seen in the notice, but beside the block before.
      if let amount = expect["true_amount"]?.string, let block = callback?.spoken.block,
        let previous = block.previous, let predecessor = known[previous]
      {
        let judgement = SendJudgement(
          SpokenBlock(block: block),
          predecessor: .init(predecessor),
          tracked: try #require(block.destination)
        )
        #expect(judgement == .payment(try Amount(units: amount)), "\(record.place)")
      }
    }
  }

  @Test func verdictWords() throws {
    try checkMembers("callbacks", "verdicts") { word, record in
      #expect(["candidate", "candidate-legacy", "ignore", "reject"].contains(word), "\(record.place)")
    }
  }

  @Test func socketMessages() throws {
    try check("websocket", "messages") { record in
      let text = try record.text("text").wire
      let expect = Record(place: "\(record.place).expect", value: try record.member("expect"))
      let verdict = NoticeVerdict(message: text.span)
      guard let message = try? NodeMessage(decoding: text.span) else {
        try Self.check(verdict, nil, account: nil, expect)
        return
      }
      #expect(NoticeVerdict(message) == verdict, "\(record.place)")
      let (spoken, account) = message.spoken
      try Self.check(verdict, spoken, account: account, expect)
      try Self.check(glance: { try NodeMessage.destination(of: text.span) }, agreesWith: verdict, record)
      try Self.checkFields(of: message, against: JSONValue(parsing: text), record)
      if case .confirmation(let confirmation) = message { try Self.checkForwarding(confirmation, verdict, record) }
    }
  }
}

extension NanoVectors {
  private static func check(
    _ verdict: NoticeVerdict,
    _ spoken: SpokenBlock?,
    account: Bytes32?,
    _ expect: Record
  ) throws {
    // Some records leave the answer open; it has to be one answer, and the caller asks twice.
    let word = try expect.text("verdict")
    if word != "implementation-defined" { #expect(verdict.word == word, "\(expect.place)") }
    if let reason = expect["reason"]?.string, NoticeVerdict.reasons.contains(reason) {
      #expect(verdict.reason == reason, "\(expect.place)")
    }
    if expect["hash"] != nil {
      #expect(verdict == .fetch(hash: try expect.hash("hash")), "\(expect.place)")
    }
    if expect["computed_hash"] != nil {
      #expect(spoken?.block.hash == (try expect.hash("computed_hash")), "\(expect.place)")
    }
    if expect["signature_valid"] != nil {
      let block = try #require(spoken?.block, "\(expect.place)")
      let signer = try #require(block.account ?? account, "\(expect.place)")
      #expect(block.isSigned(by: signer) == (try expect.flag("signature_valid")), "\(expect.place)")
    }
    if case .candidate(let candidate) = verdict {
      if let destination = expect["destination"]?.string {
        #expect(NanoAddress.encode(candidate.destination) == destination, "\(expect.place)")
      }
      if let amount = expect["claimed_amount"]?.string {
        #expect(candidate.claimedAmount?.description == amount, "\(expect.place)")
      }
    } else if expect["destination"] != nil {
      throw Record.Missing(place: "\(expect.place): a destination only a candidate has")
    }
  }

  /// The quick look sees the destination of every candidate, and never one where the long look finds no send.
  private static func check(
    glance: () throws -> Bytes32?,
    agreesWith verdict: NoticeVerdict,
    _ record: Record
  ) throws {
    switch verdict {
    case .candidate(let candidate): #expect(try glance() == candidate.destination, "\(record.place)")
    case .ignore, .fetch, .seenOnly: #expect(try glance() == nil, "\(record.place)")
    case .reject: _ = try? glance()
    }
  }

  /// What an older device is told of a confirmation reads back as a callback with the same verdict.
  private static func checkForwarding(
    _ confirmation: ConfirmationMessage,
    _ verdict: NoticeVerdict,
    _ record: Record
  ) throws {
    guard case .candidate(let candidate) = verdict, candidate.claimedAmount ?? .zero > .zero else {
      #expect(ForwardedCallback(confirmation) == nil, "\(record.place)")
      return
    }
    let forwarded = try #require(ForwardedCallback(confirmation), "\(record.place)")
    #expect(NoticeVerdict(callback: forwarded.bytes.span) == verdict, "\(record.place)")
    #expect(forwarded.bytes.count < 1024, "\(record.place): the smallest device has no more room")
  }

  /// The fields of a confirmation are those of the text.
  private static func checkFields(of message: NodeMessage, against text: JSONValue, _ record: Record) throws {
    let time = try text["time"]?.string.map { try #require(Int64($0)) }
    switch message {
    case .confirmation(let notice):
      let inner = try #require(text["message"])
      #expect(notice.timeMS == time, "\(record.place)")
      #expect(notice.hash.hex(uppercase: true) == inner["hash"]?.string, "\(record.place)")
      #expect(NanoAddress.encode(notice.account) == inner["account"]?.string, "\(record.place)")
      #expect(notice.amount?.description == inner["amount"]?.string, "\(record.place)")
      #expect(notice.way.word == inner["confirmation_type"]?.string, "\(record.place)")
      #expect((notice.spoken == nil) == (inner["block"] == nil), "\(record.place)")
      let election = inner["election_info"]
      #expect(notice.election?.durationMS?.description == election?["duration"]?.string, "\(record.place)")
      #expect(notice.election?.tally?.description == election?["tally"]?.string, "\(record.place)")
      #expect(notice.election?.final?.description == election?["final"]?.string, "\(record.place)")
      #expect(notice.election?.voters?.description == election?["voters"]?.string, "\(record.place)")
      #expect(notice.election?.blocks?.description == election?["blocks"]?.string, "\(record.place)")
      #expect(notice.height?.description == inner["sideband"]?["height"]?.string, "\(record.place)")
      #expect(notice.localTimestamp?.description == inner["sideband"]?["local_timestamp"]?.string, "\(record.place)")
    case .unconfirmedBlock(let notice):
      #expect(notice.timeMS == time, "\(record.place)")
      #expect(notice.hash?.hex(uppercase: true) == text["hash"]?.string, "\(record.place)")
    case .ack(let ack): #expect(ack.action == text["ack"]?.string, "\(record.place)")
    case .other(let topic): #expect(topic == text["topic"]?.string, "\(record.place)")
    }
  }
}

extension NodeMessage {
  fileprivate var spoken: (SpokenBlock?, account: Bytes32?) {
    switch self {
    case .confirmation(let message): (message.spoken, message.account)
    case .unconfirmedBlock(let message): (message.spoken, nil)
    case .ack, .other: (nil, nil)
    }
  }
}

extension NoticeVerdict {
  /// The file's word for the verdict.
  fileprivate var word: String {
    switch self {
    case .candidate(let candidate): candidate.isLegacy ? "candidate-legacy" : "candidate"
    case .fetch: "fetch"
    case .seenOnly: "seen-only"
    case .ignore: "ignore"
    case .reject: "reject"
    }
  }

  /// The file's words for reasons that this type knows.
  fileprivate static let reasons: Set<String> = [
    "not claimed a send", "subtype change", "subtype epoch", "subtype receive", "link_as_account differs from link",
    "bad signature", "account mismatch", "hash mismatch", "not JSON", "not an object", "bad text", "block missing",
    "block not a string", "field missing", "bad hex", "bad length", "balance overflow", "bad balance",
    "balance must be a string", "unknown type",
  ]

  /// The file's word for the reason.
  fileprivate var reason: String? {
    switch self {
    case .ignore(.notClaimedSend): "not claimed a send"
    case .ignore(.subtype(let subtype)): "subtype \(subtype.word ?? "other")"
    case .reject(.inconsistentLink): "link_as_account differs from link"
    case .reject(.badSignature): "bad signature"
    case .reject(.accountMismatch): "account mismatch"
    case .reject(.hashMismatch): "hash mismatch"
    case .reject(.malformed(let refusal)): refusal.word
    default: nil
    }
  }
}

extension NanoRefusal {
  fileprivate var word: String? {
    switch self {
    case .notJSON: "not JSON"
    case .notObject: "not an object"
    case .badText: "bad text"
    case .missing("block"): "block missing"
    case .missing: "field missing"
    case .wrongType("block"): "block not a string"
    case .wrongType(let field): "\(field) must be a string"
    case .badHex: "bad hex"
    case .badLength: "bad length"
    case .badNumber(let field): "bad \(field)"
    case .numberTooLarge(let field): "\(field) overflow"
    case .unknownBlockType: "unknown type"
    default: nil
    }
  }
}
