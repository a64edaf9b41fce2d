public import Coinslot
public import Logging
import Primitives
import Sockets
import Synchronization

/// A service of Home Assistant, called over its REST interface.
///
/// A good answer says that the service ran, not that the machine behind it did anything: a lamp that is out of reach
/// answers the same. So the deed ends as `sent`, or as `done` where an entity is named whose state is then seen to be as
/// it should be (`confirm`).
///
/// ## On failure
/// Nothing is kept here. A call that may have arrived is made again only where the operator says that a repetition
/// changes nothing.
public final class HomeAssistant: Machine {
  /// How long the entity may take to show the state, milliseconds.
  static let confirmMS: Int64 = 10_000

  private let endpoint: Endpoint
  private let settings: HomeAssistantSettings
  private let call: HomeAssistantCall
  private let http: OutgoingHTTP
  private let clock: any Clock
  private let logger: Logger
  private let lane = Lane(width: 4, most: 64)
  /// A token that was not taken, and when: asked with it again and again, Home Assistant would ban our address.
  private let rejected = Mutex<(token: String, atMS: Int64)?>(nil)
  private static let askAgainMS: Int64 = 600_000

  /// A service as it is set up.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(_ settings: HomeAssistantSettings, clock: any Clock, logger: Logger) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    endpoint = try MachineURL.endpoint(settings.url, key: "url")
    call = try HomeAssistantCall(settings.data)
    self.settings = settings
    http = OutgoingHTTP(
      rule: AddressRule(allowsPrivate: true),
      trust: settings.trustedCAFile.map { .file($0) } ?? .system
    )
    self.clock = clock
    self.logger = logger
  }

  /// Whether Home Assistant answers and takes our token.
  public func obstacle() async -> String? {
    switch await ask(.get, "/api/", startWithinMS: 2_000, withinMS: 2_000) {
    case .success(let reply):
      switch reply.status {
      case 200: nil
      case 401, 403: Self.tokenWords
      default: "Home Assistant answers with status \(reply.status)"
      }
    case .failure(.noToken(let words)): words
    case .failure: "Home Assistant does not answer"
    }
  }

  /// Calls the service.
  public func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    guard deed.command.mode != .stop else { return .notDone(EndWord.cannot) }
    guard !deed.mayHaveHappened || settings.mayRepeat else { return .unknown(EndWord.interrupted) }
    guard let body = call.body(for: deed) else {
      return deed.mayHaveHappened ? .unknown(EndWord.interrupted) : .notDone(EndWord.refused)
    }
    let doubt: (String) -> Tries.Step = { [settings] in settings.mayRepeat ? .unclear($0) : .lost($0) }
    let end = await Tries(by: clock).end(of: deed) { _ in
      switch await lane.enter(by: deed.deadlineMS, clock) {
      case .full: return .refused(EndWord.full)
      case .tooLate: return .again(EndWord.away)
      case .turn: break
      }
      defer { lane.leave() }
      let leftMS = deed.deadlineMS - clock.nowMS
      let path = "/api/services/\(settings.service.replacing(".", with: "/"))"
      switch await ask(.post, path, body, startWithinMS: leftMS, withinMS: 20_000) {
      case .success(let reply): return step(reply, deed.id, doubt)
      case .failure(.noToken(let words)):
        logger.error("Home Assistant's token is of no use", metadata: ["reason": "\(words)"])
        return .refused(EndWord.notAllowed)
      case .failure(.notSent): return .again(EndWord.away)
      case .failure(.unclear): return doubt(EndWord.noAnswer)
      }
    }
    guard end == .sent, let entity = settings.confirmEntity, let state = settings.confirmState else { return end }
    return await shows(entity, state) ? .done : .sent
  }

  private func step(_ reply: OutgoingReply, _ id: DispatchID, _ doubt: (String) -> Tries.Step) -> Tries.Step {
    guard reply.status != 200, reply.status != 201 else { return .ended(.sent) }
    logger.debug(
      "Home Assistant does not take the call",
      metadata: ["dispatch.id": "\(id)", "status": "\(reply.status)"]
    )
    switch reply.status {
    case 401, 403: return .refused(EndWord.notAllowed)
    // Not known, or not as it should be: looked at before anything is done.
    case 300..<500: return .refused(EndWord.refused)
    case 503: return .again(EndWord.away, afterMS: reply.retryAfterMS)
    default: return doubt(EndWord.failed)
    }
  }

  /// Whether the entity comes to show the state.
  private func shows(_ entity: String, _ state: String) async -> Bool {
    let untilMS = clock.nowMS + Self.confirmMS
    while !Task.isCancelled {
      if case .success(let reply) = await ask(.get, "/api/states/\(entity)", startWithinMS: 3_000, withinMS: 3_000),
        reply.status == 200, let json = try? JSONValue(parsing: reply.body), json["state"]?.string == state
      {
        return true
      }
      guard clock.nowMS < untilMS else { return false }
      await clock.pause(forMS: 500)
    }
    return false
  }

  private static let tokenWords =
    "Home Assistant does not accept the token; make a long-lived one under your profile and put it into the file"

  private enum Failed: Error {
    case noToken(String)
    case notSent
    case unclear
  }

  private func ask(
    _ method: OutgoingRequest.Method,
    _ path: String,
    _ body: [UInt8] = [],
    startWithinMS: Int64,
    withinMS: Int64
  ) async -> Result<OutgoingReply, Failed> {
    let token: String
    do {
      guard let text = try OwnersFile.read(settings.tokenFile), !text.isEmpty,
        text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
      else { return .failure(.noToken("\(settings.tokenFile) holds no token")) }
      token = text
    } catch { return .failure(.noToken("\(error)")) }
    if let rejected = rejected.withLock({ $0 }), rejected.token == token,
      clock.nowMS - rejected.atMS < Self.askAgainMS
    {
      return .failure(.noToken(Self.tokenWords))
    }
    guard let target = try? MachineURL.at(path, of: endpoint) else { return .failure(.notSent) }
    let request = OutgoingRequest(
      method,
      target,
      headers: [("authorization", "Bearer \(token)"), ("content-type", "application/json")],
      body: body,
      startWithinMS: startWithinMS,
      withinMS: withinMS
    )
    do throws(OutgoingFailure) {
      let reply = try await http.ask(request)
      rejected.withLock { $0 = reply.status == 401 ? (token, clock.nowMS) : nil }
      return .success(reply)
    } catch {
      if case .notSent = error { return .failure(.notSent) }
      return .failure(.unclear)
    }
  }
}
