public import Coinslot
public import Logging
import Primitives
import Sockets
import Synchronization

/// A machine behind a web endpoint that speaks Standard Webhooks 1.0.0.
///
/// The work's name is `webhook-id`, the same for every try, so the receiver can tell a repetition: it is asked again
/// where no answer came. `done` is any status of 200 to 299.
///
/// ## On failure
/// Nothing is kept here. After a restart the same deed is posted again under the same id; if then no answer comes in
/// time it ends as unknown.
public final class Webhook: Machine {
  /// Deeds that may wait for one endpoint.
  static let mostWaiting = 64

  private let endpoint: Endpoint
  private let secrets: [WebhookSecret]
  private let http: OutgoingHTTP
  private let clock: any Clock
  private let logger: Logger
  private let lane = Lane(most: Webhook.mostWaiting)
  private let state = Mutex(State())

  private struct State {
    var isGone = false
    var notBeforeMS: Int64 = 0
  }

  /// A machine as it is set up.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public convenience init(_ settings: WebhookSettings, clock: any Clock, logger: Logger) throws(MachineMistake) {
    try self.init(settings, lookup: .system, clock: clock, logger: logger)
  }

  package init(
    _ settings: WebhookSettings,
    lookup: NameLookup,
    clock: any Clock,
    logger: Logger
  ) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    endpoint = try MachineURL.endpoint(settings.url, key: "url")
    secrets = settings.secrets
    http = OutgoingHTTP(
      rule: AddressRule(allowsPrivate: settings.allowPrivate),
      trust: settings.trustedCAFile.map { .file($0) } ?? .system,
      lookup: lookup
    )
    self.clock = clock
    self.logger = logger
  }

  /// Whether the endpoint said that it is gone, or whether too much waits for it.
  public func obstacle() async -> String? {
    if state.withLock({ $0.isGone }) { return "the webhook said that it is gone for good (410); name another" }
    return lane.waiting >= Self.mostWaiting ? "\(Self.mostWaiting) pieces of work wait for the webhook" : nil
  }

  /// Posts until it is taken, refused, or too late.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    let body = WebhookMessage.body(of: deed, atMS: clock.nowMS)
    return await Tries(by: clock).end(of: deed) { _ in
      switch await lane.enter(by: deed.deadlineMS, clock) {
      case .full: return .refused(EndWord.full)
      case .tooLate: return .again(EndWord.away)
      case .turn: break
      }
      defer { lane.leave() }
      let waitMS = state.withLock { $0.notBeforeMS } - clock.nowMS
      guard waitMS <= 0 else { return .again(EndWord.away, afterMS: waitMS) }
      let leftMS = deed.deadlineMS - clock.nowMS
      return leftMS > 0 ? await post(deed, body, startWithinMS: leftMS) : .again(EndWord.away)
    }
  }

  private func post(_ deed: Deed, _ body: [UInt8], startWithinMS: Int64) async -> Tries.Step {
    let id = deed.id.rawValue
    let timestamp = clock.wallMS / 1_000
    let signatures = secrets.map { $0.signature(id: id, timestamp: timestamp, body: body) }
    let request = OutgoingRequest.json(
      endpoint,
      body,
      headers: [
        ("webhook-id", id), ("webhook-timestamp", String(timestamp)),
        ("webhook-signature", signatures.joined(separator: " ")),
      ],
      startWithinMS: startWithinMS
    )
    do throws(OutgoingFailure) {
      return step(try await http.ask(request), id)
    } catch {
      logger.debug("webhook not answered", metadata: ["dispatch.id": "\(id)", "reason": "\(error.words)"])
      switch error {
      case .notSent: return .again(EndWord.away)
      case .mayHaveArrived: return .unclear(EndWord.noAnswer)
      }
    }
  }

  /// What an answer means; after a longer wait that it asks for, everybody waits.
  private func step(_ reply: OutgoingReply, _ id: String) -> Tries.Step {
    if !(200..<300).contains(reply.status) {
      logger.debug("webhook refuses", metadata: ["dispatch.id": "\(id)", "status": "\(reply.status)"])
    }
    let step = WebhookVerdict.step(status: reply.status, retryAfterMS: reply.retryAfterMS)
    state.withLock { state in
      if reply.status == 410 { state.isGone = true }
      if case .again(_, let afterMS?) = step { state.notBeforeMS = max(state.notBeforeMS, clock.nowMS + afterMS) }
    }
    return step
  }
}
