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
  private let log: Logger
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
    verifier = NanoVerifier(chain: config.chain, rpc: rpc)
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

  package func account(_ text: String) throws(AddressRefusal) -> Account {
    let key: Bytes32
    do { key = try NanoAddress.decode(text) } catch { throw AddressRefusal(reason: Self.words(for: error)) }
    guard key != NanoFacts.burnKey else { throw AddressRefusal(reason: "this is the burn account; nobody owns it") }
    return Account(chain: chain, canonical: NanoAddress.encode(key))
  }

  package func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String {
    guard let key = try? NanoAddress.decode(account.address) else { return "nano:\(account.address)" }
    return PaymentURI(account: key, amount: amount, label: label, message: message).text
  }

  package func watch(_ accounts: [Account: Amount]) async {
    var keys: [Bytes32: Account] = [:]
    for account in accounts.keys {
      if let key = try? NanoAddress.decode(account.address) { keys[key] = account }
    }
    watchSet.setAccounts(keys)
  }

  package func listen(into inbox: any SightingInbox) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.condition.watch() }
      if let stream {
        group.addTask { await stream.run(into: inbox) { self.watchers.withLock { $0 }?.tell($0) } }
      }
    }
  }

  package func genesis() async throws(VerificationFailure) -> String { try await condition.genesis() }

  package func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    do {
      return try await verifier.verify(sighting, key: try key(of: sighting.account), since: mark)
    } catch {
      if case .notYet = error { await nudge(sighting) }
      throw error
    }
  }

  package func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    let genesis = try await condition.genesis()
    return try await catchUp.mark(account, key: try key(of: account), genesis: genesis, least: least)
  }

  package func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure)
    -> Reread
  {
    try await catchUp.reread(account, key: try key(of: account), from: cursor, least: least)
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

  private static func words(for refusal: Refusal) -> String {
    switch refusal {
    case .badPrefix: "a Nano account begins with nano_"
    case .short, .long: "a Nano account has 60 characters after nano_"
    case .badChecksum: "a character is wrong: the checksum does not fit"
    case .badCharacter: "a Nano account has only digits and lower-case letters, without 0, 2, l and v"
    default: "not a Nano account"
    }
  }
}
