import Coinslot
import NIOCore
import NIOHTTP1
import Nano
import Primitives
import Sockets

/// The toy node itself: its ledger, its votes, its clients, what is wrong with it.
///
/// Lives on one event loop.
///
/// ```
/// pay, process ─▶ arrived ─▶ vote ─▶ confirm ─▶ announce ─▶ WebSocket, callback
/// ```
/// Everything it sends passes `deliver`, where faults lose, double, delay and reorder.
final class ToyNode {
  let eventLoop: any EventLoop
  let options: NanoSimulatorOptions
  let speech: NodeSpeech
  var ledger: ToyLedger
  var counts = NanoSimulatorCounts()

  private(set) var faults: NanoFaults
  private var chance: SeededChance
  private var startedMS: Int64
  private var elections: [NodeRPC.EndedElection] = []
  /// Blocks being voted on, and when the vote began.
  private var voting: [Bytes32: Int64] = [:]
  private var sockets: [NodeSocket] = []
  private var poster: CallbackPoster?
  private var waiting = 0
  /// What was planned before a restart finds another number here, and does not happen.
  private var life = 0
  /// Requests that were read and are not answered yet, by a number of their own; those without a body are handshakes.
  private var held: [Int: (body: [UInt8]?, promise: EventLoopPromise<PlainHTTPReply>)] = [:]
  private var heldCount = 0

  static let maxElections = 2048
  static let maxHeld = 1024

  init(_ options: NanoSimulatorOptions, callback: Endpoint?, on eventLoop: any EventLoop) throws {
    self.options = options
    self.eventLoop = eventLoop
    speech = NodeSpeech(options.release)
    startedMS = Clocks.wallMS
    ledger = try ToyLedger(options.ledger, nowMS: startedMS)
    try ledger.preload(options.preload, nowMS: startedMS)
    faults = options.faults
    chance = SeededChance(seed: options.chanceSeed)
    guard let callback else { return }
    poster = CallbackPoster(
      to: callback,
      on: eventLoop,
      maxUnderWay: options.maxCallbacks,
      maxWaiting: options.maxWaiting
    ) { [unowned self] isDelivered in
      if isDelivered { counts.callbacksDelivered += 1 } else { counts.callbacksFailed += 1 }
    }
  }

  var nowMS: Int64 { Clocks.wallMS }

  func stop() {
    life += 1
    poster?.stop()
    releaseHeld(answering: false)
  }
}

// MARK: Faults and restarts

extension ToyNode {
  func setFaults(_ new: NanoFaults) {
    let old = faults
    faults = new
    // Votes that could not end go on.
    if old.neverConfirm, !new.neverConfirm {
      for hash in voting.keys.sorted() { planConfirmation(of: hash, options.confirmMS) }
    }
    if isMuted(old), !isMute { releaseHeld(answering: true) }
  }

  /// What a process that is killed and started again forgets: votes, what was to be sent, blocks that are not final.
  func restart() {
    life += 1
    waiting = 0
    voting = [:]
    elections = []
    poster?.clear()
    ledger.forgetUnconfirmed()
    startedMS = nowMS
    releaseHeld(answering: false)
  }

  /// What waited for an answer gets one: late, as from a node that was stopped for a while, or that it is over.
  private func releaseHeld(answering: Bool) {
    for ticket in held.keys.sorted() { release(ticket, answering: answering) }
  }

  private func release(_ ticket: Int, answering: Bool) {
    guard let request = held.removeValue(forKey: ticket) else { return }
    let answer = answering ? request.body.map(reply(to:)) : nil
    request.promise.succeed(answer ?? PlainHTTPReply(.serviceUnavailable, closes: true))
  }
}

// MARK: RPC

extension ToyNode {
  /// Answers a request, or does to it what is wrong with the node.
  func answer(_ body: [UInt8]) -> PlainHTTPAnswer {
    if faults.silent { return hold(body) }
    if faults.rpcLateMS > 0 { return hold(body, forMS: faults.rpcLateMS) }
    if faults.halfReplies {
      let reply = self.reply(to: body).body
      var out = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
      out.writeString("Content-Length: \(reply.readableBytes)\r\n\r\n")
      out.writeBytes(reply.readableBytesView.prefix(reply.readableBytes / 2))
      return .raw(out)
    }
    return .reply(reply(to: body))
  }

