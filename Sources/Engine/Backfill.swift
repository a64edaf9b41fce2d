package import Coinslot
package import Logging
import Synchronization

/// Finds every payment that no hint told of: on start, whenever a source was away, and every minute.
///
/// It takes an account's start mark before anything can be sold there, and moves an account's cursor only after every
/// payment before it is in the ledger.
package final class Backfill: Sendable {
  /// How often everything is re-read, milliseconds.
  package static let everyMS: Int64 = 60_000
  /// How often accounts of quotes that nobody holds just now are re-read, milliseconds.
  package static let idleEveryMS: Int64 = 3_600_000
  static let concurrency = 8

  private let network: any PaymentNetwork
  private let ledger: any Ledger
  private let counter: Counter
  private let marks: Marks
  private let shop: Shop
  private let source: SourceGuard
  private let clock: any Clock
  private let log: Logger
  private let bell = Bell()
  private let gapsTold = Mutex<Set<String>>([])
  private let found = Mutex(0)

  /// A re-reader of one network.
  package init(
    network: any PaymentNetwork,
    ledger: any Ledger,
    counter: Counter,
    marks: Marks,
    shop: Shop,
    source: SourceGuard,
    clock: any Clock,
    log: Logger
  ) {
    self.source = source
    self.network = network
    self.ledger = ledger
    self.counter = counter
    self.marks = marks
    self.shop = shop
    self.clock = clock
    var log = log
    log[metadataKey: "source"] = "\(network.chain)"
    self.log = log
  }

  /// The network it reads.
  package var chain: Chain { network.chain }
  /// How long ago everything was read to its end, milliseconds; nil where it never was.
  package var lagMS: Int64? {
    counter.freshness.caughtUpAtMS(network.chain).map { max(0, clock.nowMS - $0) }
  }
  /// Payments recorded that no hint had told of, since the start.
  package var recovered: Int { found.withLock { $0 } }

  /// Reads anew as soon as possible.
  package func hurry() { bell.ring() }

  /// Works until cancelled: a round at once, then every minute and whenever hurried; sooner after a failed round.
  package func run() async {
    await recall()
    var idleDueMS = Int64.min
    var pauseMS: Int64 = 1_000
    while !Task.isCancelled {
      let rings = bell.rings
      let everyone = clock.nowMS >= idleDueMS
      let isComplete = await round(everyone: everyone)
      await note(isComplete: isComplete)
      if isComplete, everyone { idleDueMS = clock.nowMS + Self.idleEveryMS }
      pauseMS = isComplete ? Self.everyMS : min(pauseMS == Self.everyMS ? 1_000 : pauseMS * 2, Self.everyMS)
      await bell.wait(past: rings, atMost: pauseMS, by: clock)
    }
  }

  /// Re-reads once; true where every account was read to its end and recorded.
  ///
  /// `everyone` includes the accounts of quotes that nobody holds just now.
  @discardableResult
  package func round(everyone: Bool = true) async -> Bool {
    let watched = shop.book.watched.filter { $0.key.chain == network.chain }
    await network.watch(watched)
    do {
      let genesis = try await network.genesis()
      guard try await source.isKnown() else { return false }
      var accounts = watched
      if !everyone {
        let owned = Set(try await ledger.ownedAccounts())
        let shared = shop.book.sharedAccounts
        accounts = watched.filter { shared.contains($0.key) || owned.contains($0.key) || marks[$0.key] == nil }
      }
      return await withTaskGroup(of: Bool.self) { group in
        var isComplete = true
        var waiting = accounts.makeIterator()
        for _ in 0..<Self.concurrency {
          guard let (account, least) = waiting.next() else { break }
          group.addTask { await self.read(account, least: least, genesis: genesis) }
        }
        while let done = await group.next() {
          isComplete = isComplete && done
          if let (account, least) = waiting.next() {
            group.addTask { await self.read(account, least: least, genesis: genesis) }
          }
        }
        return isComplete
      }
    } catch {
      log.debug("node cannot be asked", metadata: ["error": "\(error)"])
      return false
    }
  }

  /// When all was last well, as the ledger has it; one that was put back from a backup since doubts everything.
  private func recall() async {
    do {
      let kept = try await ledger.setting(setting).flatMap { Int64($0) }
      if let kept { counter.freshness.catchUp(network.chain, atMS: kept) }
      if let restoredAtMS = try await ledger.restoredAtMS(), restoredAtMS > kept ?? 0 {
        counter.freshness.doubt(network.chain)
      }
    } catch {
      counter.freshness.doubt(network.chain)
      log.error("ledger could not be read", metadata: ["error": "\(error)"])
    }
  }

  private func note(isComplete: Bool) async {
    if network.mayStampLate {
      counter.freshness.doubt(network.chain)
    } else if isComplete {
      counter.freshness.catchUp(network.chain, atMS: clock.nowMS)
      try? await ledger.keep(setting: setting, "\(clock.nowMS)")
    }
  }

  private var setting: String { "caught_up.\(network.chain)" }

  private func read(_ account: Account, least: Amount, genesis: String) async -> Bool {
    do {
      let mark = try await mark(of: account, least: least, genesis: genesis)
      let cursor = try await ledger.cursor(of: account, genesis: genesis) ?? mark.cursor
      let reread = try await network.reread(account, from: cursor, least: least)
      tell(reread.gaps, of: account)
      let known = try await ledger.known(among: reread.sightings.map(\.id))
      var isComplete = true
      for sighting in reread.sightings where !known.contains(sighting.id) {
        log.info("payment found by re-reading", metadata: ["payment.id": "\(sighting.id)"])
        switch await counter.examine(sighting) {
        case .recorded: found.withLock { $0 += 1 }
        case .refused: break
        case .later: isComplete = false
        }
      }
      if isComplete, reread.next != cursor { try await ledger.keep(reread.next, of: account, genesis: genesis) }
      return isComplete
    } catch {
      log.debug("account could not be re-read", metadata: ["payment.account": "\(account)", "error": "\(error)"])
      return false
    }
  }

  /// The account's start mark, taken now where it has none: what lies there already is recorded before the mark is
  /// kept, so a crash between the two only takes the mark again.
  private func mark(of account: Account, least: Amount, genesis: String) async throws -> StartMark {
    if let mark = marks[account], mark.genesis == genesis { return mark }
    if let mark = try await ledger.mark(of: account, genesis: genesis) {
      marks.set(mark)
      return mark
    }
    let new = try await network.mark(account, least: least)
    for payment in new.before {
      guard await counter.record(Verified(payment, isBeforeStart: true), log: log) == .recorded else {
        throw VerificationFailure.unavailable("what lay there before could not be recorded")
      }
    }
    let mark = try await ledger.keep(new.mark)
    marks.set(mark)
    log.notice(
      "account is watched from now on",
      metadata: ["payment.account": "\(account)", "payments.before": "\(new.before.count)"]
    )
    return mark
  }

  /// Says each gap once.
  private func tell(_ gaps: [String], of account: Account) {
    for gap in gaps where gapsTold.withLock({ $0.count < 1_000 && $0.insert("\(account) \(gap)").inserted }) {
      log.warning("payments may be missing", metadata: ["payment.account": "\(account)", "reason": "\(gap)"])
    }
  }
}
