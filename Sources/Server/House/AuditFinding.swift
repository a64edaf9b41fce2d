import Coinslot
import Engine
import Primitives

/// What an audit found, as programs read it and as the alarms tell it.
struct AuditFinding: Sendable {
  /// Accounts whose words are kept for the alarms.
  static let mostWords = 100

  /// Whether every unit is explained.
  var isExplained: Bool
  /// Whether every account could be compared, whatever came of it.
  var isComplete: Bool
  /// What does not add up, by account; what could not be compared is not among them.
  var words: [String: String]
  /// The answer of `GET /v1/audit`.
  var json: JSONValue

  /// A finding.
  init(isExplained: Bool, isComplete: Bool, words: [String: String], json: JSONValue) {
    self.isExplained = isExplained
    self.isComplete = isComplete
    self.words = words
    self.json = json
  }

  /// What a report found.
  init(_ report: AuditReport) {
    let off = report.accounts.filter { $0.trouble == nil }.compactMap { account in
      account.words.map { (account.account.address, $0) }
    }
    self.init(
      isExplained: report.isExplained,
      isComplete: report.isComplete,
      words: Dictionary(off.prefix(Self.mostWords), uniquingKeysWith: { first, _ in first }),
      json: .object([
        .init("explained", .bool(report.isExplained)), .init("trouble", .text(report.trouble)),
        .init("began_at_ms", .number(report.beganAtMS)), .init("ended_at_ms", .number(report.endedAtMS)),
        .init("accounts_compared", .number(report.count)), .init("accounts_unexplained", .number(report.unexplained)),
        .init("accounts", .array(report.accounts.map { $0.json })),
        .init(
          "skipped",
          .array(
            report.skipped.map { account, why in
              .object([
                .init("network", .string(account.chain.rawValue)), .init("account", .string(account.address)),
                .init("reason", .string(why)),
              ])
            }
          )
        ),
      ])
    )
  }
}

extension JSONValue {
  fileprivate static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
  fileprivate static func amount(_ amount: Amount?) -> JSONValue { text(amount?.description) }
}

extension AccountAudit {
  fileprivate var json: JSONValue {
    .object([
      .init("network", .string(account.chain.rawValue)), .init("account", .string(account.address)),
      .init("asset", .string(asset.code)), .init("decimals", .number(asset.decimals)),
      .init("simulation", .bool(account.chain.isSimulation)), .init("since_ms", .number(sinceMS)),
      .init("least", .amount(least)), .init("explained", .bool(isExplained)), .init("words", .text(words)),
      .init("received", .amount(received)), .init("payments", .number(recorded.count)),
      .init(
        "pots",
        .object(Standing.allCases.map { .init($0.rawValue, .amount(pots[$0] ?? .zero)) })
      ),
      .init("node", listed.json(named: false)), .init("missing", missing.json(named: true)),
      .init(
        "differing",
        .object([
          .init("count", .number(differing)),
          .init(
            "payments",
            .array(
              differences.map {
                .object([
                  .init("transaction", .string($0.id.transaction)), .init("position", .number($0.id.position)),
                  .init("ledger", .amount($0.ledger)), .init("node", .amount($0.node)),
                ])
              }
            )
          ),
        ])
      ),
      .init("not_listed", notListed.json(named: true)), .init("dust", dust.json(named: false)),
      .init("unwatched", unwatched.json(named: false)), .init("young", .number(young)),
      .init("gaps", .array(gaps.map { .string($0) })), .init("trouble", .text(trouble ?? sumTrouble)),
    ])
  }
}

extension AccountAudit.Tally {
  fileprivate func json(named isNamed: Bool) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("count", .number(count)), .init("sum", .amount(sum)), .init("untold", .number(untold)),
    ]
    if isNamed {
      members.append(
        .init(
          "payments",
          .array(
            named.map {
              .object([
                .init("transaction", .string($0.transaction)), .init("position", .number($0.position)),
              ])
            }
          )
        )
      )
    }
    return .object(members)
  }
}
