import Coinslot
import Nano
import Primitives
import Testing

extension NanoVectors {
  @Test func rpc() throws {
    try check("rpc") { record in
      let request = try? JSONValue(parsing: try record.text("request"))
      let response = try JSONValue(parsing: try record.text("response"))
      let exchange = Exchange(
        place: record.place,
        request: request ?? .null,
        response: response,
        body: try record.text("response").wire
      )
      if response["error"] != nil {
        try exchange.checkRefusal()
      } else {
        guard request != nil else { throw Record.Missing(place: "\(record.place): a question to this answer") }
        try exchange.check()
      }
    }
  }
}

/// A question, a node's answer to it, and what both have to be.
private struct Exchange {
  let place: String
  let request: JSONValue
  let response: JSONValue
  let body: [UInt8]

  func check() throws {
    switch request["action"]?.string {
    case "block_info": try checkBlockInfo()
    case "blocks_info": try checkBlocksInfo()
    case "receivable", "pending": try checkReceivable()
    case "accounts_receivable", "accounts_pending": try checkAccountsReceivable()
    case "account_history": try checkHistory()
    case "account_info": try checkAccountInfo()
    case "block_confirm":
      let started = try ask(BlockConfirm(hash: try hash("hash")))
      #expect(started == (response["started"]?.string == "1"), "\(place)")
    case "confirmation_history":
      let votes = try ask(ConfirmationHistory(hash: try optionalHash("hash")))
      let listed = response["confirmations"]?.array ?? []
      #expect(votes.map { $0.hash.hex(uppercase: true) } == listed.map { $0["hash"]?.string }, "\(place)")
      #expect(votes.map(\.tally.description) == listed.map { $0["tally"]?.string }, "\(place)")
      #expect(votes.map(\.time.description) == listed.map { $0["time"]?.string }, "\(place)")
    case "version":
      let version = try ask(NodeVersion())
      #expect(version.vendor == response["node_vendor"]?.string, "\(place)")
      #expect(version.network == response["network"]?.string, "\(place)")
      #expect(version.networkIdentifier.hex(uppercase: true) == response["network_identifier"]?.string, "\(place)")
    case "telemetry":
      let telemetry = try ask(Telemetry())
      #expect(telemetry.blockCount.description == response["block_count"]?.string, "\(place)")
      #expect(telemetry.cementedCount.description == response["cemented_count"]?.string, "\(place)")
      #expect(telemetry.peerCount.description == response["peer_count"]?.string, "\(place)")
      #expect(telemetry.uptimeSeconds.description == response["uptime"]?.string, "\(place)")
      #expect(telemetry.genesis?.hex(uppercase: true) == response["genesis_block"]?.string, "\(place)")
      #expect(telemetry.majorVersion?.description == response["major_version"]?.string, "\(place)")
    default: #expect(response.object != nil, "\(place): a question this client never asks")
    }
  }

  /// An error is an error whatever was asked.
  func checkRefusal() throws {
    let text = try #require(response["error"]?.string, "\(place)")
    let known: [String: RPCError] = [
      "Block not found": .blockNotFound, "Invalid block hash": .invalidBlockHash,
      "Account not found": .accountNotFound, "Bad account number": .badAccount, "Invalid count": .invalidCount,
      "RPC control is disabled": .controlDisabled, "Unknown command": .unknownCommand,
      "Unable to parse JSON": .unableToParse, "Peer not found": .peerNotFound,
    ]
    let expected = RPCFailure.error(known[text] ?? .other(text))
    #expect(throws: expected, "\(place)") { try NodeVersion().reply(decoding: body.span) }
    #expect(throws: expected, "\(place)") {
      try BlocksInfo(hashes: [NanoFacts.genesisLive]).reply(decoding: body.span)
    }
  }

  /// Reads the answer, and compares what our client would have asked with what was asked.
  private func ask<Action: RPCAction>(_ action: Action) throws -> Action.Reply {
    for member in try JSONValue(parsing: action.question.bytes).object ?? [] {
      // What was not asked is asked for here with its usual value.
      if let asked = request[member.key] { #expect(asked == member.value, "\(place): \(member.key)") }
    }
    return try action.reply(decoding: body.span)
  }
}

