package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Primitives
import Sockets

/// Calls to a server of the operator's over HTTP: bounded in time and bytes, and never sent on elsewhere.
package struct NodeHTTP: Sendable {
  static let timeoutMS: Int64 = 10_000
  static let answerLimit = 16 << 20

  /// What the server is called in sentences for the operator.
  let name: String
  private let base: String
  private let trust: NodeTrust?
  private let client: HTTPClient

  /// Calls to the server at `endpoint`, whose path stands in front of each call's.
  ///
  /// `client` is one of `NodeHTTP.client()`; another might follow redirects, and hand our keys to them.
  init(name: String, endpoint: Endpoint, certificateFile: String?, client: HTTPClient) {
    self.name = name
    var base = endpoint.description
    while base.hasSuffix("/") { base.removeLast() }
    self.base = base
    trust = certificateFile.map(NodeTrust.init(file:))
    self.client = client
  }

  /// A client for calls to nodes; whoever makes it shuts it down.
  package static func client() -> HTTPClient {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout = .init(connect: .seconds(5))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    // Each open stream holds a connection of its own.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// One call.
  struct Call: Sendable {
    var method: HTTPMethod = .GET
    /// Path and query, with a slash in front.
    var path: String
    var headers: [(name: String, value: String)] = []
    var contentType: String?
    var body: [UInt8]?
    var withinMS = NodeHTTP.timeoutMS
  }

  /// What came back, whatever its status.
  struct Reply: Sendable {
    let status: Int
    let body: [UInt8]
  }

  /// Why a call got no reply.
  private enum Miss: Error {
    /// There is no TLS with that server.
    case distrust
    case failure(NodeFailure)
  }

  /// Makes a call; where the server shows an unknown certificate, once more after its file was read again.
  ///
  /// - Throws: `NodeFailure.away` without an answer, `.refused` where the server is not who it should be.
  func send(_ call: Call) async throws(NodeFailure) -> Reply {
    try await trusting { () async throws(Miss) -> Reply in
      let request = try prepared(call)
      let client = client
      do {
        return try await TimeLimit.run(milliseconds: call.withinMS) {
          let response = try await client.execute(request, deadline: .distantFuture)
          let body = try await response.body.collect(upTo: Self.answerLimit)
          return Reply(status: Int(response.status.code), body: Array(buffer: body))
        }
      } catch {
        throw miss(error, withinMS: call.withinMS)
      }
    }
  }

  /// Makes a call whose answer has no end, and hands on what comes until it breaks off or the task is cancelled.
  ///
  /// The answer may begin only with its first bytes, however late, so there is no time limit.
  ///
  /// - Returns: The reply where its status is not 200; nil where the answer ended.
  /// - Throws: As `send`.
  func stream(
    _ call: Call,
    _ take: ([UInt8]) async throws(NodeFailure) -> Void
  ) async throws(NodeFailure) -> Reply? {
    try await trusting { () async throws(Miss) -> Reply? in
      let request = try prepared(call)
      do {
        let response = try await client.execute(request, deadline: .distantFuture)
        guard response.status == .ok else {
          let body = try await TimeLimit.run(milliseconds: Self.timeoutMS) {
            try await response.body.collect(upTo: 1 << 16)
          }
          return Reply(status: Int(response.status.code), body: Array(buffer: body))
        }
        for try await bytes in response.body { try await take(Array(buffer: bytes)) }
        return nil
      } catch {
        throw miss(error, withinMS: Self.timeoutMS)
      }
    }
  }

  private func trusting<Result>(_ attempt: () async throws(Miss) -> Result) async throws(NodeFailure) -> Result {
    for isLast in [false, true] {
      do {
        return try await attempt()
      } catch {
        switch error {
        case .failure(let failure): throw failure
        case .distrust:
          if !isLast, try trust?.reload() == true { continue }
          throw distrust
        }
      }
    }
    throw distrust
  }

  private var distrust: NodeFailure {
    guard let file = trust?.file else {
      return .refused("\(name): no certificate authority of this system vouches for it; name its certificate file")
    }
    return .refused(
      "\(name) shows a certificate that \(file) does not vouch for, or that is not for this address or has expired, or "
        + "it speaks no TLS; copy its certificate to that file anew, and use an address that the certificate names"
    )
  }

  private func prepared(_ call: Call) throws(Miss) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: base + call.path)
    request.method = call.method
    for header in call.headers { request.headers.add(name: header.name, value: header.value) }
    if let type = call.contentType { request.headers.add(name: "content-type", value: type) }
    if let body = call.body { request.body = .bytes(body) }
    do throws(NodeFailure) {
      request.tlsConfiguration = try trust?.configuration() ?? NodeTrust.system
    } catch {
      throw .failure(error)
    }
    return request
  }

  private func miss(_ error: any Error, withinMS: Int64) -> Miss {
    if NodeTrust.isDistrust(error) { return .distrust }
    // The error's words, not its values: what we sent may hold a key.
    switch error {
    case let failure as NodeFailure: return .failure(failure)
    case is TimeLimit.Passed: return .failure(.away("\(name) gives no answer within \(withinMS / 1_000) s"))
    case is NIOTooManyBytesError: return .failure(.garbled("\(name) answers more than \(Self.answerLimit >> 20) MiB"))
    case is CancellationError: return .failure(.away("we are stopping"))
    case let error as HTTPClientError where error == .connectTimeout:
      return .failure(.away("\(name) cannot be reached: no connection within 5 s"))
    case let error as HTTPClientError: return .failure(.away("\(name) cannot be reached: \(error.shortDescription)"))
    default: return .failure(.away("\(name) cannot be reached: connection failed (\(type(of: error)))"))
    }
  }
}
