import Coinslot
import Hummingbird
import Primitives

/// The live part of a pay page, as server-sent events: one when the page opens, one for each change.
struct LiveRoute {
  let context: WebContext
  let gate: Gate
  let trustedProxies: TrustedProxies

  /// How long a page waits for the bell before it looks by itself, milliseconds: what has no bell (a device that went
  /// silent, a time that is over) shows within this.
  static let lookMS: Int64 = 3_000
  /// The least time between two looks of one page, milliseconds.
  static let pauseMS: Int64 = 300
  /// How long a hint is shown without a payment following it, milliseconds.
  static let hintLifeMS: Int64 = 60_000

  /// The stream of one page.
  func response(_ request: Request, _ scope: RequestScope) async throws -> Response {
    let query = try QueryParameters(request, allowed: ["on", "quote", "since", "lang"])
    let slot = try scope.parameters.require("slot")
    let words = PageFrame(request).words
    let since = query["since"] ?? String(context.clock.nowMS)
    let look = { @Sendable in
      try await PaySituation(
        context,
        slot: slot,
        chain: query["on"],
        quote: query["quote"],
        since: since
      )
    }
    let first = try await look()
    let client = ClientIdentity(request, peer: scope.peer, trustedProxies: trustedProxies)
    guard let pass = gate.enter(client.limitedNetwork) else {
      throw Problem.unavailable("too_many_pages", "Too many pages are live just now.", seconds: 10)
    }
    return EventStream.response(request, pass: pass) { stream in
      try await tell(&stream, first: first, words: words, look)
    }
  }

  @concurrent private func tell(
    _ stream: inout EventStream,
    first: PaySituation,
    words: Words,
    _ look: @Sendable () async throws -> PaySituation
  ) async throws {
    let endMS = context.clock.nowMS + context.settings.streamLifeMS
    var hints = HintWatch(context, accounts: [first.option.account, first.quote?.account])
    var situation = first
    var told: LivePicture?
    var writtenMS = context.clock.nowMS
    while context.clock.nowMS < endMS {
      let rings = context.bell.rings
      let progress = hints.isFresh() && situation.progress == .waiting ? .seen : situation.progress
      let picture = LivePicture(situation, progress: progress, words: words)
      if picture != told {
        let data = picture.json(nowMS: context.clock.nowMS).text()
        try await stream.send(.init(id: nil, event: "picture", data: data))
        (told, writtenMS) = (picture, context.clock.nowMS)
      } else if context.clock.nowMS - writtenMS >= context.settings.heartbeatMS {
        try await stream.beat()
        writtenMS = context.clock.nowMS
      }
      try await Task.sleep(for: .milliseconds(LiveRoute.pauseMS))
      try await context.bell.wait(past: rings, atMost: min(LiveRoute.lookMS, context.settings.heartbeatMS))
      situation = try await look()
    }
  }
}

/// Looks through new hints for money to some accounts.
private struct HintWatch {
  private let context: WebContext
  private let accounts: [Account]
  private var heard: UInt64
  private var heardAtMS: Int64?

  init(_ context: WebContext, accounts: [Account?]) {
    self.context = context
    self.accounts = accounts.compactMap(\.self)
    heard = context.hints.newest
  }

  /// Whether a hint was heard a short while ago.
  mutating func isFresh() -> Bool {
    for hint in context.hints.hints(after: heard) {
      heard = hint.number
      if accounts.contains(hint.sighting.account) { heardAtMS = context.clock.nowMS }
    }
    return heardAtMS.map { context.clock.nowMS - $0 < LiveRoute.hintLifeMS } ?? false
  }
}
