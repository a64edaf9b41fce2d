import Coinslot
import HTTPTypes
import Hummingbird
import Primitives

/// Devices: how each is, and what an operator may do with it.
struct DeviceRoutes {
  let context: WebContext
  let idempotency: Idempotency

  /// The longest title, characters.
  static let greatestTitle = 120
  /// The longest test run, milliseconds.
  static let greatestTestMS: UInt64 = 86_400_000

  func add(to routes: Routes) {
    routes.get("/v1/devices") { request, _ in
      _ = try QueryParameters(request, allowed: [])
      var rows: [JSONValue] = []
      for device in try await context.ledger.devices() { rows.append(try await json(device)) }
      return .json(.members(["data": .array(rows), "next_cursor": .null]))
    }
    routes.get("/v1/devices/:id") { request, scope in
      _ = try QueryParameters(request, allowed: [])
      return .json(try await json(try await device(scope)))
    }
    routes.post("/v1/devices") { request, _ in try await add(request) }
    routes.post("/v1/devices/:id/ping") { request, scope in try await ping(request, scope) }
    addChanges(to: routes)
  }

  private func addChanges(to routes: Routes) {
    change("trigger", members: ["channel", "ms"], on: routes) { device, body in
      let channel = try Self.channel(of: device, body)
      let ms = try JSONBody.required("ms", try body.number("ms", in: 1...DeviceRoutes.greatestTestMS))
      return Change(["channel": .number(channel.number), "ms": .number(ms)]) {
        let audit = audit("output.triggered", "\(channel)", note: "\(ms) ms, a test")
        return DispatchRoutes.json(try await context.workshop.trigger(channel, ms: ms, audit: audit))
      }
    }
    change("stop", members: ["channel"], on: routes) { device, body in
      let channel = try Self.channel(of: device, body)
      return Change(["channel": .number(channel.number)]) {
        let audit = audit("output.stopped", "\(channel)")
        return DispatchRoutes.json(try await context.workshop.stop(channel, audit: audit))
      }
    }
    change("revoke", members: [], on: routes) { device, _ in
      Change([:]) {
        let audit = audit("device.revoked", device.id.rawValue)
        return try await json(try await context.workshop.revoke(device.id, audit: audit))
      }
    }
    change("release", members: [], on: routes) { device, _ in
      Change([:]) {
        let audit = audit("device.released", device.id.rawValue)
        return try await json(try await context.workshop.release(device.id, audit: audit))
      }
    }
    change("rotate", members: [], showsSecret: true, on: routes) { device, _ in
      Change([:]) {
        let audit = audit("device.key_rotated", device.id.rawValue)
        let (device, key) = try await context.workshop.rotateKey(of: device.id, audit: audit)
        return try await withKey(device, key)
      }
    }
  }

  private func audit(_ action: String, _ subject: String, note: String? = nil) -> AuditLine {
    AuditLine(atMS: context.clock.nowMS, actor: "operator", action: action, subject: subject, note: note)
  }

  /// What a request would do, and the doing.
  private struct Change {
    let would: [JSONValue.Member]
    let run: @Sendable () async throws -> JSONValue

    init(_ would: KeyValuePairs<String, JSONValue>, _ run: @escaping @Sendable () async throws -> JSONValue) {
      self.would = would.map { .init($0.key, $0.value) }
      self.run = run
    }
  }

  /// Adds `POST /v1/devices/{id}/<verb>`: read, check, and either say what would happen or do it.
  private func change(
    _ verb: String,
    members: [String],
    showsSecret: Bool = false,
    on routes: Routes,
    _ plan: @escaping @Sendable (Device, JSONBody) throws -> Change
  ) {
    routes.post("/v1/devices/:id/\(verb)") { request, scope in
      let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
      let device = try await device(scope)
      let bytes = try await request.boundedBody()
      let change = try plan(device, try JSONBody(bytes, of: request, allowed: members))
      if isDryRun {
        let about: [JSONValue.Member] = [
          .init("dry_run", true), .init("would", .string(verb)), .init("device", .string(device.id.rawValue)),
        ]
        return .json(.object(about + change.would))
      }
      return try await idempotency.once(
        request,
        body: bytes,
        showsSecret: showsSecret,
        nowMS: context.clock.nowMS
      ) {
        let answer = try await change.run()
        context.bell.ring()
        return .json(answer)
      }
    }
  }

