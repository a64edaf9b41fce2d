import AsyncHTTPClient
import Coinslot
import Logging
import Nano
import Primitives
import Simulators
import Sockets
import Synchronization
import TestKit
import Testing

/// The slice against a toy node that speaks a real node's interfaces, well and badly.
@Suite(.serialized, .timeLimit(.minutes(3))) struct NanoNetworkTests {
  /// Hints as they come.
  final class Inbox: SightingInbox, Sendable {
    private let state = Mutex<(heard: [Sighting], missed: Int)>(([], 0))
    var heard: [Sighting] { state.withLock { $0.heard } }
    var missed: Int { state.withLock { $0.missed } }
    func hear(_ sighting: Sighting) -> Hearing {
      state.withLock { $0.heard.append(sighting) }
      return .queued
    }
    func missedSome(of chain: Chain) { state.withLock { $0.missed += 1 } }
  }

  static let price = Asset.nano.one

  func network(_ sim: NanoSimulator, chain: Chain = .nanoSim) throws -> NanoNetwork {
    let webSocket = try sim.webSocketURL.map { try Endpoint(parsing: $0) }
    return NanoNetwork(
      NanoConfig(chain: chain, rpc: sim.rpcURL, webSocket: webSocket),
      client: .shared,
      clock: TestClock(1_790_000_000_000),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
  }

  func with(
    _ body: (NanoSimulator, NanoNetwork, ToyKey, Account) async throws -> Void
  ) async throws {
    let sim = try await NanoSimulator.start()
    let network = try network(sim)
    let shop = try #require(sim.accounts.last)
    let account = try network.account(shop.address)
    do {
      try await body(sim, network, shop, account)
    } catch {
      await sim.stop()
      throw error
    }
    await sim.stop()
  }

  func pay(_ sim: NanoSimulator, _ shop: ToyKey, _ units: UInt64 = 1) async throws -> Sighting {
    let hash = try await sim.pay(to: shop.account, Amount(Self.price.units * UInt128(units)), from: 0)
    try await Task.sleep(for: .milliseconds(400))
    let id = PaymentID(chain: .nanoSim, transaction: hash.hex(uppercase: true))
    return Sighting(id: id, account: Account(chain: .nanoSim, canonical: shop.address), heardAtMS: 1_790_000_000_000)
  }

  func failure(_ body: () async throws(VerificationFailure) -> Verified) async -> VerificationFailure? {
    do {
      _ = try await body()
      return nil
    } catch {
      return error
    }
  }

  @Test func aConfirmedSendIsAPaymentWithPayerAndAmount() async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      let verified = try await network.verify(try await pay(sim, shop, 3), since: mark)
      #expect(verified.payment.amount == Amount(Self.price.units * 3))
      #expect(verified.payment.payer == sim.accounts[0].address)
      #expect(!verified.isBeforeStart)
    }
  }

  @Test func whatLayThereBeforeIsToldWithTheMark() async throws {
    try await with { sim, network, shop, account in
      let old = try await pay(sim, shop)
      let new = try await network.mark(account, least: Self.price)
      #expect(new.before.map(\.id) == [old.id])
      let again = try await network.reread(account, from: new.mark.cursor, least: Self.price)
      #expect(again.sightings.map(\.id) == [old.id])
    }
  }

  @Test func whatWasPocketedBeforeTheMarkIsOlderThanWatching() async throws {
    try await with { sim, network, shop, account in
      let old = try await pay(sim, shop)
      try await sim.pocket(sim.accounts.count - 1)
      try await Task.sleep(for: .milliseconds(400))
      let new = try await network.mark(account, least: Self.price)
      #expect(new.before.isEmpty)
      #expect(try await network.verify(old, since: new.mark).isBeforeStart)
    }
  }

  @Test func pocketedPaymentsAreFoundOnceAndTheCursorMoves() async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      let paid = try await pay(sim, shop, 2)
      try await sim.pocket(sim.accounts.count - 1)
      try await Task.sleep(for: .milliseconds(400))
      let found = try await network.reread(account, from: mark.cursor, least: Self.price)
      #expect(found.sightings.map(\.id) == [paid.id] && found.next != mark.cursor && found.gaps.isEmpty)
      #expect(try await network.verify(paid, since: mark).payment.amount == Amount(Self.price.units * 2))
      #expect(try await network.reread(account, from: found.next, least: Self.price).sightings.isEmpty)
    }
  }

  @Test func dustBelowTheMinimumIsNotListed() async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      _ = try await sim.pay(to: shop.account, Amount(5), from: 0)
      try await Task.sleep(for: .milliseconds(400))
      #expect(try await network.reread(account, from: mark.cursor, least: Self.price).sightings.isEmpty)
    }
  }

  @Test func theUnconfirmedWaits() async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      try await sim.change { $0.neverConfirm = true }
      let paid = try await pay(sim, shop)
      guard
        case .notYet = await failure({ () async throws(VerificationFailure) in
          try await network.verify(paid, since: mark)
        })
      else { Issue.record("taken"); return }
    }
  }

  @Test(arguments: [
    { @Sendable (faults: inout NanoFaults) in faults.wrongAmount = .rpc },
    { @Sendable (faults: inout NanoFaults) in faults.wrongSignature = .rpc },
  ])
  func aLyingNodeIsAContradiction(_ lie: @escaping @Sendable (inout NanoFaults) -> Void) async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      let paid = try await pay(sim, shop)
      try await sim.change(lie)
      guard
        case .contradiction = await failure({ () async throws(VerificationFailure) in
          try await network.verify(paid, since: mark)
        })
      else { Issue.record("believed"); return }
    }
  }

  @Test func anotherAccountsPaymentIsRefused() async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      let hash = try await sim.pay(to: sim.accounts[1].account, Self.price, from: 0)
      try await Task.sleep(for: .milliseconds(400))
      let wrong = Sighting(
        id: PaymentID(chain: .nanoSim, transaction: hash.hex(uppercase: true)),
        account: account,
        heardAtMS: 0
      )
      guard
        case .refused = await failure({ () async throws(VerificationFailure) in
          try await network.verify(wrong, since: mark)
        })
      else { Issue.record("taken"); return }
    }
  }

  @Test(arguments: [
    { @Sendable (faults: inout NanoFaults) in faults.garbage = true },
    { @Sendable (faults: inout NanoFaults) in faults.halfReplies = true },
    { @Sendable (faults: inout NanoFaults) in faults.refuse = true },
  ])
  func aNodeThatCannotAnswerIsAskedAgainLater(_ fault: @escaping @Sendable (inout NanoFaults) -> Void) async throws {
    try await with { sim, network, shop, account in
      let mark = try await network.mark(account, least: Self.price).mark
      let paid = try await pay(sim, shop)
      try await sim.change(fault)
      guard
        case .unavailable = await failure({ () async throws(VerificationFailure) in
          try await network.verify(paid, since: mark)
        })
      else { Issue.record("answered"); return }
      try await sim.set(NanoFaults())
      #expect(try await network.verify(paid, since: mark).payment.id == paid.id)
    }
  }

  @Test func anotherNetworkIsNotBelieved() async throws {
    let sim = try await NanoSimulator.start()
    let live = try network(sim, chain: .nanoLive)
    await #expect(throws: VerificationFailure.self) { try await live.genesis() }
    #expect(live.health.trouble != nil)
    await sim.stop()
  }

  @Test func theSocketHearsReconnectsAndAsksForAReRead() async throws {
    try await with { sim, network, shop, account in
      await network.watch([account: Self.price])
      let inbox = Inbox()
      let listening = Task { await network.listen(into: inbox) }
      #expect(try await eventually { inbox.missed == 1 && network.health == .ok })
      let first = try await pay(sim, shop)
      #expect(try await eventually { inbox.heard.map(\.id) == [first.id] })
      try await sim.restart()
      #expect(try await eventually(within: 30) { inbox.missed == 2 })
      let second = try await pay(sim, shop)
      #expect(try await eventually { inbox.heard.map(\.id) == [first.id, second.id] })
      listening.cancel()
      await listening.value
    }
  }

  @Test func aDeadSocketIsADegradedSource() async throws {
    try await with { sim, network, shop, account in
      try await sim.change { $0.webSocketDead = true }
      let listening = Task { await network.listen(into: Inbox()) }
      try await Task.sleep(for: .seconds(3))
      #expect(network.health.trouble != nil)
      listening.cancel()
      await listening.value
    }
  }

  @Test func aNodeOutOfSyncIsADegradedSource() async throws {
    try await with { sim, network, shop, account in
      try await sim.change { $0.outOfSync = true }
      let listening = Task { await network.listen(into: Inbox()) }
      #expect(try await eventually { network.health.trouble?.contains("sync") == true })
      listening.cancel()
      await listening.value
    }
  }
}