extension Exchange {
  private func checkBlockInfo() throws {
    try check(try ask(BlockInfo(hash: try hash("hash"), asObject: flag("json_block") == true)), against: response)
  }

  private func checkBlocksInfo() throws {
    let hashes = try list("hashes").map { try Hex.bytes32($0) }
    let reply = try ask(
      BlocksInfo(
        hashes: hashes,
        includeNotFound: flag("include_not_found") == true,
        receivable: flag("receivable"),
        receiveHash: flag("receive_hash"),
        source: flag("source"),
        asObject: flag("json_block") == true
      )
    )
    let listed = response["blocks"]?.object ?? []
    #expect(Set(reply.blocks.keys.map { $0.hex(uppercase: true) }) == Set(listed.map(\.key)), "\(place)")
    for member in listed {
      try check(try #require(reply.blocks[try Hex.bytes32(member.key)]), against: member.value)
    }
    let missing = response["blocks_not_found"]?.array?.map(\.string) ?? []
    #expect(reply.notFound.map { $0.hex(uppercase: true) } == missing, "\(place)")
  }

  private func check(_ known: KnownBlock, against value: JSONValue) throws {
    #expect(NanoAddress.encode(known.account) == value["block_account"]?.string, "\(place)")
    #expect(known.amount?.description == value["amount"]?.string, "\(place)")
    #expect(known.balance.description == value["balance"]?.string, "\(place)")
    #expect(known.height.description == value["height"]?.string, "\(place)")
    #expect(known.localTimestamp.description == value["local_timestamp"]?.string, "\(place)")
    #expect(Self.name(known.successor) == value["successor"]?.string ?? Self.name(nil), "\(place)")
    #expect(known.isConfirmed == (value["confirmed"]?.string == "true"), "\(place)")
    #expect(known.subtype?.word == value["subtype"]?.string, "\(place)")
    let receivable = (value["receivable"] ?? value["pending"])?.string
    #expect(known.isReceivable == receivable.map { $0 == "1" }, "\(place)")
    #expect(Self.name(known.receiveHash) == value["receive_hash"]?.string ?? Self.name(nil), "\(place)")
    #expect(known.source.map { NanoAddress.encode($0) } ?? "0" == value["source_account"]?.string ?? "0", "\(place)")
    #expect(known.block == (try Block(try #require(value["contents"]))), "\(place)")
    #expect(known.block.hash == known.hash, "\(place)")
    // The contents of another block under this name are refused.
    #expect(throws: RPCFailure.unreadable(.hashMismatch), "\(place)") {
      try BlockInfo(hash: NanoFacts.genesisBeta).reply(decoding: value.bytes().span)
    }
  }

  private func checkReceivable() throws {
    let sends = try ask(
      ReceivableSends(
        account: try account("account"),
        count: try count(),
        options: try options(),
        usesOldName: request["action"]?.string == "pending"
      )
    )
    try check(sends, against: response["blocks"] ?? .null)
  }

  private func checkAccountsReceivable() throws {
    let accounts = try list("accounts").map { try NanoAddress.decode($0) }
    let sends = try ask(
      AccountsReceivable(
        accounts: accounts,
        count: try count(),
        options: try options(),
        usesOldName: request["action"]?.string == "accounts_pending"
      )
    )
    let listed = response["blocks"]?.object ?? []
    #expect(sends.count == listed.count, "\(place)")
    for member in listed {
      try check(sends[try NanoAddress.decode(member.key)] ?? [], against: member.value)
    }
  }

  private func check(_ sends: [ReceivableSend], against value: JSONValue) throws {
    let hashes = value.array?.map(\.string) ?? value.object?.map(\.key) ?? []
    #expect(sends.map { $0.hash.hex(uppercase: true) } == hashes, "\(place)")
    for send in sends {
      let entry = value[send.hash.hex(uppercase: true)]
      #expect(send.amount?.description == entry?["amount"]?.string ?? entry?.string, "\(place)")
      #expect(send.source.map { NanoAddress.encode($0) } == entry?["source"]?.string, "\(place)")
    }
  }