  /// A request that is read and not answered, for a time or until faults or the node's end release it.
  func hold(_ body: [UInt8]?, forMS: Int? = nil) -> PlainHTTPAnswer {
    guard held.count < ToyNode.maxHeld else { return .hangUp }
    let promise = eventLoop.makePromise(of: PlainHTTPReply.self)
    heldCount += 1
    let ticket = heldCount
    held[ticket] = (body, promise)
    if let forMS {
      eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(forMS))) { [weak self] in
        self?.release(ticket, answering: true)
      }
    }
    return .later(promise.futureResult)
  }

  func reply(to body: [UInt8]) -> PlainHTTPReply {
    counts.requests += 1
    if faults.garbage { return ToyNode.reply(Array("\u{1}garbage}{".utf8)) }
    let rpc = NodeRPC(
      options.release,
      faults: faults,
      nowMS: nowMS,
      startedMS: startedMS,
      elections: elections
    )
    let (tree, effect) = rpc.answer(body, &ledger)
    switch effect {
    case .startElection(let hash): startVote(on: hash, options.confirmMS)
    case .announceAgain(let hash): announce(hash, .activeConfirmationHeight, isRecorded: true)
    case .arrived(let hash): arrived(hash, options.confirmMS)
    case nil: break
    }
    return ToyNode.reply(tree.bytes)
  }

  /// A node's headers: every connection ends with its answer.
  static func reply(_ body: [UInt8]) -> PlainHTTPReply {
    PlainHTTPReply(
      .ok,
      headers: [
        ("Content-Type", "application/json"), ("Allow", "POST, OPTIONS"), ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Language, Content-Type"),
      ],
      body: ByteBuffer(bytes: body),
      closes: true
    )
  }
}

// MARK: From block to confirmation

extension ToyNode {
  /// A block is in the ledger: tell those who listen for that, and have it voted on.
  func arrived(_ hash: Bytes32, _ confirmMS: Int) {
    guard let entry = ledger[hash] else { return }
    let saying = faults.distorted(Saying(entry, amount: ledger.amount(of: entry)), on: .webSocket)
    let message = speech.newBlock(saying, nowMS: nowMS).bytes
    for socket in sockets where socket.subscriptions.has(.newUnconfirmedBlock) { send(message, to: socket) }
    startVote(on: hash, confirmMS)
  }

  func startVote(on hash: Bytes32, _ confirmMS: Int) {
    guard voting[hash] == nil, ledger[hash]?.isConfirmed == false else { return }
    voting[hash] = nowMS
    notice(.startedElection, hash)
    if !faults.neverConfirm { planConfirmation(of: hash, confirmMS) }
  }

  private func planConfirmation(of hash: Bytes32, _ confirmMS: Int) {
    later(confirmMS) { node in
      guard !node.faults.neverConfirm, node.voting[hash] != nil else { return }
      _ = try? node.confirm(hash)
    }
  }

  /// Makes a block final, with what it rests on, and tells everyone.
  func confirm(_ hash: Bytes32) throws(ToyRefusal) {
    let final = try ledger.confirm(hash)
    for other in final {
      let way: Way = other == hash ? .activeQuorum : voting[other] != nil ? .activeConfirmationHeight : .inactive
      announce(other, way, isRecorded: way != .inactive)
      if voting.removeValue(forKey: other) != nil { notice(.stoppedElection, other) }
    }
  }

  /// The network has chosen the side of a fork that was not shown.
  func settleFork(on rival: Bytes32, _ confirmMS: Int) throws(ToyRefusal) {
    dropVotes(on: try ledger.switchFork(to: rival, nowMS: nowMS))
    arrived(rival, confirmMS)
  }

  /// A block was taken back: nothing is voted on that is no longer there.
  func dropVotes(on hashes: [Bytes32]) {
    for hash in hashes where voting.removeValue(forKey: hash) != nil { notice(.stoppedElection, hash) }
  }

