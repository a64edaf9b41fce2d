import ArgumentParser
import NIOCore
import NIOHTTP1
import Primitives

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Compare the books with the nodes: is every unit explained?",
    discussion: """
      For each account, what was received must be what was sold, held, owed back, given back or older than our watching, \
      and the node must list the same payments. The server does this by itself every night at three.

      Exit code 0 when every unit is explained, 1 when not.

      Examples:
        coinslot audit
        coinslot audit --json | jq '.accounts[] | select(.explained | not)'
      """
  )

  /// How long an audit may take, seconds.
  private static let lifeSeconds: Int64 = 3_600

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = try server.client()
    let answer = try await Progress.during("comparing the books with the nodes") { _ in
      try await client.getSlowly("/v1/audit", lifeSeconds: Self.lifeSeconds)
    }
    if output.isJSON { Standard.json(answer) } else { Standard.line(Self.text(answer)) }
    if answer["explained"]?.bool != true { throw ExitCode(Failure.Kind.failed.rawValue) }
  }

  /// The pots that together are what was received, as the server names them and as a table does.
  private static let pots = [
    (name: "sold", head: "SOLD"), (name: "held", head: "HELD"), (name: "part", head: "PART"),
    (name: "refund_due", head: "OWED"), (name: "refunded", head: "REFUNDED"),
    (name: "before_start", head: "BEFORE"), (name: "reverted", head: "REVERTED"),
  ]

  /// The accounts as people read them, and one line with the verdict.
  private static func text(_ answer: JSONValue) -> String {
    var table = Table(["ACCOUNT", "PAYMENTS", "RECEIVED"] + pots.map(\.head))
    var remarks: [String] = []
    let accounts = answer["accounts"]?.array ?? []
    for row in accounts {
      let name = Readable.short(row["account"]?.string)
      table.add(
        [name, Readable.text(row["payments"]), amount(row["received"], row)]
          + pots.map { amount(row["pots"]?[$0.name], row) }
      )
      remarks += Self.remarks(row).map { "\(name ?? "–"): \($0)" }
    }
    for row in answer["skipped"]?.array ?? [] {
      let name = Readable.short(row["account"]?.string) ?? "–"
      remarks.append("\(name): not compared, \(row["reason"]?.string ?? "for no reason given")")
    }
    let parts = [table.text(none: "No account was ever watched."), Standard.plain(remarks.joined(separator: "\n"))]
    return (parts.filter { !$0.isEmpty } + [verdict(answer)]).joined(separator: "\n\n")
  }

  private static func amount(_ value: JSONValue?, _ row: JSONValue) -> String? {
    guard let value else { return nil }
    let members: [JSONValue.Member] = [
      .init("amount", value), .init("asset", row["asset"] ?? .null), .init("decimals", row["decimals"] ?? .null),
    ]
    return Readable.amount("amount", of: .object(members))
  }

  private static func remarks(_ row: JSONValue) -> [String] {
    var lines: [String] = []
    if let words = row["words"]?.string { lines.append(words) }
    for (kind, words) in [("missing", "missing here"), ("not_listed", "not listed there")] {
      for payment in row[kind]?["payments"]?.array ?? [] {
        lines.append("  \(words): \(payment["transaction"]?.string ?? "–")")
      }
    }
    for payment in row["differing"]?["payments"]?.array ?? [] {
      let here = amount(payment["ledger"], row) ?? "–", there = amount(payment["node"], row) ?? "–"
      lines.append("  \(payment["transaction"]?.string ?? "–"): \(here) here, \(there) there")
    }
    if let dust = row["dust"], dust["count"]?.int64 ?? 0 > 0 {
      lines.append("\(Readable.text(dust["count"]) ?? "") below the least amount, \(amount(dust["sum"], row) ?? "–")")
    }
    if let other = row["unwatched"], other["count"]?.int64 ?? 0 > 0 {
      let sum = amount(other["sum"], row) ?? "–"
      lines.append("\(Readable.text(other["count"]) ?? "") of \(sum) not recorded: no slot sells there any more")
    }
    if row["young"]?.int64 ?? 0 > 0 { lines.append("\(Readable.text(row["young"]) ?? "") too young to be compared") }
    lines += (row["gaps"]?.array ?? []).compactMap { $0.string.map { "the node cannot tell all: \($0)" } }
    return lines
  }

  private static func verdict(_ answer: JSONValue) -> String {
    let count = Readable.text(answer["accounts_compared"]) ?? "0"
    if let trouble = answer["trouble"]?.string { return "NOT COMPARED: \(Standard.plain(trouble))" }
    guard answer["explained"]?.bool == true else {
      return "NOT EXPLAINED: \(Readable.text(answer["accounts_unexplained"]) ?? "some") of \(count) account(s)"
    }
    return "every unit of \(count) account(s) is explained"
  }
}

extension ServerClient {
  /// Reads something that takes its time.
  ///
  /// - Throws: `Failure`.
  func getSlowly(_ path: String, lifeSeconds: Int64) async throws -> JSONValue {
    let body = try await open(.GET, path, lifeSeconds: lifeSeconds)
    do {
      return try JSONValue(parsing: Array(buffer: try await body.collect(upTo: Self.answerLimit)))
    } catch is JSONRefusal {
      throw Failure(.failed, "the answer is not JSON", hint: "is this a coinslot server?")
    } catch {
      throw Failure(.cannotConnect, "the connection to \(url) broke before the answer was whole", hint: "ask again")
    }
  }
}
