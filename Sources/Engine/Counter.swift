package import Coinslot
package import Logging

/// Looks at one hint: verifies it with the network, lets the slots decide inside the ledger's transaction, and hands
/// the work on.
package struct Counter: Sendable {
  /// What became of a hint.
  package enum Result: Hashable, Sendable {
    /// It is in the ledger, now or since before.
    case recorded
    /// It is no payment of ours.
    case refused
    /// Perhaps later.
    case later
  }

  let ledger: any Ledger
  let networks: [Chain: any PaymentNetwork]
  let marks: Marks
  let obstacles: Obstacles
  let shop: Shop
  let clock: any Clock
  let session: @Sendable (DeviceID) -> SessionEpoch?
  let personsKeptMS: Int64
  let freshness: Freshness
  let handOver: @Sendable (Dispatch) async -> Void
  let log: Logger

  /// A counter; `handOver` gets each piece of work that was committed.
  package init(
    ledger: any Ledger,
    networks: [Chain: any PaymentNetwork],
    marks: Marks,
    obstacles: Obstacles,
    shop: Shop,
    clock: any Clock,
    session: @escaping @Sendable (DeviceID) -> SessionEpoch?,
    personsKeptMS: Int64 = PersonRecord.keptMS,
    freshness: Freshness = Freshness(),
    handOver: @escaping @Sendable (Dispatch) async -> Void,
    log: Logger
  ) {
    self.personsKeptMS = personsKeptMS
    self.freshness = freshness
    self.ledger = ledger
    self.networks = networks
    self.marks = marks
    self.obstacles = obstacles
    self.shop = shop
    self.clock = clock
    self.session = session
    self.handOver = handOver
    self.log = log
  }

  /// Verifies and records.
  package func examine(_ sighting: Sighting) async -> Result {
    guard let network = networks[sighting.id.chain] else { return .refused }
    // Without a start mark nobody can tell whether the payment is older than our watching: wait for the mark.
    guard let mark = marks[sighting.account], obstacles.againstRecording(on: sighting.id.chain) == nil else {
      return .later
    }
    if network.mayStampLate { freshness.doubt(network.chain) }
    // Nothing counts as made after it was heard of; in doubt it counts as heard of when all was last well.
    let heardAtMS = min(sighting.heardAtMS, freshness.bound(network.chain) ?? .max)
    let sighting = Sighting(id: sighting.id, account: sighting.account, heardAtMS: heardAtMS)
    var log = log
    log[metadataKey: "payment.id"] = "\(sighting.id)"
    do {
      if try await ledger.known(among: [sighting.id]).contains(sighting.id) { return .recorded }
      return await record(try await network.verify(sighting, since: mark), log: log)
    } catch let failure as VerificationFailure {
      return result(of: failure, log: log)
    } catch {
      log.error("ledger could not be read", metadata: ["error": "\(error)"])
      return .later
    }
  }

  /// Records what was verified already.
  func record(_ verified: Verified, log: Logger) async -> Result {
    let book = shop.book
    let now = clock.nowMS
    let request = AdmissionRequest(verified: verified, nowMS: now, personsKeptMS: personsKeptMS, session: session) {
      verified,
      view in
      try book.decide(on: verified, nowMS: now, view: view)
    }
    do {
      switch try await ledger.admit(request) {
      case .recorded(let standing, let sale, let dispatch):
        log.notice(
          "payment recorded",
          metadata: [
            "payment.amount": "\(verified.payment.amount)", "payment.account": "\(verified.payment.account)",
            "payment.standing": "\(standing.rawValue)", "sale.id": "\(sale?.id.rawValue ?? "-")",
            "sale.reason": "\(sale?.reason ?? "-")", "dispatch.id": "\(dispatch?.id.rawValue ?? "-")",
          ]
        )
        if let dispatch { await handOver(dispatch) }
      case .duplicate: log.debug("payment known already")
      case .contradicts:
        log.critical("payment contradicts the record of the same payment; nothing was changed")
      }
      return .recorded
    } catch {
      log.error("payment could not be recorded; it will be found again", metadata: ["error": "\(error)"])
      return .later
    }
  }

  private func result(of failure: VerificationFailure, log: Logger) -> Result {
    switch failure {
    case .refused(let why):
      log.debug("hint refused", metadata: ["reason": "\(why)"])
      return .refused
    case .notYet(let why):
      log.debug("payment not final yet", metadata: ["reason": "\(why)"])
      return .later
    case .unavailable(let why):
      log.debug("node cannot answer yet", metadata: ["reason": "\(why)"])
      return .later
    case .contradiction(let why):
      log.critical("node and block contradict each other; not recorded", metadata: ["reason": "\(why)"])
      // A better answer may come: the re-read must not pass it by.
      return .later
    }
  }
}
