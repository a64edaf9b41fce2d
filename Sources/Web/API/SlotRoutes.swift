import Coinslot
import HTTPTypes
import Hummingbird
import Primitives

/// Slots: what is for sale, how each stands now, and closing and opening them.
struct SlotRoutes {
  let context: WebContext
  let idempotency: Idempotency

  /// The longest words of a closure, characters.
  static let greatestWords = 200

  func add(to routes: Routes) {
    routes.get("/v1/slots") { request, _ in
      _ = try QueryParameters(request, allowed: [])
      var rows: [JSONValue] = []
      for slot in context.storefront.book.slots.values.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
        rows.append(try await json(slot))
      }
      return .json(.members(["data": .array(rows), "next_cursor": .null]))
    }
    routes.get("/v1/slots/:id") { request, scope in
      _ = try QueryParameters(request, allowed: [])
      return .json(try await json(try slot(scope)))
    }
    routes.post("/v1/slots/:id/close") { request, scope in try await turn(request, scope, isOpen: false) }
    routes.post("/v1/slots/:id/open") { request, scope in try await turn(request, scope, isOpen: true) }
  }

  private func slot(_ scope: RequestScope) throws -> Slot {
    let id = SlotID(rawValue: try scope.parameters.require("id"))
    guard let slot = id.flatMap({ context.storefront.book.slots[$0] }) else { throw Problem.notFound("such slot") }
    return slot
  }

  private func turn(_ request: Request, _ scope: RequestScope, isOpen: Bool) async throws -> Response {
    let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
    let slot = try slot(scope)
    let bytes = try await request.boundedBody()
    let body = try JSONBody(bytes, of: request, allowed: isOpen ? [] : ["words"])
    let words = isOpen ? nil : try body.text("words", limit: SlotRoutes.greatestWords) ?? ""
    if isDryRun {
      return .json(.members(["dry_run": true, "slot": .string(slot.id.rawValue), "closed_because": .optional(words)]))
    }
    return try await idempotency.once(request, body: bytes, nowMS: context.clock.nowMS) {
      let nowMS = context.clock.nowMS
      let audit = AuditLine(
        atMS: nowMS,
        actor: "operator",
        action: isOpen ? "slot.opened" : "slot.closed",
        subject: slot.id.rawValue,
        note: words.flatMap { $0.isEmpty ? nil : $0 }
      )
      try await context.ledger.close(slot.id, because: words, nowMS: nowMS, audit: audit)
      context.bell.ring()
      return .json(try await json(slot))
    }
  }

  private func json(_ slot: Slot) async throws -> JSONValue {
    var pay: [JSONValue] = []
    for option in slot.pay {
      let state = try await context.storefront.state(of: slot, on: option.account.chain)
      pay.append(json(option, state: state))
    }
    return .members([
      "id": .string(slot.id.rawValue), "title": .string(slot.title),
      "url": .string("\(context.settings.publicURL)/s/\(slot.id.rawValue)"), "pay": .array(pay),
      "closed_because": .optional(try await context.ledger.closure(of: slot.id)),
      "does": .members([
        "device": .string(slot.does.device.rawValue), "channel": .number(slot.does.channel),
        "once": .bool(slot.does.once), "pulse_ms": .number(slot.does.pulseMS),
      ]),
      "if_away": .members(["refuse": .bool(slot.ifAway.refuse), "hold_ms": .number(slot.ifAway.holdMS)]),
      "while_running": .string(slot.whileRunning.rawValue), "quote_life_ms": .number(slot.quoteLifeMS),
    ])
  }

  private func json(_ option: Slot.PayOption, state: SlotState) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("network", .string(option.account.chain.rawValue)), .init("account", .string(option.account.address)),
    ]
    members.add(context.asset(of: option.account.chain))
    members += [
      .init("price", Self.json(option.price)), .init("tell_apart", .string(option.tellApart.rawValue)),
      .init("quote_accounts", .number(option.quoteAccounts.count)),
      .init("simulation", .bool(option.account.chain.isSimulation)), .init("state", Self.json(state)),
    ]
    return .object(members)
  }

  /// A state: its word, whether it invites, and what there is to say.
  static func json(_ state: SlotState) -> JSONValue {
    var untilMS: Int64?
    var detail: String?
    switch state {
    case .busy(let until, _), .occupied(let until): untilMS = until
    case .closed(let words): detail = words
    case .trouble(let why): detail = why
    case .ready, .away, .notWatching, .outOfOrder: break
    }
    return .members([
      "word": .string(state.word), "invites": .bool(state.invites), "until_ms": .optional(untilMS),
      "detail": .optional(detail),
    ])
  }

  private static func json(_ price: PriceRule) -> JSONValue {
    let line = { (step: Step) -> JSONValue in
      .members(["amount": .string(step.at.description), "gives": SaleRoutes.json(step.gives)])
    }
    switch price {
    case .exact(let step): return .members(["kind": "exact", "lines": .array([line(step)])])
    case .steps(let steps): return .members(["kind": "steps", "lines": .array(steps.map(line))])
    case .functions(let steps): return .members(["kind": "functions", "lines": .array(steps.map(line))])
    case .rate(let perMinute, let minimum, let capMS):
      return .members([
        "kind": "rate", "per_minute": .string(perMinute.description), "minimum": .string(minimum.description),
        "cap_ms": .number(capMS),
      ])
    }
  }
}
