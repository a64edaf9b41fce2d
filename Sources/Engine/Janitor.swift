package import Coinslot
package import Logging

/// Keeps the house: ends quotes whose time is over, trims old events, tells when a source falls ill or recovers.
package struct Janitor: Sendable {
  /// How many events stay for those who resume the stream.
  package static let eventsKept = 10_000
  static let everyMS: Int64 = 2_000

  private let ledger: any Ledger
  private let networks: [Chain: any PaymentNetwork]
  private let clock: any Clock
  private let watch: ClockWatch
  private let log: Logger

  /// A janitor of these.
  package init(
    ledger: any Ledger,
    networks: [Chain: any PaymentNetwork],
    clock: any Clock,
    watch: ClockWatch,
    log: Logger
  ) {
    self.ledger = ledger
    self.networks = networks
    self.clock = clock
    self.watch = watch
    self.log = log
  }

  /// Works until cancelled.
  package func run() async {
    var health: [Chain: SourceHealth] = [:]
    var rounds = 0
    while !Task.isCancelled {
      do {
        for network in networks.values { try await compare(network, with: &health) }
        if rounds % 15 == 0, watch.mayOffer, clock.nowMS >= watch.quietUntilMS {
          while try await ledger.expireQuotes(nowMS: clock.nowMS) == Quote.sweep {}
        }
        if rounds % 450 == 0 { _ = try await ledger.trimEvents(keeping: Self.eventsKept) }
      } catch {
        log.error("housekeeping failed; it is tried again", metadata: ["error": "\(error)"])
      }
      rounds += 1
      await clock.pause(forMS: Self.everyMS)
    }
  }

  private func compare(_ network: any PaymentNetwork, with known: inout [Chain: SourceHealth]) async throws {
    let now = network.health
    guard known[network.chain] != now else { return }
    if let trouble = now.trouble {
      log.warning("source degraded", metadata: ["source": "\(network.chain)", "reason": "\(trouble)"])
      try await ledger.note(.sourceDegraded(network.chain, because: trouble), nowMS: clock.nowMS)
    } else {
      log.notice("source is well", metadata: ["source": "\(network.chain)"])
      try await ledger.note(.sourceRecovered(network.chain), nowMS: clock.nowMS)
    }
    known[network.chain] = now
  }
}
