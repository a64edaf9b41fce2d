package import AsyncHTTPClient
package import Coinslot
package import Logging
import Primitives
import Synchronization

/// Nano, seen through our own node: the one door of this slice.
package final class NanoNetwork: PaymentNetwork, Sendable {
  package let chain: Chain
  package let asset = Asset.nano

  let hearing: Hearing
  private let watchSet: WatchSet
  private let condition: NodeCondition
  private let verifier: NanoVerifier
  private let catchUp: NanoCatchUp
  private let stream: NanoStream?
  private let rpc: NanoRPC
  private let clock: any Clock
  let log: Logger
  private let untold = UntoldPayments()
  /// Blocks whose confirmation we asked the network for, so that each is asked for once.
  private let nudged = Mutex<Set<PaymentID>>([])
  private let watchers = Mutex<(any WatcherFeed)?>(nil)

  /// A network as configured.
  package init(_ config: NanoConfig, client: HTTPClient, clock: any Clock, log: Logger) {
    var log = log
    log[metadataKey: "source"] = "\(config.chain)"
    chain = config.chain
    self.log = log
    self.clock = clock
    let watchSet = WatchSet(), hearing = Hearing(chain: config.chain, watchSet: watchSet)
    self.watchSet = watchSet
    self.hearing = hearing
    rpc = NanoRPC(url: config.rpc, client: client)
    verifier = NanoVerifier(chain: config.chain, rpc: rpc, untold: untold)
    catchUp = NanoCatchUp(chain: config.chain, rpc: rpc, verifier: verifier, clock: clock)
    let condition = NodeCondition(
      rpc: rpc,
      expected: config.genesis,
      feed: config.webSocket == nil ? nil : "the node's notices do not reach us yet"
    )
    self.condition = condition
    stream = config.webSocket.map { endpoint in
      NanoStream(endpoint: endpoint, hearing: hearing, condition: condition, clock: clock, log: log)
    }
  }

  /// Where transfers heard on the node's own socket are told to watchers.
  package func tellWatchers(_ feed: any WatcherFeed) { watchers.withLock { $0 = feed } }

  package var health: SourceHealth { condition.health }
  package var mayStampLate: Bool { condition.isAwayOrBehind }

  package func account(_ text: String) throws(AddressRefusal) -> Account { try Self.account(text, on: chain) }

  package func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String {
    guard let key = try? NanoAddress.decode(account.address) else { return "nano:\(account.address)" }
    return PaymentURI(account: key, amount: amount, label: label, message: message).text
  }

  package func watch(_ accounts: [Account: Amount]) async {
    var keys: [Bytes32: (account: Account, least: Amount)] = [:]
    for (account, least) in accounts {
      if let key = try? NanoAddress.decode(account.address) { keys[key] = (account, least) }
    }
    watchSet.setAccounts(keys, nowMS: clock.nowMS)
  }

  package func listen(into inbox: any SightingInbox) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.condition.watch() }
      if let stream {
        group.addTask { await stream.run(into: inbox) { self.watchers.withLock { $0 }?.tell($0) } }
      }
    }
  }

  package func genesis() async throws(VerificationFailure) -> String {
    try await condition.genesis().hex(uppercase: true)
  }

  /// Which node we talk to: what `NodeIdentity` reads and compares.
  ///
  /// - Throws: `.unavailable` where the node does not answer or is on a wrong network.
  package func identity() async throws(VerificationFailure) -> String { try await condition.identity().text }
  package func isSameNode(_ kept: String, _ now: String) -> Bool {
    guard let kept = NodeIdentity(kept), let now = NodeIdentity(now) else { return false }
    // One that used to tell its key and tells none now may be anybody.
    return kept.mayBe(now) && (kept.nodeID == nil || now.nodeID != nil)
  }

  package func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    let key = try key(of: sighting.account)
    guard try await genesis() == mark.genesis else {
      throw .unavailable("wrong network: watching the account began on another network than the node is on")
    }
    let verified: Verified
    do {
      verified = try await verifier.verify(sighting, key: key, since: mark)
    } catch {
      if case .notYet = error { await nudge(sighting) }
      throw error
    }
    if watchSet.isDust(verified.payment.amount, for: key, atMS: clock.nowMS) {
      throw .refused("it is less than the least amount that the account's slots hear of")
    }
    return verified
  }

  package func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    let genesis = try await genesis()
    return try await catchUp.mark(account, key: try key(of: account), genesis: genesis, least: least)
  }

  package func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure)
    -> Reread
  {
    let key = try key(of: account)
    let heard = watchSet.least(key, atMS: clock.nowMS) ?? least
    let reread = try await catchUp.reread(account, key: key, from: cursor, least: min(least, heard))
    // What another network's node said of the account must not move its place.
    _ = try await genesis()
    return reread
  }

  /// Every payment to an account that the node knows of and that came after a place, with the amounts the node tells,
  /// page by page and without end: to compare the books with.
  ///
  /// - Throws: `.refused` for what is no account of this network.
  package func statement(of account: Account, from cursor: Cursor) throws(VerificationFailure) -> NanoStatement {
    catchUp.statement(try key(of: account), from: cursor, least: Amount(1), limit: 1_000_000)
  }

  package func statement(
    of account: Account,
    from cursor: Cursor,
    _ page: ([StatementLine]) async throws -> Void
  ) async throws -> [String] {
    var statement = try statement(of: account, from: cursor)
    while let lines = try await statement.next() {
      var rest = lines.map { line in
        StatementLine(
          id: PaymentID(chain: chain, transaction: line.hash.hex(uppercase: true)),
          amount: line.amount
        )
      }[...]
      while !rest.isEmpty {
        try await page(Array(rest.prefix(StatementLine.most)))
        rest = rest.dropFirst(StatementLine.most)
      }
    }
    // What another network's node said of the account is nothing to compare with.
    _ = try await genesis()
    return statement.gaps
  }

  private func key(of account: Account) throws(VerificationFailure) -> Bytes32 {
    do {
      return try NanoAddress.decode(account.address)
    } catch {
      throw .refused("not a Nano account")
    }
  }

  /// Asks the network, once, to vote on a block that is still open five seconds after we heard of it.
  private func nudge(_ sighting: Sighting) async {
    guard clock.nowMS - sighting.heardAtMS >= 5_000, let hash = try? Hex.decode(sighting.id.transaction),
      let hash = Bytes32(hash)
    else { return }
    let isNew = nudged.withLock { nudged in
      if nudged.count >= 10_000 { nudged.removeAll() }
      return nudged.insert(sighting.id).inserted
    }
    guard isNew else { return }
    do {
      _ = try await rpc.ask(BlockConfirm(hash: hash))
    } catch {
      log.debug("node did not begin a vote", metadata: ["payment.id": "\(sighting.id)", "reason": "\(error.words)"])
    }
  }
}
