import Coinslot
import Cryptography
import Nano
import Primitives
import Testing

@testable import Simulators

/// The toy node over real sockets.
@Suite(.timeLimit(.minutes(1))) struct NanoSimulatorTests {
  static let outsider = ToyKey(seed: .zero, index: 9).account
  static let xno = Amount(1_000_000_000_000_000_000_000_000_000_000)

  @Test func aPaymentIsToldOnEveryChannelAndTheProductionCodeUnderstandsIt() async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/callback/"
    } _: { simulator in
      let socket = try await simulator.subscribed("{\"accounts\":[\"\(NanoAddress.encode(Self.outsider))\"]}")
      let hash = try await simulator.pay(to: Self.outsider, Self.xno)
      let message = try #require(await socket.confirmation())
      #expect(message.hash == hash && message.amount == Self.xno && message.way == .activeQuorum)
      guard case .candidate(let candidate) = NoticeVerdict(message) else {
        Issue.record("not a candidate")
        return
      }
      #expect(candidate.destination == Self.outsider)

      let connection = try #require(await listener.accept())
      let request = try #require(await TestHTTP.serve(connection))
      #expect(request.firstLine == "POST /callback/ HTTP/1.1")
      #expect(
        Array(request.lines.dropFirst()) == [
          "Host: 127.0.0.1", "Content-Type: application/json", "Content-Length: \(request.body.count)",
        ]
      )
      guard case .candidate(let posted) = NoticeVerdict(callback: request.body.span) else {
        Issue.record("not a candidate")
        return
      }
      #expect(posted.hash == hash && posted.claimedAmount == Self.xno && posted.payer == simulator.accounts[0].account)

      let block = try await simulator.ask(BlockInfo(hash: hash))
      #expect(block.isConfirmed && block.amount == Self.xno && block.subtype == .send)
      #expect(block.block.isSigned(by: block.account))
      let sends = try await simulator.ask(AccountsReceivable(accounts: [Self.outsider], count: 10))
      #expect(sends[Self.outsider]?.map(\.hash) == [hash])
      #expect(try await eventually { try await simulator.counts.callbacksDelivered == 1 })
    }
  }

  @Test func anUnconfirmedSendIsSeenAndNotFinal() async throws {
    try await running {
      $0.faults.neverConfirm = true
    } _: { simulator in
      let socket = try await TestWebSocket.connect(#require(simulator.webSocketURL))
      try await socket.send(#"{"action":"subscribe","topic":"new_unconfirmed_block","ack":true}"#)
      _ = try await socket.next()
      let hash = try await simulator.pay(to: Self.outsider, Self.xno)
      let text = try #require(await socket.next())
      guard case .seenOnly(let seen) = NoticeVerdict(message: Array(text.utf8).span) else {
        Issue.record("not seen")
        return
      }
      #expect(seen == hash)
      #expect(try await !simulator.ask(BlockInfo(hash: hash)).isConfirmed)
      #expect(try await simulator.ask(BlockConfirm(hash: hash)))
      #expect(try await simulator.ask(AccountsReceivable(accounts: [Self.outsider], count: 10)).isEmpty)
      try await simulator.change { $0.neverConfirm = false }
      #expect(try await eventually { try await simulator.ask(BlockInfo(hash: hash)).isConfirmed })
    }
  }

  @Test func pocketedMoneyIsInTheHistoryAndNotReceivable() async throws {
    try await running { simulator in
      let payee = simulator.accounts[2]
      let hash = try await simulator.pay(to: payee.account, Self.xno, from: 0)
      #expect(try await eventually { try await simulator.ask(BlockInfo(hash: hash)).isConfirmed })
      let receives = try await simulator.pocket(2)
      #expect(receives.count == 1)
      #expect(try await simulator.ask(AccountsReceivable(accounts: [payee.account], count: 9)).isEmpty)
      let history = try await simulator.ask(AccountHistory(account: payee.account, count: 1))
      #expect(history.entries.first?.takenUp == hash && history.entries.first?.amount == Self.xno)
      #expect(history.entries.first?.counterparty == simulator.accounts[0].account)
    }
  }

  @Test func aForkLosesWhatWasShownFirst() async throws {
    try await running { simulator in
      let socket = try await simulator.subscribed()
      let payment = ToyPayment(to: Self.outsider, Self.xno, confirmMS: 60_000)
      let fork = try await simulator.fork(payment, switchMS: nil)
      #expect(try await simulator.ask(BlockInfo(hash: fork.shown)).isConfirmed == false)
      try await simulator.settleFork(on: fork.rival, confirmMS: 10)
      let message = try #require(await socket.confirmation())
      #expect(message.hash == fork.rival)
      let text = "{\"action\":\"block_info\",\"hash\":\"\(fork.shown.hex(uppercase: true))\"}"
      let answer = try #require(await TestHTTP.request(simulator.rpcURL, text))
      #expect(answer.text == "{\n    \"error\": \"Block not found\"\n}\n")
      await #expect(throws: ToyRefusal.blockNotFound) { try await simulator.settleFork(on: fork.shown) }
    }
  }

  @Test func aBlockConfirmedByItsSuccessorIsNeverCalledBack() async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
      $0.faults.neverConfirm = true
    } _: { simulator in
      let socket = try await simulator.subscribed()
      let first = try await simulator.pay(to: Self.outsider, Self.xno, from: 0)
      let second = try await simulator.pay(to: Self.outsider, Self.xno, from: 0)
      try await simulator.confirm(second)
      let messages = [try await socket.confirmation(), try await socket.confirmation()]
      #expect(messages.map { $0?.hash } == [first, second])
      #expect(messages.map { $0?.way } == [.activeConfirmationHeight, .activeQuorum])
      // The first had a vote of its own. One whose vote was forgotten is final in silence.
      try await simulator.restart()
      let third = try await simulator.pay(to: Self.outsider, Self.xno, from: 0)
      try await simulator.onLoop { $0.dropVotes(on: [third]) }
      let fourth = try await simulator.pay(to: Self.outsider, Self.xno, from: 0)
      try await simulator.confirm(fourth)
      var called: [Bytes32] = []
      while called.count < 3, let connection = try await listener.accept() {
        guard let request = try await TestHTTP.serve(connection) else { break }
        called.append(try NanoCallback(decoding: request.body.span).hash)
      }
      #expect(Set(called) == [first, second, fourth])
      #expect(try await listener.accept(withinMS: 100) == nil)
    }
  }

  @Test func blockConfirmAnnouncesAFinalBlockAgain() async throws {
    try await running { simulator in
      let socket = try await simulator.subscribed()
      let hash = try await simulator.pay(to: Self.outsider, Self.xno)
      #expect(try await socket.confirmation()?.way == .activeQuorum)
      _ = try await simulator.ask(BlockConfirm(hash: hash))
      let again = try #require(await socket.confirmation())
      #expect(again.hash == hash && again.way == .activeConfirmationHeight)
    }
  }

  @Test func theFirstClientShapesTheMessagesOfAll() async throws {
    try await running { simulator in
      let first = try await simulator.subscribed(#"{"include_election_info":"true","include_sideband_info":true}"#)
      let second = try await simulator.subscribed(#"{"include_block":true}"#)
      let bare = try await simulator.subscribed(#"{"include_block":false}"#)
      try await simulator.pay(to: Self.outsider, Self.xno)
      for socket in [first, second] {
        let message = try #require(await socket.confirmation())
        #expect(message.election != nil && message.height != nil)
      }
      let message = try #require(await bare.confirmation())
      #expect(message.election == nil && message.spoken == nil)
      await first.close()
      #expect(try await eventually { try await simulator.onLoop(\.socketCount) == 2 })
      try await simulator.pay(to: Self.outsider, Self.xno)
      #expect(try #require(await second.confirmation()).election == nil)
    }
  }

  @Test func invalidJSONEndsTheConnectionWithoutACloseFrame() async throws {
    try await running { simulator in
      let socket = try await TestWebSocket.connect(#require(simulator.webSocketURL))
      try await socket.send(#"{"action":"ping"}"#)
      #expect(try await socket.next() != nil)
      try await socket.send("{")
      #expect(try await socket.next() == nil)
      #expect(await socket.end == .withoutCloseFrame)
    }
  }

  @Test func aLegacySendIsToldAsLegacy() async throws {
    let listener = try TestListener()
    try await running {
      $0.ledger.legacyAccounts = 1
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
    } _: { simulator in
      let hash = try await simulator.pay(
        ToyPayment(to: Self.outsider, Self.xno, from: 0, isLegacy: true)
      )
      let connection = try #require(await listener.accept())
      let request = try #require(await TestHTTP.serve(connection))
      guard case .candidate(let candidate) = NoticeVerdict(callback: request.body.span) else {
        Issue.record("not a candidate")
        return
      }
      #expect(candidate.isLegacy && candidate.hash == hash)
      #expect(!request.text.contains("subtype") && !request.text.contains("is_send"))
    }
  }

  @Test func oldNodesCallBackOnlyWhatArrivedLately() async throws {
    let listener = try TestListener()
    try await running {
      $0.release = NodeRelease(18)
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
    } _: { simulator in
      #expect(simulator.webSocketURL == nil)
      let old = try await simulator.onLoop { $0.ledger.root(of: $0.ledger.accounts[0].account) }
      try await simulator.announce(old)
      let hash = try await simulator.pay(to: Self.outsider, Self.xno)
      let connection = try #require(await listener.accept())
      let request = try #require(await TestHTTP.serve(connection))
      #expect(try NanoCallback(decoding: request.body.span).hash == hash)
      #expect(request.text.contains("\"xrb_") && !request.text.contains("subtype"))
      #expect(try await listener.accept(withinMS: 100) == nil)
    }
  }

  @Test func processTakesWhatIsRight() async throws {
    try await running { simulator in
      let key = simulator.accounts[0]
      let block = try await simulator.onLoop { node in
        try node.ledger.send(key, to: Self.outsider, amount: Self.xno)
      }
      let text = JSONValue(dictionaryLiteral: ("action", "process"), ("block", .string(block.text))).text()
      let answer = try #require(await TestHTTP.request(simulator.rpcURL, text))
      #expect(answer.text == "{\n    \"hash\": \"\(block.hash.hex(uppercase: true))\"\n}\n")
      let again = try #require(await TestHTTP.request(simulator.rpcURL, text))
      #expect(again.text == "{\n    \"error\": \"Old block\"\n}\n")
      #expect(try await eventually { try await simulator.ask(BlockInfo(hash: block.hash)).isConfirmed })
    }
  }

  @Test func realBlocksAreServedAsFinal() async throws {
    let real = try Samples.cases("blocks_public", "blocks")
    let blocks = try PreloadedBlock.read(.array(real.filter { $0["hash_matches"]?.bool != false }))
    try await running {
      $0.preload = blocks
    } _: { simulator in
      for preloaded in blocks {
        let known = try await simulator.ask(BlockInfo(hash: preloaded.block.hash))
        #expect(known.isConfirmed && known.block == preloaded.block)
        if let amount = preloaded.amount { #expect(known.amount == amount) }
      }
      let sends = blocks.filter { $0.subtype == .send && $0.amount != nil }
      #expect(!sends.isEmpty)
      for send in sends {
        let payee = try #require(send.block.destination)
        let waiting = try await simulator.ask(ReceivableSends(account: payee, count: 10))
        #expect(waiting.contains { $0.hash == send.block.hash && $0.amount == send.amount })
      }
    }
  }

  @Test func preloadingLaterAnnounces() async throws {
    let real = try Samples.cases("blocks_public", "blocks")
    let one = try PreloadedBlock.read(.array(real.filter { $0["published_amount"] != nil && $0["hash"] != nil }))
    let block = try #require(one.first)
    try await running { simulator in
      let socket = try await simulator.subscribed()
      try await simulator.preload([block], announces: true)
      let message = try #require(await socket.confirmation())
      #expect(message.hash == block.block.hash && message.amount == block.amount)
    }
  }

  @Test func theSameSeedMakesTheSameNetwork() async throws {
    var genesis: Set<Bytes32> = []
    for _ in 0..<2 { try await running { genesis.insert($0.genesis) } }
    try await running {
      $0.ledger.seed = ToyKey.seed("other")
    } _: {
      genesis.insert($0.genesis)
    }
    #expect(genesis.count == 2)
  }

  @Test func noTwoRunsMakeTheSamePayment() async throws {
    var hashes: Set<Bytes32> = []
    for _ in 0..<2 {
      try await running {
        $0.ledger = NanoSimulatorOptions().ledger
      } _: { simulator in
        hashes.insert(try await simulator.pay(to: Self.outsider, Self.xno, from: 0))
      }
    }
    #expect(hashes.count == 2)
  }

  @Test func worksAreFoundWhereTheNetworkAsksForThem() async throws {
    let threshold: UInt64 = 0xfff0_0000_0000_0000
    try await running {
      $0.ledger.accounts = 1
      $0.ledger.workThreshold = threshold
    } _: { simulator in
      let hash = try await simulator.pay(to: Self.outsider, Self.xno)
      let block = try await simulator.ask(BlockInfo(hash: hash)).block
      let root = try #require(block.root)
      #expect(block.seal.work.value(root: root) >= threshold)
    }
  }

  @Test func requestsThatAreTooLongAreNotRead() async throws {
    try await running {
      $0.maxRequestBytes = 100
    } _: { simulator in
      let right = #"{"action":"version"}"#
      let answered = try await TestHTTP.request(simulator.rpcURL, right)
      #expect(answered?.firstLine == "HTTP/1.1 200 OK")
      let long = right + String(repeating: " ", count: 100)
      let refused = try await TestHTTP.request(simulator.rpcURL, long)
      #expect(refused?.firstLine.contains("413") == true)
      let counts = try await simulator.counts
      #expect(counts.requests == 1)
    }
  }

  @Test func onlyPostsAreQuestions() async throws {
    try await running { simulator in
      let answer = try #require(await TestHTTP.request(simulator.rpcURL, method: "GET"))
      #expect(answer.firstLine == "HTTP/1.1 200 OK" && answer.header("Connection") == "close")
      #expect(answer.text == "{\n    \"error\": \"Can only POST requests\"\n}\n")
    }
  }

  @Test func aPortInUseIsSaid() async throws {
    let listener = try TestListener()
    var options = NanoSimulatorOptions()
    options.rpcPort = listener.port
    await #expect(throws: (any Error).self) { try await NanoSimulator.start(options) }
    options.rpcPort = 0
    options.callbackURL = "https://example.org/"
    await #expect(throws: NanoSimulatorError.self) { try await NanoSimulator.start(options) }
  }
}
