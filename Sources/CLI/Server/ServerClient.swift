import AsyncHTTPClient
import Server
import Foundation
import NIOCore
import NIOPosix
import NIOHTTP1
import Primitives
import Synchronization

/// Asks a running server over its API.
struct ServerClient: Sendable {
  /// Longest answer, bytes; a page of 200 payments with their evidence is far below.
  static let answerLimit = 8 << 20
  /// How long a request may take, seconds.
  static let timeoutSeconds: Int64 = 30
  /// How often a change is sent again after a lost connection; its key makes it happen once.
  static let repeats = 2

  /// One client for the whole life of a command and for each set of names; a server that is not there is told at once, not tried for long.
  private static let made = Mutex<[[String: String]: HTTPClient]>([:])

  private static func client(names: [String: String]) -> HTTPClient {
    made.withLock { made in
      let client = made[names] ?? makeClient(names: names)
      made[names] = client
      return client
    }
  }

  private static func makeClient(names: [String: String]) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(5), read: .seconds(60))
    )
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.dnsOverride = names
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  let url: String
  private let token: String?
  private let tokenPlace: String
  private let http: HTTPClient

  /// A client; `names` are host names with the addresses they stand for.
  ///
  /// - Throws: `Failure` for a URL that cannot be used, or one that would carry the token in the open.
  init(
    url: String,
    token: String?,
    tokenPlace: String,
    names: [String: String] = [:],
    mayBeInsecure: Bool
  ) throws {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme, ["http", "https"].contains(scheme),
      let host = parts.host, !host.isEmpty
    else { throw Failure(.usage, "\"\(url)\" is no server", hint: "write it whole: --server http://127.0.0.1:8402") }
    let isHere = ["localhost", "[::1]", "::1"].contains(host) || host.hasPrefix("127.")
    guard scheme == "https" || isHere || mayBeInsecure || token == nil else {
      throw Failure(
        .usage,
        "the token would go to \(host) over plain http, for anyone on the way to read",
        hint: "use https, or a tunnel: ssh -L 8402:127.0.0.1:8402 \(host). --insecure sends it anyway."
      )
    }
    self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    self.token = token
    self.tokenPlace = tokenPlace
    http = Self.client(names: names)
  }

  /// Reads something.
  ///
  /// - Throws: `Failure`.
  func get(_ path: String, _ query: KeyValuePairs<String, String?> = [:]) async throws -> JSONValue {
    try await Progress.during("waiting for \(url)") { _ in
      let response = try await send(.GET, path, query: query)
      return try await Self.json(response)
    }
  }

  /// Reads something without a word about waiting.
  ///
  /// - Throws: `Failure`.
  func getQuietly(_ path: String) async throws -> JSONValue {
    try await Self.json(try await send(.GET, path, query: [:]))
  }

  /// Changes something, once, however often the connection breaks.
  ///
  /// - Throws: `Failure`; `.unknown` where the change may have happened and the server cannot be asked.
  func post(
    _ path: String,
    _ body: KeyValuePairs<String, JSONValue> = [:],
    isDryRun: Bool = false
  ) async throws -> JSONValue {
    let key = Chance.hex(bytes: 16)
    let bytes = JSONValue.object(body.map { .init($0.key, $0.value) }).text()
    return try await Progress.during("waiting for \(url)") { progress in
      var attempt = 0
      while true {
        do {
          let response = try await send(
            .POST,
            path,
            query: ["dry_run": isDryRun ? "true" : nil],
            body: bytes,
            idempotencyKey: key
          )
          return try await Self.json(response)
        } catch let failure as Failure where failure.kind == .unknown && attempt < Self.repeats {
          attempt += 1
          progress.say("the connection broke; asking again")
          try await Task.sleep(for: .seconds(attempt))
        }
      }
    }
  }

  /// Begins an answer whose body is read piece by piece.
  ///
  /// - Throws: `Failure`.
  func open(
    _ method: HTTPMethod,
    _ path: String,
    query: KeyValuePairs<String, String?> = [:],
    headers: [(String, String)] = [],
    lifeSeconds: Int64
  ) async throws -> HTTPClientResponse.Body {
    let response = try await send(method, path, query: query, headers: headers, seconds: lifeSeconds)
    guard response.status == .ok else { throw await refusal(response) }
    return response.body
  }
}

