import Coinslot
import Hummingbird
import Primitives

/// Work for devices, and how far it got.
struct DispatchRoutes {
  let context: WebContext

  func add(to routes: Routes) {
    routes.get("/v1/dispatches") { request, _ in
      let query = try QueryParameters(request, allowed: Listing.parameters + ["device"])
      let page = try Listing.page(query)
      let device = try query["device"].map { text throws(Problem) in
        guard let device = DeviceID(rawValue: text) else { throw Problem.badValue("device", "the name of a device") }
        return device
      }
      let dispatches = try await context.ledger.dispatches(page, device: device)
      return Listing.response(
        dispatches,
        path: "/v1/dispatches",
        page: page,
        filters: ["device": device?.rawValue],
        Self.json
      )
    }
    routes.get("/v1/dispatches/:id") { request, scope in
      _ = try QueryParameters(request, allowed: [])
      let id = DispatchID(rawValue: try scope.parameters.require("id"))
      guard let dispatch = try await context.ledger.dispatch(id) else { throw Problem.notFound("such dispatch") }
      return .json(Self.json(dispatch))
    }
  }

  /// A piece of work.
  static func json(_ dispatch: Dispatch) -> JSONValue {
    .members([
      "id": .string(dispatch.id.rawValue), "sale": .optional(dispatch.sale?.rawValue),
      "slot": .optional(dispatch.slot?.rawValue), "device": .string(dispatch.channel.device.rawValue),
      "channel": .number(dispatch.channel.number), "is_test": .bool(dispatch.sale == nil),
      "mode": .string(dispatch.command.mode.rawValue), "ms": .number(dispatch.command.ms),
      "once": .bool(dispatch.command.once), "number": .optional(dispatch.number),
      "state": .string(dispatch.state.rawValue), "attempts": .number(dispatch.attempts),
      "outcome": .optional(dispatch.outcome?.rawValue), "reason": .optional(dispatch.reason),
      "left_ms": .optional(dispatch.leftMS), "ends_at_ms": .optional(dispatch.endsAtMS),
      "created_at_ms": .number(dispatch.createdAtMS), "deadline_at_ms": .number(dispatch.deadlineMS),
      "accepted_at_ms": .optional(dispatch.acceptedAtMS), "ended_at_ms": .optional(dispatch.endedAtMS),
    ])
  }
}
