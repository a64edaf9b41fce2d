import Coinslot
import Hummingbird
import Primitives

/// The admin token: another one, and the old one is dead.
struct TokenRoutes {
  let context: WebContext
  /// Makes another token and lays it where the owner of the machine finds it; nil where this server keeps none.
  let rotate: (@Sendable (AuditLine) async throws -> String)?

  func add(to routes: Routes) {
    // One at a time, so that of two at once both know which token counts.
    let gate = Gate(greatest: 1)
    routes.post("/v1/token/rotate") { request, _ in
      let isDryRun = try QueryParameters(request, allowed: ["dry_run"]).isDryRun()
      _ = try JSONBody(try await request.boundedBody(), of: request, allowed: [])
      if isDryRun { return .json(.members(["dry_run": true, "would": "rotate"])) }
      guard let rotate, let pass = gate.enter() else {
        throw Problem.unavailable(
          "rotation_running",
          "The token is being changed; look whether it was you.",
          seconds: 5
        )
      }
      defer { withExtendedLifetime(pass) {} }
      // Not repeated for an idempotency key: who asks again comes with the dead token.
      let audit = AuditLine(atMS: context.clock.nowMS, actor: "operator", action: "token.rotated")
      let token = try await rotate(audit)
      // Wakes the streams, so that those of the old token end.
      context.bell.ring()
      return .json(
        .members([
          "token": .string(token),
          "note": "Shown this once. The old token is dead; its streams end within seconds.",
        ]),
        .created
      )
    }
  }
}
