import Coinslot
import Hummingbird
import Primitives

/// Whether the process lives, and whether it can do its work.
struct HealthRoutes {
  let context: WebContext
  let admin: AdminGuard

  func add(to routes: Routes) {
    routes.get("/livez") { _, _ in .text("ok\n") }
    let readiness = Readiness(look: context.readiness, clock: context.clock)
    for path in ["/readyz", "/api/v1/health"] {
      routes.get(path) { request, scope in
        let query = try QueryParameters(request, allowed: ["verbose"])
        let checks = await readiness.checks()
        let isVerbose = request.uri.query?.hasPrefix("verbose") == true && query["verbose"] != "false"
        // Why something is ill may name hosts and folders: that is for the operator.
        let tellsWhy = isVerbose ? try await admin.isAdmin(request, scope) : false
        return answer(checks, asJSON: isVerbose || path != "/readyz", tellsWhy: tellsWhy)
      }
    }
  }

  private func answer(_ checks: [ReadinessCheck], asJSON: Bool, tellsWhy: Bool) -> Response {
    let word = Self.word(of: checks)
    let status: HTTPResponse.Status = word == "failed" ? .serviceUnavailable : .ok
    guard asJSON else { return .text(word + "\n", status) }
    let rows = checks.map { check in
      let (word, why) = Self.tell(check.state)
      var members: [JSONValue.Member] = [.init("name", .string(check.name)), .init("status", .string(word))]
      if tellsWhy, let why { members.append(.init("detail", .string(why))) }
      return JSONValue.object(members)
    }
    return .json(.members(["status": .string(word), "checks": .array(rows)]), status)
  }

  private static func word(of checks: [ReadinessCheck]) -> String {
    let words = checks.map { tell($0.state).word }
    return words.contains("failed") ? "failed" : words.contains("degraded") ? "degraded" : "ok"
  }

  private static func tell(_ state: ReadinessCheck.State) -> (word: String, why: String?) {
    switch state {
    case .ok: ("ok", nil)
    case .degraded(let why): ("degraded", why)
    case .failed(let why): ("failed", why)
    }
  }
}

/// Asks the checks at most once a second, however many ask: a check writes to the ledger, and strangers may ask.
private actor Readiness {
  private let look: @Sendable () async -> [ReadinessCheck]
  private let clock: any Clock
  private var last: (atMS: Int64, checks: [ReadinessCheck])?
  private var running: Task<[ReadinessCheck], Never>?

  init(look: @escaping @Sendable () async -> [ReadinessCheck], clock: any Clock) {
    self.look = look
    self.clock = clock
  }

  func checks() async -> [ReadinessCheck] {
    if let last, clock.nowMS - last.atMS < 1_000 { return last.checks }
    if let running { return await running.value }
    // Unstructured, since all who ask meanwhile share it and none of them may cancel it for the others.
    let task = Task { await look() }
    running = task
    let checks = await task.value
    last = (clock.nowMS, checks)
    running = nil
    return checks
  }
}
