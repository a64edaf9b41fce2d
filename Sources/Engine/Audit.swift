package import Coinslot

/// Checks that every unit is accounted for: received = sold + held + part + refund due + refunded + before start +
/// reverted, for each account, and against every payment its node lists since the account's start mark.
///
/// It reads only. What it holds of an account is bounded by `AuditComparison`, the answer by `AuditReport`.
package struct Audit: Sendable {
  /// Payments of one account that the ledger lacks and that are looked at closer; the rest are missing unlooked.
  static let looks = 1_000

  private let ledger: any Ledger
  private let networks: [Chain: any PaymentNetwork]
  private let sources: [Chain: SourceGuard]
  private let shop: Shop
  private let clock: any Clock

  /// An audit of all that these networks were paid.
  package init(
    ledger: any Ledger,
    networks: [Chain: any PaymentNetwork],
    sources: [Chain: SourceGuard],
    shop: Shop,
    clock: any Clock
  ) {
    self.ledger = ledger
    self.networks = networks
    self.sources = sources
    self.shop = shop
    self.clock = clock
  }

  /// Compares every account, one after the other.
  ///
  /// What cannot be read, of the ledger or of a node, stands in the report as trouble.
  package func run() async -> AuditReport {
    var report = AuditReport(beganAtMS: clock.nowMS)
    var left = 10 * AuditReport.mostAccounts
    do {
      let grounds = await grounds()
      let watched = shop.book.watched
      for account in try await ledger.accounts() {
        if Task.isCancelled {
          report.trouble = "it was stopped before its end"
          break
        }
        guard let network = networks[account.chain], let ground = grounds[account.chain] else {
          report.skip(account, "\(account.chain) is not in the configuration any more")
          continue
        }
        var audit = AccountAudit(account: account, asset: network.asset, sinceMS: 0, least: watched[account])
        switch ground {
        case .failure(let why):
          audit.trouble = why.words
          report.add(audit)
        case .success(let genesis):
          guard let mark = try await ledger.mark(of: account, genesis: genesis) else {
            report.skip(account, "it is not watched on the ledger that the node is on")
            continue
          }
          audit = AccountAudit(
            account: account,
            asset: network.asset,
            sinceMS: mark.takenAtMS,
            least: watched[account]
          )
          audit = await compare(audit, since: mark, on: network, naming: min(left, AuditReport.mostNamed))
          left -= audit.missing.named.count + audit.notListed.named.count + audit.differences.count
          report.add(audit)
        }
      }
    } catch {
      report.trouble = "the ledger cannot be read: \(error)"
    }
    report.endedAtMS = clock.nowMS
    return report
  }

  private struct NoGround: Error { let words: String }

  /// The ledger that each node is on, where it is the node we know.
  private func grounds() async -> [Chain: Result<String, NoGround>] {
    var grounds: [Chain: Result<String, NoGround>] = [:]
    for (chain, network) in networks {
      do {
        let genesis = try await network.genesis()
        let isKnown = try await sources[chain]?.isKnown() ?? true
        grounds[chain] =
          isKnown ? .success(genesis) : .failure(NoGround(words: "the node is not the one it was"))
      } catch {
        grounds[chain] = .failure(NoGround(words: Self.words(error)))
      }
    }
    return grounds
  }

  private func compare(
    _ account: AccountAudit,
    since mark: StartMark,
    on network: any PaymentNetwork,
    naming: Int
  ) async -> AccountAudit {
    var comparison = AuditComparison(account, beganAtMS: clock.nowMS, naming: max(0, naming))
    var looks = Self.looks
    do {
      let gaps = try await network.statement(of: mark.account, from: mark.cursor) { lines in
        let known = try await ledger.known(among: lines.map(\.id))
        for line in lines where comparison.take(line, isKnown: known.contains(line.id)) {
          looks -= 1
          guard looks >= 0 else {
            comparison.lacks(line.id, line.amount)
            continue
          }
          switch try await look(at: line, since: mark, on: network) {
          case .recorded: break
          case .young: comparison.isYoung()
          case .missing(let amount): comparison.lacks(line.id, amount)
          }
        }
      }
      let before = try await ledger.sums(of: mark.account)
      var page = Page(limit: 200)
      while true {
        try Task.checkCancellation()
        let records = try await ledger.payments(page, account: mark.account)
        for record in records.data { comparison.take(record) }
        guard let next = records.next else { break }
        page = Page(cursor: next, limit: 200)
      }
      comparison.end(before: before, after: try await ledger.sums(of: mark.account), gaps: gaps)
      return comparison.result
    } catch {
      var result = comparison.result
      result.trouble = Self.words(error)
      return result
    }
  }

  private enum Look {
    case recorded, young
    case missing(Amount?)
  }

  /// A payment that the node lists and the ledger lacked a moment ago: recorded since, too young, or missing.
  private func look(
    at line: StatementLine,
    since mark: StartMark,
    on network: any PaymentNetwork
  ) async throws -> Look {
    let now = clock.nowMS
    let sighting = Sighting(id: line.id, account: mark.account, heardAtMS: now)
    var amount = line.amount
    do throws(VerificationFailure) {
      let payment = try await network.verify(sighting, since: mark).payment
      if payment.earliestAtMS > now - AuditComparison.youngMS { return .young }
      amount = amount ?? payment.amount
    } catch {
      // Anything else is listed and yet not to be verified: whatever it is, it is not explained.
      if case .notYet = error { return .young }
    }
    return try await ledger.known(among: [line.id]).contains(line.id) ? .recorded : .missing(amount)
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case VerificationFailure.refused(let why), VerificationFailure.notYet(let why),
      VerificationFailure.unavailable(let why), VerificationFailure.contradiction(let why):
      why
    case is CancellationError: "it was stopped before its end"
    default: "\(error)"
    }
  }
}
