import Coinslot
import Hummingbird
import Primitives

/// Payments as the ledger has them.
struct PaymentRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    routes.get("/v1/payments") { request, _ in
      let query = try QueryParameters(request, allowed: Listing.parameters + ["account"])
      let page = try Listing.page(query)
      let account = try query["account"].map(account)
      let payments = try await context.ledger.payments(page, account: account)
      return Listing.response(payments, path: "/v1/payments", page: page, filters: ["account": account?.address]) {
        json($0, withEvidence: false)
      }
    }
    routes.get("/v1/payments/:id") { request, scope in
      _ = try QueryParameters(request, allowed: [])
      guard let record = try await context.ledger.payment(named: try scope.parameters.require("id")) else {
        throw Problem.notFound("such payment")
      }
      return .json(json(record, withEvidence: true))
    }
  }

  /// The account that a text names on any of our networks.
  private func account(_ text: String) throws -> Account {
    var reason = "no network is configured"
    for chain in context.networks.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      do {
        if let account = try context.networks[chain]?.account(text) { return account }
      } catch { reason = error.reason }
    }
    throw Problem.badValue("account", "an address of a configured network (\(reason))")
  }

  private func json(_ record: PaymentRecord, withEvidence: Bool) -> JSONValue {
    let payment = record.payment
    var members: [JSONValue.Member] = [
      .init("id", .string(record.name)), .init("network", .string(payment.id.chain.rawValue)),
      .init("transaction", .string(payment.id.transaction)), .init("position", .number(payment.id.position)),
      .init("account", .string(payment.account.address)), .init("payer", .optional(payment.payer)),
    ]
    members.add("amount", payment.amount)
    members.add(context.asset(of: payment.id.chain))
    members += [
      .init("standing", .string(record.standing.rawValue)), .init("reason", .optional(record.reason)),
      .init("sale", .optional(record.sale?.rawValue)), .init("earliest_at_ms", .number(payment.earliestAtMS)),
      .init("recorded_at_ms", .number(record.recordedAtMS)),
      .init("simulation", .bool(payment.id.chain.isSimulation)),
    ]
    if withEvidence { members.append(.init("evidence", .string(payment.evidence))) }
    return .object(members)
  }
}