extension ServerClient {
  private func send(
    _ method: HTTPMethod,
    _ path: String,
    query: KeyValuePairs<String, String?>,
    headers: [(String, String)] = [],
    body: String? = nil,
    idempotencyKey: String? = nil,
    seconds: Int64 = ServerClient.timeoutSeconds
  ) async throws -> HTTPClientResponse {
    let pairs = query.compactMap { name, value in value.map { "\(name)=\(Self.escaped($0))" } }
    var request = HTTPClientRequest(url: url + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")))
    request.method = method
    request.headers.add(name: "Accept", value: "application/json, application/problem+json, text/event-stream")
    request.headers.add(name: "User-Agent", value: "coinslot/\(Release.version)")
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let idempotencyKey { request.headers.add(name: "Idempotency-Key", value: "\"\(idempotencyKey)\"") }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(string: body))
    }
    let response: HTTPClientResponse
    do {
      response = try await http.execute(request, timeout: .seconds(seconds))
    } catch {
      throw lost(error, isChange: method == .POST)
    }
    guard response.status.code < 400 else { throw await refusal(response) }
    return response
  }

  /// What a broken connection means: before the request left, nothing happened; after it, nobody knows.
  private func lost(_ error: any Error, isChange: Bool) -> Failure {
    let isConnecting =
      switch error {
      case is NIOConnectionError: true
      case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT].contains(error.errnoCode)
      case let error as HTTPClientError:
        [.connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout].contains(error)
      default: false
      }
    if isConnecting || !isChange {
      return Failure(
        .cannotConnect,
        "cannot reach \(url): \(Self.words(error))",
        hint: "is the server running? coinslot serve starts it; --server names another"
      )
    }
    return Failure(
      .unknown,
      "the connection to \(url) broke after the request was sent: it may or may not have happened",
      hint: "look before you repeat it: coinslot dispatch list, coinslot device list"
    )
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { words($0.error) } ?? "no address belongs to \(error.host)"
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as HTTPClientError where error == .connectTimeout: "it does not answer"
    case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: "no answer in time"
    default: "\(error)"
    }
  }

  /// What a refusal of the server means here; its own words are shown.
  private func refusal(_ response: HTTPClientResponse) async -> Failure {
    let body = try? await response.body.collect(upTo: 1 << 20)
    let problem = body.flatMap { try? JSONValue(parsing: Array(buffer: $0)) }
    let title = problem?["title"]?.string ?? response.status.reasonPhrase
    let detail = problem?["detail"]?.string
    let words = [title, detail].compactMap { $0 }.joined(separator: ": ")
    switch response.status.code {
    case 401, 403:
      let place = "it lies in \(tokenPlace) on the server's machine"
      return Failure(
        .notAllowed,
        token == nil ? "the server wants the admin token" : "the server does not take this token",
        hint: "\(place); show it with --token-file or COINSLOT_TOKEN"
      )
    case 404: return Failure(.notFound, words)
    case 400, 413, 415, 422: return Failure(.usage, words)
    case 409, 412: return Failure(.conflict, words)
    case 429, 503: return Failure(.failed, words, hint: "try again in a moment")
    default: return Failure(.failed, "\(words) (status \(response.status.code))", hint: "the server's log says why")
    }
  }

  private static func json(_ response: HTTPClientResponse) async throws -> JSONValue {
    do {
      let body = try await response.body.collect(upTo: answerLimit)
      return try JSONValue(parsing: Array(buffer: body))
    } catch is JSONRefusal {
      throw Failure(.failed, "the answer is not JSON", hint: "is this a coinslot server?")
    } catch {
      throw Failure(.unknown, "the connection broke in the middle of the answer")
    }
  }

  /// A value as it stands in a path or a query: all but letters, digits and `-._~` escaped.
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: String(UnicodeScalar(byte))
      default: "%" + Hex.encode([byte], uppercase: true)
      }
    }.joined()
  }
}