  /// Tells of a final block, once more where it was told before.
  func announce(_ hash: Bytes32, _ way: Way, isRecorded: Bool) {
    guard let entry = ledger[hash] else { return }
    let saying = Saying(entry, amount: ledger.amount(of: entry))
    let election = election(on: hash)
    if isRecorded {
      elections.append(NodeRPC.EndedElection(hash, election))
      if elections.count > ToyNode.maxElections { elections.removeFirst(elections.count - ToyNode.maxElections) }
    }
    callBack(saying, way, entry)
    broadcast(saying, way, election)
  }

  private func election(on hash: Bytes32) -> Election {
    let weight = Amount(.max)
    let now = nowMS
    let began = voting[hash] ?? now
    var election = Election(durationMS: max(0, now - began), endedMS: now, tally: weight, final: weight)
    election.votes = [(ledger.genesisKey.account, weight, now)]
    return election
  }

  private func callBack(_ saying: Saying, _ way: Way, _ entry: ToyEntry) {
    guard let poster, way != .inactive || !options.release.speaksNano else { return }
    if options.release.callsBackLiveOnly {
      guard let arrived = entry.arrivedMS, nowMS - arrived < 300_000 else { return }
    }
    let body = speech.callback(faults.distorted(saying, on: .callback)).bytes
    deliver(isCallback: true) { node in
      if !poster.post(body) { node.counts.callbacksDropped += 1 }
    }
  }

  /// As in a real node, what one client asked for shapes what others get: the extras of all messages with a block are
  /// those of the first client that is subscribed with blocks, and of those without it likewise.
  private func broadcast(_ saying: Saying, _ way: Way, _ election: Election) {
    let told = faults.distorted(saying, on: .webSocket)
    var made: [Bool: [UInt8]] = [:]
    for socket in sockets {
      guard let shape = socket.subscriptions.shape else { continue }
      let message =
        made[shape.block] ?? speech.confirmation(told, way, election, shape: shape, nowMS: nowMS).bytes
      made[shape.block] = message
      if socket.subscriptions.wants(saying, way, isLocal: { ledger.key(of: $0) != nil }) { send(message, to: socket) }
    }
  }

  private func notice(_ topic: NodeSubscriptions.Topic, _ hash: Bytes32) {
    let message = speech.electionNotice(topic.rawValue, hash, nowMS: nowMS).bytes
    for socket in sockets where socket.subscriptions.has(topic) { send(message, to: socket) }
  }
}

// MARK: Clients and deliveries

extension ToyNode {
  /// Whether the WebSocket says anything at all.
  var isMute: Bool { isMuted(faults) }

  private func isMuted(_ faults: NanoFaults) -> Bool { faults.silent || faults.webSocketDead }

  var socketCount: Int { sockets.count }
  var heldRequests: Int { held.count }

  func add(_ socket: NodeSocket) { sockets.append(socket) }

  func remove(_ socket: NodeSocket) { sockets.removeAll { $0 === socket } }

  private func send(_ message: [UInt8], to socket: NodeSocket) {
    deliver(isCallback: false) { [weak socket] node in
      guard !node.isMute, let socket else { return }
      node.counts.messagesSent += 1
      socket.send(message)
    }
  }

  /// Hands something on, unless chance and the faults will otherwise.
  private func deliver(isCallback: Bool, _ act: @escaping (ToyNode) -> Void) {
    let isLost = chance.happens(percent: isCallback ? faults.dropCallbacks : faults.dropMessages)
    let isDoubled = chance.happens(percent: faults.duplicate)
    for _ in 0..<(isDoubled ? 2 : 1) {
      let heldBack = Int(chance.next() % UInt64(faults.reorderMS + 1))
      let delay = faults.lateMS + heldBack
      guard !isLost, waiting < options.maxWaiting else {
        if isCallback { counts.callbacksDropped += 1 } else { counts.messagesDropped += 1 }
        continue
      }
      if delay == 0 { act(self) } else { later(delay, act) }
    }
  }

  /// Does something later, unless the node is restarted before.
  func later(_ delayMS: Int, _ act: @escaping (ToyNode) -> Void) {
    waiting += 1
    let life = life
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(delayMS))) { [weak self] in
      guard let self, self.life == life else { return }
      waiting -= 1
      act(self)
    }
  }
}
