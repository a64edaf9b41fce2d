import Coinslot
import Hummingbird
import Primitives

/// What is kept of people, and what operators did.
struct PeopleRoutes {
  let context: WebContext
  let idempotency: Idempotency

  /// Characters that an address or the name of a client has at most.
  private static let longestName = 200

  func add(to routes: Routes) {
    routes.get("/v1/people") { request, _ in
      let query = try QueryParameters(request, allowed: ["person"])
      let name = try JSONBody.required("person", query["person"])
      guard name.count <= Self.longestName else {
        throw Problem.badValue("person", "at most \(Self.longestName) characters")
      }
      let records = try await context.ledger.person(name)
      return .json(.members(["data": .array(records.map(Self.json)), "next_cursor": .null]))
    }
    routes.post("/v1/people/erase") { request, _ in
      let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
      let bytes = try await request.boundedBody()
      let body = try JSONBody(bytes, of: request, allowed: ["person"])
      let name = try JSONBody.required("person", body.text("person", limit: Self.longestName))
      if isDryRun {
        return Self.answer(records: try await context.ledger.person(name).count, isDryRun: true)
      }
      return try await idempotency.once(request, body: bytes, nowMS: context.clock.nowMS) {
        let nowMS = context.clock.nowMS
        // Whom it was about must be gone from here too.
        let audit = AuditLine(atMS: nowMS, actor: "operator", action: "person.erased")
        let count = try await context.ledger.erase(person: name, nowMS: nowMS, audit: audit)
        return Self.answer(records: count, isDryRun: false)
      }
    }
    routes.get("/v1/audit-log") { request, _ in
      let page = try Listing.page(try QueryParameters(request, allowed: Listing.parameters))
      let lines = try await context.ledger.auditLog(page)
      return Listing.response(lines, path: "/v1/audit-log", page: page) { line in
        .members([
          "at_ms": .number(line.atMS), "actor": .string(line.actor), "action": .string(line.action),
          "subject": .optional(line.subject), "note": .optional(line.note),
        ])
      }
    }
  }

  private static func answer(records: Int, isDryRun: Bool) -> Response {
    .json(.members(["records": .number(records), "dry_run": .bool(isDryRun)]))
  }

  private static func json(_ record: PersonRecord) -> JSONValue {
    .members([
      "role": .string(record.role.rawValue), "name": .optional(record.name),
      "network": .optional(record.payment?.chain.rawValue), "transaction": .optional(record.payment?.transaction),
      "quote": .optional(record.quote), "evidence": .optional(record.evidence), "until_ms": .number(record.untilMS),
    ])
  }
}
