import Coinslot
import Nano
import Primitives
import Synchronization
import Testing

@testable import Simulators

/// Each fault does what it says, over real sockets, and nothing is wrong without it.
@Suite(.timeLimit(.minutes(1))) struct NanoFaultsTests {
  private static let outsider = ToyKey(seed: .zero, index: 9).account
  private static let one = Amount(1_000_000)

  // MARK: Reading them

  @Test func facesJSONBothWays() throws {
    var faults = NanoFaults()
    try faults.apply(JSONValue(parsing: #"{"late_ms":5,"silent":true,"wrong_amount":["rpc"],"wrong_hash":true}"#))
    #expect(faults.lateMS == 5 && faults.silent && faults.wrongAmount == .rpc && faults.wrongHash == .all)
    var copy = NanoFaults()
    try copy.apply(faults.json)
    #expect(copy == faults)
  }

  @Test(arguments: [
    "[]", #"{"nonsense":1}"#, #"{"late_ms":-1}"#, #"{"late_ms":600001}"#, #"{"late_ms":"5"}"#, #"{"silent":1}"#,
    #"{"drop_callbacks":101}"#, #"{"wrong_amount":["post"]}"#, #"{"wrong_amount":"rpc"}"#,
    #"{"duplicate":3,"silent":"yes"}"#,
  ])
  func refusesWhole(_ text: String) throws {
    var faults = NanoFaults()
    let value = try JSONValue(parsing: text)
    #expect(throws: FaultRefusal.self) { try faults.apply(value) }
    #expect(faults == NanoFaults())
  }

  // MARK: Late, lost, twice, out of order

  @Test func lateMessagesAndCallbacks() async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
      $0.faults.lateMS = 400
    } _: { simulator in
      let socket = try await simulator.subscribed()
      let start = ContinuousClock.now
      let hash = try await simulator.pay(to: Self.outsider, Self.one)
      #expect(try await eventually { try await simulator.ask(BlockInfo(hash: hash)).isConfirmed })
      #expect(try await socket.confirmation()?.hash == hash)
      #expect(try await listener.accept() != nil)
      #expect(ContinuousClock.now - start >= .milliseconds(400))
    }
  }

  @Test func lateAnswers() async throws {
    try await running {
      $0.faults.rpcLateMS = 300
    } _: { simulator in
      let start = ContinuousClock.now
      _ = try await simulator.ask(NodeVersion())
      #expect(ContinuousClock.now - start >= .milliseconds(300))
    }
  }

  @Test func anAnswerThatIsStillHeldEndsWithTheNode() async throws {
    let body = String(decoding: NodeVersion().body, as: UTF8.self)
    let late = Mutex<Task<TestMessage?, any Error>?>(nil)
    try await running {
      $0.faults.rpcLateMS = 60_000
    } _: { simulator in
      let url = simulator.rpcURL
      late.withLock { $0 = Task { try await TestHTTP.request(url, body) } }
      let isHeld = try await eventually { try await simulator.onLoop(\.heldRequests) == 1 }
      #expect(isHeld)
    }
    let answer = try await late.withLock { $0 }?.value
    #expect(answer?.text.contains("node_vendor") != true)
  }

  @Test func lostMessagesAreLostForGoodAndTheSameEachTime() async throws {
    var runs: [[Bytes32]] = []
    for _ in 0..<2 {
      var heard: [Bytes32] = []
      try await running {
        $0.faults.dropMessages = 50
        $0.chanceSeed = 7
      } _: { simulator in
        let socket = try await simulator.subscribed()
        for _ in 0..<20 { try await simulator.confirm(simulator.pay(to: Self.outsider, Self.one, from: 0)) }
        let counts = try await simulator.counts
        #expect(counts.messagesSent + counts.messagesDropped == 20)
        #expect(counts.messagesDropped > 3 && counts.messagesSent > 3)
        for _ in 0..<counts.messagesSent { heard.append(try #require(await socket.confirmation()).hash) }
        #expect(try await socket.confirmation(withinMS: 100) == nil)
      }
      runs.append(heard)
    }
    #expect(runs[0] == runs[1])
  }

  @Test func lostCallbacks() async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
      $0.faults.dropCallbacks = 100
    } _: { simulator in
      let socket = try await simulator.subscribed()
      try await simulator.pay(to: Self.outsider, Self.one)
      #expect(try await socket.confirmation() != nil)
      #expect(try await simulator.counts.callbacksDropped == 1)
      #expect(try await listener.accept(withinMS: 100) == nil)
    }
  }

  @Test func callbacksThatFailAreNotTriedAgain() async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
    } _: { simulator in
      try await simulator.pay(to: Self.outsider, Self.one)
      let connection = try #require(await listener.accept())
      _ = try await TestHTTP.serve(connection, status: "503 Service Unavailable")
      #expect(try await eventually { try await simulator.counts.callbacksFailed == 1 })
      #expect(try await listener.accept(withinMS: 100) == nil)
    }
  }

  @Test func everythingTwice() async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
      $0.faults.duplicate = 100
    } _: { simulator in
      let socket = try await simulator.subscribed()
      let hash = try await simulator.pay(to: Self.outsider, Self.one)
      for _ in 0..<2 {
        #expect(try await socket.confirmation()?.hash == hash)
        let connection = try #require(await listener.accept())
        let body = try #require(await TestHTTP.serve(connection)).body
        let callback = try NanoCallback(decoding: body.span)
        #expect(callback.hash == hash)
      }
      #expect(try await socket.confirmation(withinMS: 100) == nil)
    }
  }

  @Test func outOfOrder() async throws {
    try await running {
      $0.faults.reorderMS = 1_000
      $0.confirmMS = 600_000
    } _: { simulator in
      let socket = try await simulator.subscribed()
      var sent: [Bytes32] = []
      for _ in 0..<12 { sent.append(try await simulator.pay(to: Self.outsider, Self.one, from: 0)) }
      // All made before the first is told, so that a slow machine spreads them no further than chance does.
      for hash in sent { try await simulator.confirm(hash) }
      var heard: [Bytes32] = []
      while heard.count < sent.count { heard.append(try #require(await socket.confirmation()).hash) }
      #expect(heard != sent && Set(heard) == Set(sent))
    }
  }

  // MARK: Silence and absence

  @Test func silentNodesReadAndDoNotAnswer() async throws {
    try await running { simulator in
      let socket = try await simulator.subscribed()
      try await simulator.change { $0.silent = true }
      let body = String(decoding: NodeVersion().body, as: UTF8.self)
      async let late = TestHTTP.request(simulator.rpcURL, body, withinMS: 5_000)
      try await socket.send(#"{"action":"ping"}"#)
      try await simulator.pay(to: Self.outsider, Self.one)
      #expect(try await socket.next(withinMS: 200) == nil)
      #expect(await socket.end == nil)
      #expect(try await simulator.counts.requests == 0)
      try await simulator.change { $0.silent = false }
      #expect(try await late?.text.contains("node_vendor") == true)
    }
  }

  @Test func refusingNodesListenAgainOnTheSamePort() async throws {
    try await running {
      $0.faults.refuse = true
    } _: { simulator in
      await #expect(throws: TestSocket.Failed.self) { _ = try await simulator.ask(NodeVersion()) }
      try await simulator.change { $0.refuse = false }
      _ = try await simulator.ask(NodeVersion())
      let socket = try await simulator.subscribed()
      try await simulator.change { $0.refuse = true }
      #expect(try await socket.next() == nil)
      #expect(await socket.end == .withoutCloseFrame)
      await #expect(throws: TestSocket.Failed.self) { _ = try await simulator.ask(NodeVersion()) }
    }
  }

  @Test func aDeadWebSocketLeavesRPCAlive() async throws {
    try await running { simulator in
      let socket = try await simulator.subscribed()
      try await simulator.change { $0.webSocketDead = true }
      let hash = try await simulator.pay(to: Self.outsider, Self.one)
      try await socket.send(#"{"action":"ping"}"#)
      #expect(try await eventually { try await simulator.ask(BlockInfo(hash: hash)).isConfirmed })
      #expect(try await socket.next(withinMS: 100) == nil)
      #expect(await socket.end == nil)
      let url = try #require(simulator.webSocketURL)
      await #expect(throws: TestWebSocket.HandshakeFailed.self) {
        _ = try await TestWebSocket.connect(url, withinMS: 200)
      }
    }
  }

  @Test func aRestartDropsConnectionsAndForgetsWhatIsNotFinal() async throws {
    try await running { simulator in
      let socket = try await simulator.subscribed()
      let kept = try await simulator.pay(to: Self.outsider, Self.one)
      #expect(try await socket.confirmation()?.hash == kept)
      let lost = try await simulator.pay(ToyPayment(to: Self.outsider, Self.one, confirmMS: 60_000))
      try await simulator.restart(downMS: 10)
      #expect(try await socket.next() == nil)
      #expect(await socket.end == .withoutCloseFrame)
      _ = try await simulator.ask(BlockInfo(hash: kept))
      await #expect(throws: RPCFailure.error(.blockNotFound)) { _ = try await simulator.ask(BlockInfo(hash: lost)) }
      #expect(try await simulator.ask(TelemetryQuestion.any).uptime < 5)
    }
  }

  // MARK: Lies

  @Test func unsyncedNodesSaySo() async throws {
    try await running { simulator in
      let well = try await simulator.ask(TelemetryQuestion.any)
      #expect(well.blocks == well.cemented && well.peers > 0)
      try await simulator.change { $0.outOfSync = true }
      let ill = try await simulator.ask(TelemetryQuestion.any)
      #expect(ill.blocks > ill.cemented + 50_000 && ill.peers == 0)
    }
  }

  @Test func anotherNetwork() async throws {
    try await running { simulator in
      let text = { try await TestHTTP.request(simulator.rpcURL, #"{"action":"version"}"#)?.text ?? "" }
      let genesis = simulator.genesis.hex(uppercase: true)
      #expect(try await text().contains(genesis))
      try await simulator.change { $0.wrongGenesis = true }
      #expect(try await !text().contains(genesis))
    }
  }

  @Test func hiddenReceivables() async throws {
    try await running { simulator in
      let hash = try await simulator.pay(to: Self.outsider, Self.one)
      try await simulator.confirm(hash)
      let question = AccountsReceivable(accounts: [Self.outsider], count: 9)
      #expect(try await simulator.ask(question)[Self.outsider]?.count == 1)
      try await simulator.change { $0.hideReceivable = true }
      #expect(try await simulator.ask(question).isEmpty)
      #expect(try await simulator.ask(BlockInfo(hash: hash)).isConfirmed)
    }
  }

  @Test(arguments: [NanoFaults.Channels.callback, .webSocket, .rpc, .all])
  func wrongAmounts(_ channels: NanoFaults.Channels) async throws {
    try await lying {
      $0.wrongAmount = channels
    } _: { notices in
      let lie = Amount(1000 * Self.one.units)
      #expect(notices.callback.amount == (channels.contains(.callback) ? lie : Self.one))
      #expect(notices.message.amount == (channels.contains(.webSocket) ? lie : Self.one))
      #expect(notices.known.amount == (channels.contains(.rpc) ? lie : Self.one))
    }
  }

  @Test(arguments: [NanoFaults.Channels.callback, .webSocket, .rpc, .all])
  func wrongSignatures(_ channels: NanoFaults.Channels) async throws {
    try await lying {
      $0.wrongSignature = channels
    } _: { notices in
      let bad = NoticeVerdict.reject(.badSignature)
      #expect((NoticeVerdict(notices.callback) == bad) == channels.contains(.callback))
      #expect((NoticeVerdict(notices.message) == bad) == channels.contains(.webSocket))
      #expect(notices.known.block.isSigned(by: notices.known.account) != channels.contains(.rpc))
    }
  }

  @Test(arguments: [NanoFaults.Channels.callback, .webSocket])
  func wrongHashes(_ channels: NanoFaults.Channels) async throws {
    try await lying {
      $0.wrongHash = channels
    } _: { notices in
      let bad = NoticeVerdict.reject(.hashMismatch)
      #expect((NoticeVerdict(notices.callback) == bad) == channels.contains(.callback))
      #expect((NoticeVerdict(notices.message) == bad) == channels.contains(.webSocket))
    }
  }

  @Test func wrongBlocksForAHash() async throws {
    try await running {
      $0.faults.wrongHash = .rpc
    } _: { simulator in
      let hash = try await simulator.pay(to: Self.outsider, Self.one)
      await #expect(throws: RPCFailure.unreadable(.hashMismatch)) { _ = try await simulator.ask(BlockInfo(hash: hash)) }
    }
  }

  private struct Notices {
    let callback: NanoCallback
    let message: ConfirmationMessage
    let known: KnownBlock
  }

  /// One payment, as each channel tells of it.
  private func lying(
    _ change: @escaping @Sendable (inout NanoFaults) -> Void,
    _ check: (Notices) throws -> Void
  ) async throws {
    let listener = try TestListener()
    try await running {
      $0.callbackURL = "http://127.0.0.1:\(listener.port)/"
      change(&$0.faults)
    } _: { simulator in
      let socket = try await simulator.subscribed()
      let hash = try await simulator.pay(to: Self.outsider, Self.one)
      let message = try #require(await socket.confirmation())
      let connection = try #require(await listener.accept())
      let body = try #require(await TestHTTP.serve(connection)).body
      try check(
        Notices(
          callback: try NanoCallback(decoding: body.span),
          message: message,
          known: try await simulator.ask(BlockInfo(hash: hash))
        )
      )
    }
  }

  // MARK: Broken answers

  @Test func halfAnswers() async throws {
    try await running {
      $0.faults.halfReplies = true
    } _: { simulator in
      let answer = try #require(await TestHTTP.request(simulator.rpcURL, #"{"action":"version"}"#))
      #expect(!answer.isWhole && !answer.body.isEmpty)
      #expect(throws: JSONRefusal.self) { try JSONValue(parsing: answer.body) }
    }
  }

  @Test func garbage() async throws {
    try await running {
      $0.faults.garbage = true
    } _: { simulator in
      let answer = try #require(await TestHTTP.request(simulator.rpcURL, #"{"action":"version"}"#))
      #expect(answer.isWhole && answer.firstLine == "HTTP/1.1 200 OK")
      #expect(throws: JSONRefusal.self) { try JSONValue(parsing: answer.body) }
    }
  }
}

/// What a node says of its state, read here so that the test sees the very numbers.
private struct TelemetryQuestion: RPCAction {
  static let any = TelemetryQuestion()

  struct Reply: Sendable {
    let blocks: UInt64, cemented: UInt64, peers: UInt64, uptime: UInt64
  }

  var question: RPCQuestion { Telemetry().question }

  func reply(from value: JSONValue) throws(NanoRefusal) -> Reply {
    func number(_ key: String) throws(NanoRefusal) -> UInt64 {
      guard let text = value[key]?.string, let number = UInt64(text) else { throw .missing(key) }
      return number
    }
    return Reply(
      blocks: try number("block_count"),
      cemented: try number("cemented_count"),
      peers: try number("peer_count"),
      uptime: try number("uptime")
    )
  }
}
