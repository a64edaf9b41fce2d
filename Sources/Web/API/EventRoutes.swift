import Coinslot
import Hummingbird
import Primitives

/// Everything that happened, as it happens, from any point on that the ledger still has.
struct EventRoutes {
  let context: WebContext

  /// Events read at once.
  static let batch = 200

  func add(to routes: Routes) {
    let gate = Gate(greatest: context.settings.greatestEventStreams)
    routes.get("/v1/events") { request, _ in
      let query = try QueryParameters(request, allowed: ["after"])
      // The header is what a browser sends by itself when it comes back, so it is the newer one.
      let place = try (request.headers[.lastEventID] ?? query["after"]).map(Place.init(_:))
      guard let pass = gate.enter() else {
        throw Problem.unavailable("too_many_streams", "All event streams are in use.", seconds: 10)
      }
      let hash = AdminGuard.bearer(request.headers[.authorization]).map { AdminToken.hash(of: $0) }
      return EventStream.response(request, pass: pass) { stream in try await tell(&stream, from: place, to: hash) }
    }
  }

  /// A place in the stream of one ledger.
  struct Place {
    let epoch: String
    let sequence: Int64

    /// Reads `<epoch>:<sequence>`.
    ///
    /// - Throws: `Problem` for anything else.
    init(_ text: String) throws(Problem) {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let sequence = Int64(parts[1]), sequence >= 0 else {
        throw .badRequest("bad_event_id", "Last-Event-ID and after: wanted is an id that this stream sent.")
      }
      epoch = String(parts[0])
      self.sequence = sequence
    }
  }

  /// Whether the token that opened a stream, known by its hash, still counts.
  private func counts(_ hash: String?) async throws -> Bool {
    guard let hash, let now = try await context.adminTokenHash() else { return false }
    return equalInConstantTime(Array(hash.utf8), Array(now.utf8))
  }

  /// Tells what happens until the stream has lived long enough or its token is dead: asked at every sign of life and
  /// whenever the bell rang for nothing, as it does for another token.
  @concurrent private func tell(_ stream: inout EventStream, from place: Place?, to hash: String?) async throws {
    let endMS = context.clock.nowMS + context.settings.streamLifeMS
    var hinted = context.hints.newest
    let newest = try await context.ledger.newestEvent()
    var after = newest
    if let place {
      if place.epoch == context.settings.ledgerEpoch && place.sequence <= newest {
        after = place.sequence
      } else {
        try await stream.send(reset(to: newest))
      }
    } else {
      // A client that has heard nothing yet learns where it starts, so that it can come back to this place.
      try await stream.send(.init(id: id(newest), event: "hello", data: "{\"sequence\":\(newest)}"))
    }
    var writtenMS = context.clock.nowMS
    var provenMS = Int64.min / 2
    while context.clock.nowMS < endMS {
      let rings = context.bell.rings
      for hint in context.hints.hints(after: hinted) {
        hinted = hint.number
        try await stream.send(message(hint.sighting))
      }
      guard let events = try await context.ledger.events(after: after, limit: EventRoutes.batch) else {
        after = try await context.ledger.newestEvent()
        try await stream.send(reset(to: after))
        continue
      }
      if events.isEmpty || context.clock.nowMS - provenMS >= context.settings.heartbeatMS {
        guard try await counts(hash) else { return }
        provenMS = context.clock.nowMS
      }
      try await stream.send(events.map(message))
      after = events.last?.sequence ?? after
      if !events.isEmpty { writtenMS = context.clock.nowMS }
      if events.count == EventRoutes.batch { continue }
      try await context.bell.wait(past: rings, atMost: context.settings.heartbeatMS)
      if context.clock.nowMS - writtenMS >= context.settings.heartbeatMS {
        try await stream.beat()
        writtenMS = context.clock.nowMS
      }
    }
  }

  private func id(_ sequence: Int64) -> String { "\(context.settings.ledgerEpoch):\(sequence)" }

  /// What a client missed cannot be told any more: it reads the state anew and goes on from here.
  private func reset(to sequence: Int64) -> EventStream.Message {
    .init(id: id(sequence), event: "reset", data: "{\"sequence\":\(sequence)}")
  }

  /// A hint proves nothing and is kept nowhere, so it has no id to come back to.
  private func message(_ hint: Sighting) -> EventStream.Message {
    let data = JSONValue.members([
      "sequence": .null, "at_ms": .number(hint.heardAtMS), "type": "payment.detected",
      "data": .members([
        "network": .string(hint.id.chain.rawValue), "account": .string(hint.account.address),
        "transaction": .string(hint.id.transaction),
      ]),
    ])
    return .init(id: nil, event: "payment.detected", data: data.text())
  }

  private func message(_ event: Event) -> EventStream.Message {
    let data =
      "{\"sequence\":\(event.sequence),\"at_ms\":\(event.atMS),"
      + "\"type\":\(JSONValue.string(event.draft.type).text()),\"data\":\(event.draft.data)}"
    return .init(id: id(event.sequence), event: event.draft.type, data: data)
  }
}
