import Coinslot
import Hummingbird
import Primitives

/// Sales: what was bought, and how it ended.
struct SaleRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    routes.get("/v1/sales") { request, _ in
      let query = try QueryParameters(request, allowed: Listing.parameters + ["slot"])
      let page = try Listing.page(query)
      let slot = try query["slot"].map { text throws(Problem) in
        guard let slot = SlotID(rawValue: text) else { throw Problem.badValue("slot", "the name of a slot") }
        return slot
      }
      let sales = try await context.ledger.sales(page, slot: slot)
      return Listing.response(sales, path: "/v1/sales", page: page, filters: ["slot": slot?.rawValue], json)
    }
    routes.get("/v1/sales/:id") { request, scope in
      _ = try QueryParameters(request, allowed: [])
      guard let sale = try await context.ledger.sale(SaleID(rawValue: try scope.parameters.require("id"))) else {
        throw Problem.notFound("such sale")
      }
      return .json(json(sale))
    }
  }

  private func json(_ sale: Sale) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("id", .string(sale.id.rawValue)), .init("slot", .string(sale.slot.rawValue)),
      .init("payment", .string(sale.payment.description)), .init("quote", .optional(sale.quote)),
      .init("purchase", sale.purchase.map(Self.json) ?? .null),
    ]
    members.add("price", sale.price)
    members.add("remainder", sale.remainder)
    members.add(context.asset(of: sale.payment.chain))
    members += [
      .init("outcome", .optional(sale.outcome?.rawValue)), .init("reason", .optional(sale.reason)),
      .init("created_at_ms", .number(sale.createdAtMS)), .init("ended_at_ms", .optional(sale.endedAtMS)),
      .init("simulation", .bool(sale.payment.chain.isSimulation)),
    ]
    return .object(members)
  }

  /// What was bought.
  static func json(_ purchase: Purchase) -> JSONValue {
    .members(["ms": .number(purchase.ms), "function": .optional(purchase.function)])
  }
}
