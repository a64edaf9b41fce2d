import Coinslot
import Nano
import Primitives
import Testing

@testable import Simulators

/// The toy node's RPC, its ledger filled with the blocks of the vectors, answers as the vectors say.
@Suite struct NodeRPCSampleTests {
  private enum Match { case exact, layout }

  /// The generated blocks with these hashes, as a file of blocks to serve.
  private func generated(_ hashes: Set<String>) throws -> [PreloadedBlock] {
    let vectors = try Samples.cases("blocks_generated")
    return try vectors.filter { hashes.contains($0["hash"]?.string ?? "") }.map { vector in
      PreloadedBlock(
        try SpokenBlock(#require(vector["block"])).block,
        amount: try vector["amount"]?.string.map { try Amount(units: $0) },
        subtype: vector["subtype"]?.string.flatMap(Subtype.init(known:)),
        height: vector["height"]?.uint64,
        localTimestampS: 1_732_000_000
      )
    }
  }

  private func answer(
    _ request: String,
    _ ledger: inout ToyLedger,
    release: NodeRelease = .newest,
    elections: [NodeRPC.EndedElection] = []
  ) -> String {
    let rpc = NodeRPC(release, nowMS: 1_765_074_100_220, elections: elections)
    return rpc.answer(Array(request.utf8), &ledger).reply.printed
  }

  /// The keys in their order, without the values.
  private func layout(_ text: String) throws -> PropertyTree { bare(try PropertyTree(parsing: Array(text.utf8))) }

  private func bare(_ tree: PropertyTree) -> PropertyTree {
    switch tree {
    case .text: .text("")
    case .object(let members): .object(members.map { .init($0.key, bare($0.value)) })
    case .list(let elements): .list(elements.prefix(1).map(bare))
    }
  }

  @Test func answers() throws {
    let cases = try Samples.cases("rpc")
    var exact = 0
    var sameLayout = 0
    for vector in cases {
      let name = vector["case"]?.string ?? ""
      let request = try #require(vector["request"]?.string)
      let response = try #require(vector["response"]?.string)
      var ledger = try ToyLedger(.init(accounts: 1), nowMS: 0)
      let match = try prepare(&ledger, name, request, response)
      let elections = name == "confirmation_history" ? try self.elections(response) : []
      let release = name == "version" ? NodeRelease(20) : NodeRelease.newest
      // The request of this one stands for any body that is no JSON.
      let sent = name == "not JSON" ? "hello" : request
      let printed = answer(sent, &ledger, release: release, elections: elections)
      switch match {
      case .exact:
        #expect(printed == response, "\(name)")
        exact += 1
      case .layout:
        #expect(try layout(printed) == layout(response), "\(name)")
        sameLayout += 1
      }
    }
    print("rpc: \(exact) answers to the byte, \(sameLayout) in members and order, of \(cases.count)")
    #expect(exact + sameLayout == cases.count && sameLayout <= 4)
  }

  /// Brings the ledger into the state that an answer tells of.
  private func prepare(
    _ ledger: inout ToyLedger,
    _ name: String,
    _ request: String,
    _ response: String
  ) throws -> Match {
    let asked = try JSONValue(parsing: request)
    let hash = try asked["hash"]?.string.flatMap { $0.count == 64 ? try Hex.bytes32($0) : nil }
    switch asked["action"]?.string {
    case "block_info":
      guard let hash, !response.contains("error") else { return .exact }
      try serve(hash, try JSONValue(parsing: response), &ledger)
      return .exact
    case "blocks_info":
      for (text, value) in try JSONValue(parsing: response)["blocks"]?.object?.map({ ($0.key, $0.value) }) ?? [] {
        let hash = try Hex.bytes32(text)
        try serve(hash, value, &ledger)
        ledger.receivedBy[hash] = try value["receive_hash"]?.string.map { try Hex.bytes32($0) }
        ledger.receivables = [:]
      }
      return .exact
    case "receivable", "accounts_receivable":
      try receivable(&ledger, asked, response)
      return .exact
    case "account_history" where name == "account_history, raw":
      let entry = try #require(JSONValue(parsing: response)["history"]?[0])
      let payer = try NanoAddress.decode(#require(entry["account"]?.string))
      let link = try Hex.bytes32(#require(entry["link"]?.string))
      let hashes = ["hash", "previous"].compactMap { entry[$0]?.string }
      try ledger.preload(try generated(Set(hashes)), nowMS: 0)
      // The send is not among the vectors; all that is told of it is who made it.
      let key = ledger.accounts[0]
      let any = try #require(ledger[ledger.root(of: key.account)]?.block)
      let standIn = PreloadedBlock(try ledger.legacySend(key, to: .zero, amount: Amount(1)), account: payer)
      let hash = try #require(try ledger.preload([PreloadedBlock(any), standIn], nowMS: 0).first)
      ledger.entries[link] = ledger.entries[hash]
      return .exact
    case "account_history" where !response.contains("\"\""): return try history(&ledger, asked)
    case "account_info" where !response.contains("error"):
      let account = try NanoAddress.decode(#require(asked["account"]?.string))
      let key = ledger.accounts[0]
      ledger.chains[account] = ledger.chains[key.account]
      return .layout
    case "block_confirm":
      if let hash, let any = ledger.entries.values.first { ledger.entries[hash] = any }
      return .exact
    case "version", "telemetry": return .layout
    default: return .exact
    }
  }

  /// Serves a block as the answer shows it.
  private func serve(_ hash: Bytes32, _ value: JSONValue, _ ledger: inout ToyLedger) throws {
    ledger.entries[hash] = nil
    let block = try SpokenBlock(#require(value["contents"]), field: "contents").block
    let isPruned = value["amount"] == nil
    if isPruned, let previous = block.previous { ledger.entries[previous] = nil }
    let read = try PreloadedBlock.read(.array([value]))
    try ledger.preload(read, nowMS: 0)
    ledger.entries[hash]?.isConfirmed = value["confirmed"]?.string == "true"
    ledger.entries[hash]?.successor = try Hex.bytes32(#require(value["successor"]?.string))
  }

  /// Lets wait what the answer says waits, and nothing else.
  private func receivable(_ ledger: inout ToyLedger, _ asked: JSONValue, _ response: String) throws {
    let accounts = asked["accounts"]?.array?.compactMap(\.string) ?? [asked["account"]?.string ?? ""]
    let text = try JSONValue(parsing: response)
    for account in accounts {
      let key = try NanoAddress.decode(account)
      ledger.receivables[key] = nil
      let list = asked["accounts"] == nil ? text["blocks"] : text["blocks"]?[account]
      for member in list?.object ?? [] {
        let hash = try Hex.bytes32(member.key)
        let amount = try Amount(units: member.value.string ?? member.value["amount"]?.string ?? "")
        let source = try member.value["source"]?.string.map { try NanoAddress.decode($0) } ?? .zero
        ledger.receivables[key, default: [:]][hash] = ToyReceivable(amount: amount, source: source, epoch: 2)
        ledger.pruned.insert(hash)
      }
      for hash in try (list?.array ?? []).map({ try Hex.bytes32($0.string ?? "") }) {
        ledger.receivables[key, default: [:]][hash] = ToyReceivable(amount: Amount(1), source: .zero, epoch: 2)
        ledger.pruned.insert(hash)
      }
    }
  }

  /// A history whose blocks were not published: what it tells is compared in members and order.
  private func history(_ ledger: inout ToyLedger, _ asked: JSONValue) throws -> Match {
    let account = try NanoAddress.decode(#require(asked["account"]?.string))
    let key = ledger.accounts[0]
    let hash = try ledger.process(ledger.send(key, to: .zero, amount: Amount(5)), nowMS: 0)
    _ = try ledger.confirm(hash)
    ledger.chains[account] = ledger.chains[key.account]
    return .layout
  }

  private func elections(_ response: String) throws -> [NodeRPC.EndedElection] {
    try (JSONValue(parsing: response)["confirmations"]?.array ?? []).map { value in
      func number(_ key: String) throws -> Int64 { try #require(value[key]?.string.flatMap { Int64($0) }) }
      var election = Election(
        durationMS: try number("duration"),
        endedMS: try number("time"),
        tally: try Amount(units: #require(value["tally"]?.string)),
        final: try Amount(units: #require(value["final"]?.string))
      )
      election.blocks = Int(try number("blocks"))
      election.voters = Int(try number("voters"))
      election.requests = Int(try number("request_count"))
      return NodeRPC.EndedElection(try Hex.bytes32(#require(value["hash"]?.string)), election)
    }
  }
}
