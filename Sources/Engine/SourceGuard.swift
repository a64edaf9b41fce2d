package import Coinslot
package import Logging

/// Knows the node we talk to: another one is not believed until the operator accepts it.
///
/// ## On failure
/// What is known stands in the ledger, so a node swapped while the server was away is noticed at the next start.
package struct SourceGuard: Sendable {
  private let network: any PaymentNetwork
  private let ledger: any Ledger
  private let obstacles: Obstacles
  private let log: Logger

  /// A guard of one network's node.
  package init(network: any PaymentNetwork, ledger: any Ledger, obstacles: Obstacles, log: Logger) {
    self.network = network
    self.ledger = ledger
    self.obstacles = obstacles
    self.log = log
  }

  private var setting: String { "source.\(network.chain)" }
  private var cause: Obstacles.Cause { .source(network.chain) }

  /// Whether the node is the one we know; the first one ever met is.
  ///
  /// - Throws: `VerificationFailure.unavailable` where the node does not answer, and what the ledger throws.
  package func isKnown() async throws -> Bool {
    let now = try await network.identity()
    guard let kept = try await ledger.setting(setting) else {
      try await ledger.keep(setting: setting, now)
      return true
    }
    guard network.isSameNode(kept, now) else {
      stop("the node is not the one it was; if that is right: coinslot source accept \(network.chain)")
      return false
    }
    // A node that now tells more of itself is known better from here on.
    if now.utf8.count > kept.utf8.count { try await ledger.keep(setting: setting, now) }
    obstacles[cause] = nil
    return true
  }

  /// The node we know, nil before the first, and the one that answers now.
  ///
  /// - Throws: as `isKnown`.
  package func look() async throws -> (kept: String?, now: String, isSame: Bool) {
    let now = try await network.identity()
    let kept = try await ledger.setting(setting)
    return (kept, now, kept.map { network.isSameNode($0, now) } ?? true)
  }

  /// Takes the node that answers now for the right one; gives its name.
  ///
  /// - Throws: as `isKnown`.
  package func accept(_ audit: AuditLine) async throws -> String {
    let now = try await network.identity()
    try await ledger.keep(setting: setting, now, audit: audit)
    obstacles[cause] = nil
    log.notice("node accepted", metadata: ["source": "\(network.chain)"])
    return now
  }

  private func stop(_ words: String) {
    if obstacles[cause] == nil {
      log.critical("another node; nothing it says is believed", metadata: ["source": "\(network.chain)"])
    }
    obstacles[cause] = words
  }
}
