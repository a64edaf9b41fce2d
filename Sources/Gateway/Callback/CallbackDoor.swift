package import Coinslot
package import NIOCore
import NIOHTTP1
package import Sockets

/// Where the node's callbacks and the sockets of old clients come in: a listener of its own, never behind a proxy.
///
/// The node posts every block of the whole network, so the order of work is: whose money may it be, does anybody here
/// wait for that, and only then the proof. What holds is told to those who watch, and heard by the till if a slot waits.
///
/// ## On failure
/// Nothing is kept here. A node never repeats a callback, so one that is lost or answered 503 is found by the re-read.
package final class CallbackDoor: PlainHTTPService, Sendable {
  private let network: any CallbackNetwork
  private let inbox: any SightingInbox
  private let watchers: WatcherRegistry
  private let clock: any Clock
  private let rules: CallbackRules
  private let path: [UInt8]
  private let callPath: [UInt8]
  private let origins: OriginRule
  private let counters: GatewayCounters

  /// A door for one network's node.
  ///
  /// `inbox` hears of money that a slot waits for; `watchers` are the clients of `/call`, and their `run` must be going;
  /// `origins` says which pages may open a socket there.
  package init(
    network: any CallbackNetwork,
    inbox: any SightingInbox,
    watchers: WatcherRegistry,
    clock: any Clock,
    rules: CallbackRules = CallbackRules(),
    origins: OriginRule,
    counters: GatewayCounters
  ) {
    self.network = network
    self.inbox = inbox
    self.watchers = watchers
    self.clock = clock
    self.rules = rules
    path = Array(rules.path.utf8)
    callPath = Array(rules.callPath.utf8)
    self.origins = origins
    self.counters = counters
  }

  /// How a peer is treated by the limits for clients: the node posts as fast as its network works.
  ///
  /// Give it to the `ClientGate` of the listener.
  package static func treatment(by rules: CallbackRules) -> @Sendable (SocketAddress) -> ClientGate.Treatment {
    { peer in
      !rules.trustedProxies.contain(peer) && rules.allow.contain(peer) ? .unhurried : .limited
    }
  }

  package func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision {
    guard head.method == .GET, head.isPath(callPath), head.mayOpenSocket(by: origins) else {
      return .notWebSocket
    }
    return .accept(options: watchers.socketOptions) { [watchers] in WatcherLink(watchers) }
  }

  package func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission {
    guard head.isTarget(path) else { return .refuse(elsewhere(head)) }
    guard head.method == .POST else {
      let problem = HTTPProblem(.methodNotAllowed, "method_not_allowed", "a callback is a POST")
      return .refuse(problem.reply(headers: [("Allow", "POST")]))
    }
    counters.count(.callback)
    if let refusal = refusal(of: head, from: remote) { return .refuse(refusal.reply()) }
    return .body(maxBytes: CallbackRules.bodyLimit)
  }

  package func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    do {
      return .reply(try take(body.readableBytesUInt8Span))
    } catch {
      counters.count(.callbackUntrue)
      return .reply(HTTPProblem(.badRequest, error.code, error.detail).reply())
    }
  }

  /// The hot path.
  private func take(_ body: Span<UInt8>) throws(CallbackRefusal) -> PlainHTTPReply {
    guard let destination = try network.destination(of: body) else {
      counters.count(.callbackForOthers)
      return CallbackDoor.thanks
    }
    let isWatched = network.isWatched(destination)
    let isWaitedFor = watchers.waits(for: destination)
    guard isWatched || isWaitedFor, let transfer = try network.read(body, heardAtMS: clock.nowMS) else {
      counters.count(.callbackForOthers)
      return CallbackDoor.thanks
    }
    if isWaitedFor { watchers.tell(transfer) }
    guard isWatched, transfer.isHint else { return CallbackDoor.thanks }
    guard inbox.hear(transfer.sighting) != .full else {
      counters.count(.callbackTillFull)
      return CallbackDoor.full
    }
    counters.count(.callbackHeard)
    return CallbackDoor.thanks
  }

  private static let thanks = PlainHTTPReply(.ok).prepared()
  private static let full = HTTPProblem(.serviceUnavailable, "till_full", "too many payments wait to be looked at")
    .reply(headers: [("Retry-After", "5")]).prepared()

  // MARK: - Refusals

  private func refusal(of head: RequestHead, from remote: SocketAddress?) -> HTTPProblem? {
    if rules.trustedProxies.contain(remote) {
      counters.count(.callbackFromProxy)
      return HTTPProblem(.forbidden, "peer_is_proxy", "a callback comes from the node itself, not through a proxy")
    }
    guard rules.allow.contain(remote) else {
      counters.count(.callbackFromStranger)
      return HTTPProblem(.forbidden, "peer_not_allowed", "callbacks are not taken from this address")
    }
    guard !head.isRelayed else {
      counters.count(.callbackRelayed)
      return HTTPProblem(
        .forbidden,
        "relayed",
        "a callback carries no header of a browser or a proxy"
      )
    }
    guard head.announcesJSON else {
      counters.count(.callbackNotJSON)
      return HTTPProblem(.forbidden, "not_json", "the Content-Type of a callback is application/json")
    }
    return nil
  }

  /// What is answered where no callback is taken.
  private func elsewhere(_ head: RequestHead) -> PlainHTTPReply {
    guard head.isPath(callPath) else {
      return HTTPProblem(.notFound, "not_found", "nothing is here").reply()
    }
    guard head.method == .GET else {
      return HTTPProblem(.methodNotAllowed, "method_not_allowed", "a WebSocket begins with GET")
        .reply(headers: [("Allow", "GET")])
    }
    counters.count(.foreignOrigin)
    return HTTPProblem.foreignOrigin.reply()
  }
}