  private func checkHistory() throws {
    let reply = try ask(
      AccountHistory(
        account: try account("account"),
        count: try count(),
        raw: flag("raw") == true,
        head: try optionalHash("head"),
        reverse: flag("reverse") == true
      )
    )
    let listed = response["history"]?.array ?? []
    #expect(reply.entries.count == listed.count, "\(place)")
    #expect(reply.previous?.hex(uppercase: true) == response["previous"]?.string, "\(place)")
    #expect(reply.next?.hex(uppercase: true) == response["next"]?.string, "\(place)")
    for (entry, value) in zip(reply.entries, listed) {
      #expect(entry.type == value["type"]?.string, "\(place)")
      #expect(entry.subtype?.word == value["subtype"]?.string, "\(place)")
      #expect(entry.counterparty.map { NanoAddress.encode($0) } == value["account"]?.string, "\(place)")
      #expect(entry.amount?.description == value["amount"]?.string, "\(place)")
      #expect(entry.height.description == value["height"]?.string, "\(place)")
      #expect(entry.hash.hex(uppercase: true) == value["hash"]?.string, "\(place)")
      #expect(entry.isConfirmed == value["confirmed"]?.string.map { $0 == "true" }, "\(place)")
      #expect(entry.localTimestamp.description == value["local_timestamp"]?.string, "\(place)")
      #expect(entry.link?.hex(uppercase: true) == value["link"]?.string, "\(place)")
      #expect(entry.balance?.description == value["balance"]?.string, "\(place)")
      #expect(Self.name(entry.previous) == value["previous"]?.string ?? Self.name(nil), "\(place)")
      let isStateReceive = value["subtype"]?.string == "receive"
      let takenUp = isStateReceive ? value["link"]?.string : value["source"]?.string
      #expect(entry.takenUp?.hex(uppercase: true) == takenUp, "\(place)")
    }
  }

  private func checkAccountInfo() throws {
    let info = try ask(
      AccountInfo(
        account: try account("account"),
        includeConfirmed: flag("include_confirmed") == true,
        receivable: flag("receivable") == true
      )
    )
    #expect(info.frontier.hex(uppercase: true) == response["frontier"]?.string, "\(place)")
    #expect(info.balance.description == response["balance"]?.string, "\(place)")
    #expect(info.blockCount.description == response["block_count"]?.string, "\(place)")
    #expect(info.confirmedBalance?.description == response["confirmed_balance"]?.string, "\(place)")
    #expect(info.confirmedHeight?.description == response["confirmed_height"]?.string, "\(place)")
    let confirmed = response["confirmed_frontier"]?.string
    #expect(Self.name(info.confirmedFrontier) == confirmed ?? Self.name(nil), "\(place)")
    let receivable = response["receivable"] ?? response["pending"]
    #expect(info.receivable?.description == receivable?.string, "\(place)")
    let finallyReceivable = response["confirmed_receivable"] ?? response["confirmed_pending"]
    #expect(info.confirmedReceivable?.description == finallyReceivable?.string, "\(place)")
  }
}

extension Exchange {
  private func text(_ key: String) throws -> String {
    try #require(request[key]?.string, "\(place): \(key)")
  }
  private func hash(_ key: String) throws -> Bytes32 { try Hex.bytes32(try text(key)) }
  private func optionalHash(_ key: String) throws -> Bytes32? { try request[key]?.string.map { try Hex.bytes32($0) } }
  private func account(_ key: String) throws -> Bytes32 { try NanoAddress.decode(try text(key)) }
  private func flag(_ key: String) -> Bool? { request[key]?.string.map { $0 == "true" } }
  private func list(_ key: String) throws -> [String] { try #require(request[key]?.array).compactMap(\.string) }
  private func count() throws -> Int { try request["count"]?.string.map { try #require(Int($0)) } ?? 1000 }

  /// A hash as a node prints it, zeros where there is none.
  private static func name(_ hash: Bytes32?) -> String { (hash ?? .zero).hex(uppercase: true) }

  private func options() throws -> ReceivableOptions {
    ReceivableOptions(
      source: flag("source"),
      onlyConfirmed: flag("include_only_confirmed"),
      threshold: try request["threshold"]?.string.map { try Amount(units: $0) },
      offset: try request["offset"]?.string.map { try #require(Int($0)) }
    )
  }
}
