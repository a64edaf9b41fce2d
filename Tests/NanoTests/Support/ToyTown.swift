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

/// A toy node, the slice that speaks with it, and a shop's account there.
struct ToyTown: Sendable {
  static let price = Asset.nano.one

  let sim: NanoSimulator
  let network: NanoNetwork
  let shop: ToyKey
  let account: Account
  let clock: TestClock
  let rpc: NanoRPC

  /// Runs something with a town and takes the town down.
  static func with(
    release: NodeRelease = .newest,
    nowMS: Int64 = 1_790_000_000_000,
    _ body: (ToyTown) async throws -> Void
  ) async throws {
    var options = NanoSimulatorOptions()
    options.release = release
    options.confirmMS = 20
    let sim = try await NanoSimulator.start(options)
    do {
      try await body(try ToyTown(sim, nowMS: nowMS))
    } catch {
      await sim.stop()
      throw error
    }
    await sim.stop()
  }

  private init(_ sim: NanoSimulator, nowMS: Int64) throws {
    self.sim = sim
    clock = TestClock(nowMS)
    network = NanoNetwork(
      NanoConfig(chain: .nanoSim, rpc: sim.rpcURL, webSocket: try sim.webSocketURL.map { try Endpoint(parsing: $0) }),
      client: .shared,
      clock: clock,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    rpc = NanoRPC(url: sim.rpcURL, client: .shared)
    shop = try #require(sim.accounts.last)
    account = try network.account(shop.address)
  }

  /// A final payment to the shop.
  func pay(_ amount: Amount = price, from payer: Int = 0) async throws -> Sighting {
    let hash = try await sim.pay(to: shop.account, amount, from: payer)
    try await untilFinal(hash)
    return sighting(hash)
  }

  /// Takes up what lies at the shop, finally.
  func pocket() async throws {
    for hash in try await sim.pocket(sim.accounts.count - 1) { try await untilFinal(hash) }
  }

  func sighting(_ hash: Bytes32) -> Sighting {
    Sighting(id: Self.id(hash), account: account, heardAtMS: clock.nowMS)
  }

  static func id(_ hash: Bytes32) -> PaymentID {
    PaymentID(chain: .nanoSim, transaction: hash.hex(uppercase: true))
  }

  /// What the node says of a block.
  func block(_ hash: Bytes32) async throws -> KnownBlock { try await rpc.ask(BlockInfo(hash: hash)) }

  private func untilFinal(_ hash: Bytes32) async throws {
    let rpc = rpc
    #expect(try await eventually { try await rpc.ask(BlockInfo(hash: hash)).isConfirmed })
  }

  /// How verification fails; nil where it does not.
  func failure(_ sighting: Sighting, since mark: StartMark) async -> VerificationFailure? {
    do {
      _ = try await network.verify(sighting, since: mark)
      return nil
    } catch {
      return error
    }
  }

  /// Runs something while the network listens into an inbox that has been told to read anew once.
  func listening(_ body: (Ears) async throws -> Void) async throws {
    let ears = Ears()
    network.tellWatchers(ears)
    let network = network
    let listening = Task { await network.listen(into: ears) }
    #expect(try await eventually { ears.missed == 1 })
    do {
      try await body(ears)
    } catch {
      listening.cancel()
      await listening.value
      throw error
    }
    listening.cancel()
    await listening.value
  }
}

/// Hints and transfers as they come.
final class Ears: SightingInbox, WatcherFeed, Sendable {
  private let state = Mutex<(heard: [PaymentID], told: [PaymentID], missed: Int)>(([], [], 0))
  var heard: [PaymentID] { state.withLock { $0.heard } }
  var told: [PaymentID] { state.withLock { $0.told } }
  var missed: Int { state.withLock { $0.missed } }
  func hear(_ sighting: Sighting) -> Hearing {
    state.withLock { $0.heard.append(sighting.id) }
    return .queued
  }
  func missedSome(of chain: Chain) { state.withLock { $0.missed += 1 } }
  func tell(_ transfer: HeardTransfer) { state.withLock { $0.told.append(transfer.sighting.id) } }
}
