import Coinslot
import Engine
import Foundation
import Lightning
import Primitives
import Simulators
import Synchronization
import TestKit
import Testing

/// The process dies between any two of its steps, again and again; every payment is recorded once, and the horn never
/// sounds more often than it was paid for.
///
/// `COINSLOT_TOWNS=n` says how many towns are tried.
@Suite(.timeLimit(.minutes(10))) struct ExactlyOnceTests {
  static let towns = UInt64(ProcessInfo.processInfo.environment["COINSLOT_TOWNS"] ?? "") ?? 40
  static let lives = 6

  @Test(arguments: 1...towns) func nothingIsLostAndNothingHonksTwice(_ seed: UInt64) async throws {
    let chance = Mutex(SeededRandom(seed: seed))
    func pick(_ range: ClosedRange<Int>) -> Int { chance.withLock { Int.random(in: range, using: &$0) } }
    let toy = try await LightningSimulator.start(LightningSimulatorOptions())
    let disk = MemoryDisk(), wallet = Wallet()
    var horn = Horn()
    var deaths = 0
    for life in 0...Self.lives {
      let death = Death(), isLast = life == Self.lives
      let socket = CoreLightningSocket(path: toy.socketPath)
      horn = Horn(of: horn) { await death.step() }
      let town = try await LightningTown(
        over: disk,
        node: MortalNode(node: CoreLightningNode(socket), death: death),
        horn: horn,
        hooks: death.hooks,
        seed: seed << 8 | UInt64(life)
      )
      if !isLast { death.come(after: pick(5...260)) }
      let wishes = isLast ? 0 : pick(1...3)
      try await town.running { () async throws -> Void in
        await withTaskGroup(of: Void.self) { group in
          group.addTask { await death.wait() }
          group.addTask {
            _ = try? await eventually { try await town.isOpen }
            for number in 0..<wishes {
              let name = "payer-\(life)-\(number)"
              guard let invoice = try? await town.invoice(by: name)?.request, !Task.isCancelled else { continue }
              // The payer's wallet lives on whatever dies here.
              guard let decoded = try? Bolt11Invoice(invoice), (try? await toy.pay(invoice)) != nil else { continue }
              wallet.paid(Hex.encode(decoded.paymentHash.bytes))
            }
            let count = wallet.hashes.count
            _ = try? await eventually(within: isLast ? 20 : 3) { try await Self.isQuiet(town, payments: count) }
          }
          await group.next()
          group.cancelAll()
        }
      }
      if death.isDead { deaths += 1 }
      await socket.close()
      guard isLast else { continue }
      let wanted = wallet.hashes
      let recorded = try await town.payments()
      #expect(recorded.count == wanted.count && Set(recorded.map(\.payment.id.transaction)) == wanted, "seed \(seed)")
      var done = 0
      for record in recorded {
        let sale = try #require(record.sale)
        let outcome = try await town.ledger.sale(sale)?.outcome
        #expect(outcome != nil, "seed \(seed): a sale without an end")
        if outcome == .done { done += 1 }
      }
      let deeds = horn.deeds
      #expect(deeds.count <= wanted.count, "seed \(seed): more honks than payments")
      #expect(Set(deeds.map(\.id)).count == deeds.count, "seed \(seed): a deed was done twice")
      #expect(done <= deeds.count, "seed \(seed): called done without a honk")
      print(
        "town \(seed): \(deaths) deaths, \(wanted.count) paid, \(recorded.count) recorded, \(deeds.count) honks,",
        "\(done) done"
      )
    }
    await toy.stop()
  }

  /// What the payers paid, whatever became of the shop.
  private final class Wallet: Sendable {
    private let list = Mutex<Set<String>>([])
    var hashes: Set<String> { list.withLock { $0 } }
    func paid(_ hash: String) { list.withLock { _ = $0.insert(hash) } }
  }

  private static func isQuiet(_ town: LightningTown, payments: Int) async throws -> Bool {
    let recorded = try await town.payments()
    guard recorded.count == payments else { return false }
    for record in recorded {
      guard let sale = record.sale, try await town.ledger.sale(sale)?.outcome != nil else { return false }
    }
    return true
  }
}
