import Coinslot
import Hummingbird
import Primitives

/// How well each network hears.
struct SourceRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    routes.get("/v1/sources") { request, _ in
      _ = try QueryParameters(request, allowed: [])
      let networks = context.networks.values.sorted { $0.chain.rawValue < $1.chain.rawValue }
      return .json(.members(["data": .array(networks.map(json)), "next_cursor": .null]))
    }
  }

  private func json(_ network: any PaymentNetwork) -> JSONValue {
    let trouble = network.health.trouble
    return .members([
      "network": .string(network.chain.rawValue), "asset": .string(network.asset.code),
      "decimals": .number(network.asset.decimals), "status": .string(trouble == nil ? "ok" : "degraded"),
      "reason": .optional(trouble), "simulation": .bool(network.chain.isSimulation),
    ])
  }
}
