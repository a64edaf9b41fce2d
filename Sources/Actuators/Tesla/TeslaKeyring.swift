public import Coinslot
public import Logging
import Primitives
import Sockets

/// Hands out the token of one owner and renews it, one renewal at a time.
///
/// ## On failure
/// New tokens are stored before anybody gets them. Where that fails they are kept in memory and stored at the next use;
/// a crash in between loses them, and the owner must log in again.
public actor TeslaKeyring {
  /// A token is renewed when it has less than this left, milliseconds.
  static let earlyMS: Int64 = 60_000

  /// Why there is no token.
  enum Failure: Error, Hashable {
    /// Later there may be one.
    case away(String)
    /// The owner, or the operator, must do something.
    case notAllowed(String)

    var words: String {
      switch self {
      case .away(let words), .notAllowed(let words): words
      }
    }
  }

  private let store: any TeslaTokenStore
  private let clientID: String
  private let endpoint: Endpoint
  private let http: OutgoingHTTP
  private let clock: any Clock
  private let logger: Logger
  private var unsaved: TeslaTokens?
  private var renewal: Task<Result<String, Failure>, Never>?
  /// What stands in the way, and the tokens that it was found with.
  private var trouble: (words: String, with: TeslaTokens?)?

  /// The tokens of one owner.
  ///
  /// - Throws: `MachineMistake`, the first that `settings.validate()` names.
  public init(
    _ settings: TeslaKeySettings,
    store: any TeslaTokenStore,
    clock: any Clock,
    logger: Logger
  ) throws(MachineMistake) {
    if let mistake = settings.validate().first { throw mistake }
    self.store = store
    clientID = settings.clientID
    endpoint = try MachineURL.endpoint(settings.url, key: "auth_url")
    http = OutgoingHTTP(
      rule: AddressRule(allowsPrivate: true),
      trust: settings.trustedCAFile.map { .file($0) } ?? .system
    )
    self.clock = clock
    self.logger = logger
  }

  /// What stands in the way until the owner or the operator does something; nil where nothing is known to.
  func obstacle() async -> String? {
    guard let trouble else { return nil }
    // New tokens are believed until they prove no better.
    if let tokens = try? await store.read(), tokens != trouble.with { self.trouble = nil }
    return self.trouble?.words
  }

  /// A token that is not `rejected`, renewed where that is needed.
  func access(not rejected: String? = nil) async -> Result<String, Failure> {
    do {
      if unsaved == nil, let tokens = try await store.read(), tokens.access != rejected, !tokens.access.isEmpty,
        tokens.expiresAtMS - Self.earlyMS > clock.nowMS
      {
        trouble = nil
        return .success(tokens.access)
      }
    } catch { return await failed(.notAllowed("the tokens cannot be read")) }
    if let renewal { return await renewal.value }
    // Not bound to who asks: a renewal that was begun must end with its tokens stored.
    let task = Task { await renew() }
    renewal = task
    let result = await task.value
    renewal = nil
    return result
  }

  private func renew() async -> Result<String, Failure> {
    do {
      let tokens: TeslaTokens
      if let unsaved {
        tokens = unsaved
      } else {
        guard let old = try await store.read() else {
          return await failed(.notAllowed("the owner has not allowed it yet: no tokens are stored"))
        }
        switch await ask(with: old) {
        case .success(let new): tokens = new
        case .failure(let failure): return await failed(failure)
        }
      }
      unsaved = tokens
      try await store.write(tokens)
      unsaved = nil
      trouble = nil
      return .success(tokens.access)
    } catch {
      logger.error("Tesla tokens cannot be stored", metadata: ["reason": "\(error)"])
      return .failure(.away("the tokens cannot be stored"))
    }
  }

  private func failed(_ failure: Failure) async -> Result<String, Failure> {
    if case .notAllowed(let words) = failure { trouble = (words, try? await store.read()) }
    return .failure(failure)
  }

  private func ask(with old: TeslaTokens) async -> Result<TeslaTokens, Failure> {
    let form = [("grant_type", "refresh_token"), ("client_id", clientID), ("refresh_token", old.refresh)]
    let request = OutgoingRequest(
      .post,
      endpoint,
      headers: [("content-type", "application/x-www-form-urlencoded")],
      body: Array(form.map { "\($0.0)=\(PercentText.encode($0.1))" }.joined(separator: "&").utf8),
      startWithinMS: 10_000
    )
    let reply: OutgoingReply
    do throws(OutgoingFailure) { reply = try await http.ask(request) } catch {
      return .failure(.away("the login service does not answer: \(error.words)"))
    }
    switch reply.status {
    case 200: break
    case 400, 401, 403: return .failure(.notAllowed("the owner must log in again: the refresh token is not accepted"))
    default: return .failure(.away("the login service answers with status \(reply.status)"))
    }
    guard reply.isWhole, let json = try? JSONValue(parsing: reply.body), let access = json["access_token"]?.string,
      !access.isEmpty, let seconds = json["expires_in"]?.int64, (0...31_536_000).contains(seconds)
    else { return .failure(.away("the answer of the login service makes no sense")) }
    return .success(
      TeslaTokens(
        access: access,
        refresh: json["refresh_token"]?.string ?? old.refresh,
        expiresAtMS: clock.nowMS + seconds * 1_000
      )
    )
  }
}
