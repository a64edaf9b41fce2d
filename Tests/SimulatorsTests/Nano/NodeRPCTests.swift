import Coinslot
import Nano
import Primitives
import Testing

@testable import Simulators

/// The toy node's RPC: what it says is true of its ledger, in every release, and production code can read it.
@Suite struct NodeRPCTests {
  private let outsider = ToyKey(seed: .zero, index: 9).account
  private var ledger: ToyLedger
  /// A confirmed send to the outsider, an unconfirmed one, and a send that was taken up.
  private let final: Bytes32, seen: Bytes32, pocketed: Bytes32, receive: Bytes32
  /// An account with every retired type, then state blocks and an epoch.
  private let old: Bytes32

  init() throws {
    var ledger = try ToyLedger(.init(accounts: 4, legacyAccounts: 1), nowMS: 5_000_000)
    let (old, a, b) = (ledger.accounts[0], ledger.accounts[1], ledger.accounts[2])
    self.old = old.account
    try ledger.process(ledger.legacySend(old, to: a.account, amount: Amount(11)), nowMS: 5_001_000)
    try ledger.process(ledger.legacyChange(old, to: b.account), nowMS: 5_001_000)
    try ledger.process(ledger.upgrade(old.account, to: 1), nowMS: 5_001_000)
    try ledger.process(ledger.change(old, to: a.account), nowMS: 5_001_000)
    final = try ledger.process(ledger.send(a, to: outsider, amount: Amount(7)), nowMS: 5_002_000)
    pocketed = try ledger.process(ledger.send(a, to: b.account, amount: Amount(5)), nowMS: 5_003_000)
    receive = try ledger.process(ledger.receive(b, pocketed), nowMS: 5_004_000)
    _ = try ledger.confirm(receive)
    _ = try ledger.confirm(ledger.root(of: old.account))
    seen = try ledger.process(ledger.send(b, to: outsider, amount: Amount(3)), nowMS: 5_005_000)
    self.ledger = ledger
  }

  private func text(_ request: String, _ release: NodeRelease = .newest, faults: NanoFaults = NanoFaults()) -> String {
    var ledger = ledger
    return NodeRPC(release, faults: faults, nowMS: 5_010_000).answer(Array(request.utf8), &ledger).reply.printed
  }

  private func ask<Action: RPCAction>(_ action: Action, _ release: NodeRelease) throws -> Action.Reply {
    let answer = Array(text(String(decoding: action.body, as: UTF8.self), release).utf8)
    return try action.reply(decoding: answer.span)
  }

  private static let releases = (15...28).map { NodeRelease($0) }

  @Test(arguments: releases)
  func blocks(_ release: NodeRelease) throws {
    for asObject in [true, false] {
      for entry in ledger.entries.values {
        let known = try ask(BlockInfo(hash: entry.hash, asObject: asObject), release)
        #expect(known.block == entry.block && known.account == entry.account && known.height == entry.height)
        #expect(known.isConfirmed == entry.isConfirmed && known.balance == entry.balance)
        #expect(known.amount == ledger.amount(of: entry))
      }
    }
    #expect(try ask(BlockInfo(hash: pocketed), release).successor == nil)
    #expect((try ask(BlockInfo(hash: final), release).successor == pocketed) == (release.major >= 23))
  }