  private func add(_ request: Request) async throws -> Response {
    let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
    let bytes = try await request.boundedBody()
    let body = try JSONBody(bytes, of: request, allowed: ["id", "title"])
    let text = try JSONBody.required("id", try body.text("id", limit: 64))
    guard let id = DeviceID(rawValue: text) else {
      throw Problem.badValue("id", "1 to 64 characters of a-z, 0-9 and -, not starting or ending with -")
    }
    let title = try body.text("title", limit: DeviceRoutes.greatestTitle) ?? id.rawValue
    if isDryRun {
      if try await context.ledger.device(id) != nil { throw WorkshopRefusal.exists }
      return .json(
        .members(["dry_run": true, "would": "add", "device": .string(id.rawValue), "title": .string(title)])
      )
    }
    return try await idempotency.once(request, body: bytes, showsSecret: true, nowMS: context.clock.nowMS) {
      let audit = audit("device.added", id.rawValue)
      let (device, key) = try await context.workshop.add(id, title: title, audit: audit)
      context.bell.ring()
      return .json(
        try await withKey(device, key),
        .created,
        headers: [.location: "/v1/devices/\(id.rawValue)"]
      )
    }
  }

  private func ping(_ request: Request, _ scope: RequestScope) async throws -> Response {
    _ = try QueryParameters(request, allowed: [])
    let device = try await device(scope)
    let body = try JSONBody(try await request.boundedBody(), of: request, allowed: ["timeout_ms"])
    let timeoutMS = Int64(clamping: try body.number("timeout_ms", in: 1...10_000) ?? 2_000)
    let startMS = context.clock.nowMS
    let isThere = await context.presence.ping(device.id, timeoutMS: timeoutMS)
    return .json(
      .members([
        "device": .string(device.id.rawValue), "answered": .bool(isThere),
        "took_ms": .number(context.clock.nowMS - startMS),
      ])
    )
  }

  private func device(_ scope: RequestScope) async throws -> Device {
    guard let id = DeviceID(rawValue: try scope.parameters.require("id")),
      let device = try await context.ledger.device(id)
    else { throw WorkshopRefusal.noSuchDevice }
    return device
  }

  private static func channel(of device: Device, _ body: JSONBody) throws(Problem) -> ChannelID {
    ChannelID(device: device.id, number: UInt8(truncatingIfNeeded: try body.number("channel", in: 0...255) ?? 0))
  }

  private func withKey(_ device: Device, _ key: [UInt8]) async throws -> JSONValue {
    .members([
      "device": try await json(device), "key": .string(Hex.encode(key)),
      "key_serial": .optional(device.keySerials.last),
      "note": "The key is shown this once. Keep it where only the device can read it.",
    ])
  }

  private func json(_ device: Device) async throws -> JSONValue {
    let link = context.presence.link(of: device.id)
    let channels = try await context.ledger.channels(of: device.id)
    return .members([
      "id": .string(device.id.rawValue), "title": .string(device.title),
      "standing": .string(device.standing.rawValue), "online": .bool(link.isOnline),
      "last_seen_ms": .optional(link.lastSeenMS ?? device.lastSeenMS),
      "firmware": .optional(link.firmware ?? device.firmware),
      "key_serials": .array(device.keySerials.map { .number($0) }), "boot": .number(device.boot),
      "epoch": .number(device.epoch),
      "outputs": .array(
        link.outputs.map {
          .members([
            "channel": .number($0.number), "says": .string($0.says), "number": .number($0.command),
            "left_ms": .optional($0.leftMS),
          ])
        }
      ),
      "channels": .array(
        channels.map {
          .members([
            "channel": .number($0.id.number), "next": .number($0.next), "acknowledged": .number($0.acknowledged),
            "held_because": .optional($0.heldBecause),
          ])
        }
      ),
    ])
  }
}
