import Coinslot
import HTTPTypes
import Hummingbird
import Primitives

/// How well each network hears, and taking another node for the right one.
struct SourceRoutes {
  let context: WebContext
  let idempotency: Idempotency

  func add(to routes: Routes) {
    routes.get("/v1/sources") { request, _ in
      _ = try QueryParameters(request, allowed: [])
      let networks = context.networks.values.sorted { $0.chain.rawValue < $1.chain.rawValue }
      return .json(.members(["data": .array(networks.map(json)), "next_cursor": .null]))
    }
    routes.post("/v1/sources/:chain/accept") { request, scope in try await accept(request, scope) }
  }

  private func accept(_ request: Request, _ scope: RequestScope) async throws -> Response {
    let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
    // A colon may come escaped.
    let name = try FormFields.decode(Substring(try scope.parameters.require("chain")).utf8)
    guard let chain = Chain(rawValue: name), let network = context.networks[chain] else {
      throw Problem.notFound("such source")
    }
    let bytes = try await request.boundedBody()
    _ = try JSONBody(bytes, of: request, allowed: [])
    guard let desk = context.sources else {
      throw Problem.unavailable("no_sources", "This server keeps no nodes.", seconds: 60)
    }
    if isDryRun {
      let node = try await asking { try await desk.look(chain) }
      return .json(
        .members([
          "dry_run": true, "would": .string(node.isSame ? "change nothing" : "accept"),
          "network": .string(chain.rawValue), "node": .string(node.now), "node_before": .optional(node.kept),
        ])
      )
    }
    return try await idempotency.once(request, body: bytes, nowMS: context.clock.nowMS) {
      let before = try await asking { try await desk.look(chain) }.kept
      let audit = AuditLine(
        atMS: context.clock.nowMS,
        actor: "operator",
        action: "source.accepted",
        subject: chain.rawValue,
        note: before.map { "before: \($0)" }
      )
      let node = try await asking { try await desk.accept(chain, audit) }
      context.bell.ring()
      return .json(
        .members(["node": .string(node), "node_before": .optional(before), "source": json(network)])
      )
    }
  }

  /// A node that does not answer now may do so later; nothing was changed.
  private func asking<T>(_ ask: () async throws -> T) async throws -> T {
    do { return try await ask() } catch let failure as VerificationFailure {
      let why =
        switch failure {
        case .refused(let why), .notYet(let why), .unavailable(let why), .contradiction(let why): why
        }
      throw Problem.unavailable("node_unavailable", "The node does not answer: \(why).", seconds: 10)
    }
  }

  private func json(_ network: any PaymentNetwork) -> JSONValue {
    let trouble = context.sources?.obstacle(network.chain) ?? network.health.trouble
    return .members([
      "network": .string(network.chain.rawValue), "asset": .string(network.asset.code),
      "decimals": .number(network.asset.decimals), "status": .string(trouble == nil ? "ok" : "degraded"),
      "reason": .optional(trouble), "simulation": .bool(network.chain.isSimulation),
    ])
  }
}