  @Test(arguments: releases)
  func manyBlocks(_ release: NodeRelease) throws {
    let reply = try ask(
      BlocksInfo(
        hashes: [final, pocketed, .zero],
        includeNotFound: true,
        receivable: true,
        receiveHash: true,
        source: true
      ),
      release
    )
    #expect(reply.notFound == [.zero] && reply.blocks.count == 2)
    #expect(reply.blocks[final]?.isReceivable == true && reply.blocks[pocketed]?.isReceivable == false)
    #expect(reply.blocks[pocketed]?.receiveHash == (release.major >= 24 ? receive : nil))
    #expect(throws: RPCFailure.error(.blockNotFound)) {
      try ask(BlocksInfo(hashes: [final, .zero], includeNotFound: false), release)
    }
  }

  @Test(arguments: releases)
  func receivables(_ release: NodeRelease) throws {
    let isOld = release.major < 23
    let all = try ask(
      ReceivableSends(account: outsider, count: 9, options: .init(onlyConfirmed: false), usesOldName: isOld),
      release
    )
    #expect(all.map(\.hash) == [final, seen].sorted())
    let confirmed = try ask(ReceivableSends(account: outsider, count: 9, usesOldName: isOld), release)
    #expect(confirmed.map(\.hash) == [final] && confirmed.first?.amount == Amount(7))
    #expect(confirmed.first?.source == ledger.accounts[1].account)
    // Without being asked, old nodes show what is not final, new ones hide it.
    let usual = try ask(
      ReceivableSends(account: outsider, count: 9, options: .init(onlyConfirmed: nil), usesOldName: isOld),
      release
    )
    #expect(usual.count == (release.major >= 22 ? 1 : 2))
    let some = try ask(
      ReceivableSends(
        account: outsider,
        count: 9,
        options: .init(source: nil, onlyConfirmed: false, threshold: Amount(5)),
        usesOldName: isOld
      ),
      release
    )
    #expect(some.map(\.hash) == [final] && some.first?.source == nil)
    let next = try ask(
      ReceivableSends(account: outsider, count: 1, options: .init(onlyConfirmed: false, offset: 1), usesOldName: isOld),
      release
    )
    #expect(next.map(\.hash) == [[final, seen].max()])
    let several = try ask(
      AccountsReceivable(accounts: [outsider, old], count: 9, usesOldName: release.major < 24),
      release
    )
    #expect(several.keys.sorted() == [outsider] && several[outsider]?.map(\.hash) == [final])
  }

  @Test func newNamesAreUnknownToOldNodes() {
    func says(_ action: String, _ major: Int) -> Bool {
      text(
        "{\"action\":\"\(action)\",\"account\":\"\(NanoAddress.encode(outsider))\",\"accounts\":[],\"count\":\"1\"}",
        NodeRelease(major)
      )
        == "{\n    \"error\": \"Unknown command\"\n}\n"
    }
    #expect(says("receivable", 22) && !says("receivable", 23))
    #expect(says("accounts_receivable", 23) && !says("accounts_receivable", 24))
    #expect(says("telemetry", 20) && !says("telemetry", 21))
    #expect(!says("pending", 15) && !says("pending", 28) && !says("accounts_pending", 28))
    #expect(says("no_such_thing", 28))
  }

  @Test(arguments: releases)
  func histories(_ release: NodeRelease) throws {
    for raw in [true, false] {
      for account in [old] + ledger.accounts.map(\.account) {
        let back = try ask(AccountHistory(account: account, count: 100, raw: raw), release)
        #expect(back.previous == nil)
        guard release.major >= 19 else { continue }
        let forth = try ask(AccountHistory(account: account, count: 100, raw: raw, reverse: true), release)
        #expect(forth.entries.map(\.hash) == back.entries.map(\.hash).reversed())
      }
    }
    let raw = try ask(AccountHistory(account: old, count: 100), release)
    #expect(raw.entries.map(\.type) == ["state", "state", "change", "send", "open"])
    #expect(raw.entries.prefix(2).map(\.subtype) == [.change, .epoch])
    #expect(raw.entries.last?.takenUp != nil)
    let plain = try ask(AccountHistory(account: old, count: 100, raw: false), release)
    #expect(plain.entries.map(\.type) == ["send", "receive"])
    let taken = try ask(AccountHistory(account: ledger.accounts[2].account, count: 2), release).entries
    #expect(taken.last?.takenUp == pocketed && taken.last?.hash == receive && taken.last?.amount == Amount(5))
    #expect((taken.first?.isConfirmed == false) == (release.major >= 23))
  }

  @Test func historiesComeInPages() throws {
    let account = ledger.accounts[1].account
    var seen: [Bytes32] = []
    var head: Bytes32?
    repeat {
      let page = try ask(AccountHistory(account: account, count: 1, head: head), .newest)
      seen += page.entries.map(\.hash)
      head = page.previous
    } while head != nil
    #expect(seen == [pocketed, final, seen.last ?? .zero] && seen.count == 3)
    var forth: [Bytes32] = []
    head = seen.last
    repeat {
      let page = try ask(AccountHistory(account: account, count: 1, head: head, reverse: true), .newest)
      forth += page.entries.map(\.hash)
      head = page.next
    } while head != nil
    #expect(forth == seen.reversed())
  }

  @Test(arguments: releases)
  func accounts(_ release: NodeRelease) throws {
    let b = ledger.accounts[2].account
    let info = try ask(AccountInfo(account: b, includeConfirmed: true, receivable: true), release)
    #expect(info.frontier == seen && info.blockCount == 3 && info.balance == ledger.balance(of: b))
    if release.major >= 22 {
      #expect(info.confirmedFrontier == receive && info.confirmedHeight == 2)
      #expect(info.confirmedBalance?.subtracting(info.balance) == Amount(3))
    }
    #expect(info.receivable == .zero)
    #expect(throws: RPCFailure.error(.accountNotFound)) { try ask(AccountInfo(account: outsider), release) }
  }

  @Test(arguments: releases)
  func theNodeItself(_ release: NodeRelease) throws {
    if release.major >= 20 {
      let version = try ask(NodeVersion(), release)
      #expect(version.vendor == "Nano \(release.name)" && version.networkIdentifier == ledger.genesis)
    }
    if release.major >= 21 {
      let telemetry = try ask(Telemetry(), release)
      #expect(telemetry.blockCount == telemetry.cementedCount + 1 && telemetry.peerCount > 0)
      #expect(telemetry.genesis == ledger.genesis && telemetry.majorVersion == UInt64(release.major))
    }
    #expect(try ask(ConfirmationHistory(), release).isEmpty)
    #expect(try ask(BlockConfirm(hash: seen), release))
  }

  @Test(arguments: [
    ("", "Unable to parse JSON"), ("hello", "Unable to parse JSON"), ("[]", "Unable to parse JSON"),
    ("{}", "Unable to parse JSON"), (#"{"action":"block_info"}"#, "Unable to parse JSON"),
    (#"{"action":"block_info","hash":""}"#, "Invalid block hash"),
    (#"{"action":"block_info","hash":"\#(String(repeating: "0", count: 65))"}"#, "Invalid block hash"),
    (#"{"action":"block_info","hash":"1"}"#, "Block not found"),
    (#"{"action":"blocks_info","hashes":["x"]}"#, "Bad hash number"),
    (#"{"action":"account_info","account":"nano_1"}"#, "Bad account number"),
    (
      #"{"action":"account_history","account":"nano_1111111111111111111111111111111111111111111111111111hifc8npp","count":"0"}"#,
      "Invalid count"
    ),
    (
      #"{"action":"account_history","account":"nano_1111111111111111111111111111111111111111111111111111hifc8npp","count":"1x"}"#,
      "Invalid count"
    ),
    (#"{"action":"account_history","head":"xyz","count":"1"}"#, "Bad hash number"),
    (
      #"{"action":"receivable","account":"nano_1111111111111111111111111111111111111111111111111111hifc8npp","threshold":"01"}"#,
      "Bad threshold number"
    ),
    (
      #"{"action":"receivable","account":"nano_1111111111111111111111111111111111111111111111111111hifc8npp","offset":"-1"}"#,
      "Invalid offset"
    ),
    (#"{"action":"accounts_receivable"}"#, "Unable to parse JSON"),
    (#"{"action":"accounts_balances","accounts":[]}"#, "Empty response"),
    (#"{"action":"wallet_create"}"#, "RPC control is disabled"),
    (#"{"action":"process","block":"{}"}"#, "Block is invalid"), (#"{"action":"process"}"#, "Unable to parse JSON"),
    (String(repeating: "[", count: 30) + String(repeating: "]", count: 30), "Max JSON depth exceeded"),
  ])
  func says(_ request: String, _ error: String) {
    #expect(text(request) == "{\n    \"error\": \"\(error)\"\n}\n")
  }

  @Test func balances() {
    let account = ledger.accounts[2].address
    let reply = text("{\"action\":\"accounts_balances\",\"accounts\":[\"\(account)\",\"nano_x\"]}")
    #expect(reply.contains("\"errors\"") && reply.contains("Bad account number"))
    #expect(reply.contains("\"\(account)\""))
    #expect(text("{\"action\":\"block_count\"}").contains("\"cemented\": \"\(ledger.counts.confirmed)\""))
  }

  @Test func aPrunedPredecessorHidesTheAmountEverywhere() throws {
    var ledger = ledger
    _ = try ledger.prune(ledger.accounts[1].account)
    let rpc = NodeRPC(.newest, nowMS: 0)
    func ask(_ request: String) -> PropertyTree { rpc.answer(Array(request.utf8), &ledger).reply }
    let block = ask("{\"action\":\"block_info\",\"hash\":\"\(pocketed.hex())\"}")
    #expect(block["amount"] == nil && block["balance"] != nil)
    let history = ask(
      "{\"action\":\"account_history\",\"account\":\"\(ledger.accounts[1].address)\",\"count\":\"5\",\"raw\":true}"
    )
    #expect(history["history"]?.children.first?["subtype"]?.text == "unknown")
    let saying = Saying(try #require(ledger[pocketed]), amount: nil)
    let body = NodeSpeech(.newest).callback(saying).bytes
    #expect(try NanoCallback(decoding: body.span).amount == .zero)
  }

  @Test func filtersOfHistories() {
    let account = ledger.accounts[1].address
    let reply = text(
      "{\"action\":\"account_history\",\"account\":\"\(account)\",\"count\":\"9\",\"account_filter\":[\"\(NanoAddress.encode(outsider))\"]}"
    )
    #expect(
      reply.contains(final.hex(uppercase: true)) && !reply.contains("\"hash\": \"\(pocketed.hex(uppercase: true))")
    )
  }
}
