import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Sockets

/// Requests to machines over HTTP/1.1: bounded, and exact about whether a request may have arrived.
///
/// Each takes a connection of its own, so that none is lost on one that the other side had just closed. Redirects are
/// answers, never followed. An answer is read up to 64 KiB, the rest is cut.
package struct OutgoingHTTP: Sendable {
  /// Bytes of an answer that are kept.
  package static let mostBytes = 65_536
  /// How long one connection may take to come about, milliseconds.
  static let connectMS: Int64 = 5_000

  private let rule: AddressRule
  private let lookup: NameLookup
  private let trust: MachineTrust

  /// Requests by a rule.
  package init(rule: AddressRule, trust: MachineTrust = .system, lookup: NameLookup = .system) {
    self.rule = rule
    self.trust = trust
    self.lookup = lookup
  }

  /// Asks, and gives the answer, whatever its status.
  ///
  /// The name is looked up once, its addresses are judged, and only those that passed are connected to. Cancelling ends
  /// the waiting.
  ///
  /// - Throws: `OutgoingFailure`, which says whether anything may have arrived.
  package func ask(_ request: OutgoingRequest) async throws(OutgoingFailure) -> OutgoingReply {
    let begin = ContinuousClock.now
    func left(of wholeMS: Int64) -> Int64 { wholeMS - Int64((ContinuousClock.now - begin) / .milliseconds(1)) }
    let patienceMS = min(request.startWithinMS, request.withinMS)
    let found = await lookup.addresses(of: request.endpoint.host, withinMS: min(Self.connectMS, patienceMS))
    guard !found.isEmpty else { throw .notSent("its name is not known") }
    var failure = OutgoingFailure.notSent("no time is left")
    for address in found {
      if let refusal = refusal(of: address, for: request.endpoint) {
        failure = .notSent(refusal)
        continue
      }
      let startMS = min(Self.connectMS, left(of: request.startWithinMS), left(of: request.withinMS))
      guard startMS > 0, !Task.isCancelled else { break }
      do throws(OutgoingFailure) {
        return try await ask(request, at: address, connectMS: startMS, withinMS: left(of: request.withinMS))
      } catch {
        // Only where nothing left may another address be tried.
        guard case .notSent = error else { throw error }
        failure = error
      }
    }
    throw failure
  }

  /// Why this address is not connected to; nil where it is.
  private func refusal(of text: String, for endpoint: Endpoint) -> String? {
    guard let address = MappedAddress(text) else { return "its address makes no sense" }
    if let refusal = rule.refusal(of: address) { return refusal }
    guard endpoint.scheme.isSecure || AddressRule.isPrivate(address) else {
      return "plain http is for machines in the house; use https"
    }
    return nil
  }

  private func ask(
    _ request: OutgoingRequest,
    at address: String,
    connectMS: Int64,
    withinMS: Int64
  ) async throws(OutgoingFailure) -> OutgoingReply {
    let client: HTTPClient
    let ready: HTTPClient.Request
    do {
      client = try self.client(for: request.endpoint.host, at: address, connectMS: connectMS)
    } catch {
      throw .notSent("the certificate to trust cannot be used")
    }
    // It holds no connection by now, or one that is being closed: nobody needs to wait for that.
    defer { Task { try? await client.shutdown() } }
    do { ready = try Self.prepared(request) } catch { throw .notSent("this is no address that can be asked") }
    let collector = ReplyCollector()
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let task = client.execute(
      request: ready,
      delegate: collector,
      eventLoop: .delegateAndChannel(on: loop),
      deadline: .now() + .milliseconds(withinMS)
    )
    do {
      try await withTaskCancellationHandler {
        try await task.futureResult.get()
      } onCancel: {
        task.cancel()
      }
    } catch {
      if let reply = collector.reply { return reply }
      throw Self.failure(error, hasLeft: collector.hasLeft)
    }
    guard let reply = collector.reply else { throw .mayHaveArrived("the answer makes no sense") }
    return reply
  }

  private func client(for host: String, at address: String, connectMS: Int64) throws -> HTTPClient {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.tlsConfiguration = try trust.configuration()
    configuration.timeout = .init(connect: .milliseconds(connectMS))
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.httpVersion = .http1Only
    // No second look at the name: what was judged is what is connected to.
    if host != address { configuration.dnsOverride = [host: address] }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  private static func prepared(_ request: OutgoingRequest) throws -> HTTPClient.Request {
    var headers = HTTPHeaders([("user-agent", "coinslot"), ("connection", "close")])
    for (name, value) in request.headers { headers.replaceOrAdd(name: name, value: value) }
    return try HTTPClient.Request(
      url: request.endpoint.description,
      method: HTTPMethod(rawValue: request.method.rawValue),
      headers: headers,
      body: request.method == .get && request.body.isEmpty ? nil : .bytes(request.body)
    )
  }
}
