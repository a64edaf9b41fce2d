package import Coinslot
import DeviceWire
package import Logging
package import NIOCore
import NIOHTTP1
import Primitives
package import Sockets

/// Where devices come in: decides who may open a socket, proves them, and carries what they say to the books.
///
/// It serves a plain listener of its own as it is, and another one through `webSocket`: give that to the
/// `WebSocketFront` that stands before the public port's HTTP server.
///
/// ## On failure
/// Nothing is kept here. What a device said and the books could not take is said again with its next ping or hello.
package final class DeviceDoor: PlainHTTPService, Sendable {
  let registry: DeviceRegistry
  let ledger: any Ledger
  let keys: any DeviceKeys
  let ears: any DeviceEars
  let clock: any Clock
  let entropy: any Entropy
  let counters: GatewayCounters
  let log: Logger
  let mail = DeviceMailroom()

  private let path: String
  private let origins: OriginRule
  let resumeWithinMS: @Sendable () -> [SlotID: Int64]
  /// The key that a stranger's hello is checked with, so that it takes as long as a known device's.
  let decoy: Bytes32

  /// Where devices connect unless configured otherwise.
  package static let usualPath = "/link"

  /// A door whose devices appear in `registry`.
  ///
  /// `keys` is asked on event loops and must answer from memory; `ears` is the dispatcher; `resumeWithinMS` gives how
  /// long an outage may last for each slot's runs, as configured now.
  package init(
    registry: DeviceRegistry,
    ledger: any Ledger,
    keys: any DeviceKeys,
    ears: any DeviceEars,
    clock: any Clock,
    entropy: any Entropy,
    origins: OriginRule,
    path: String = DeviceDoor.usualPath,
    counters: GatewayCounters,
    log: Logger,
    resumeWithinMS: @escaping @Sendable () -> [SlotID: Int64]
  ) {
    self.registry = registry
    self.ledger = ledger
    self.keys = keys
    self.ears = ears
    self.clock = clock
    self.entropy = entropy
    self.origins = origins
    self.path = path
    self.counters = counters
    self.log = log
    self.resumeWithinMS = resumeWithinMS
    decoy = Bytes32(entropy.bytes(32)) ?? .zero
  }

  /// Carries what devices say to the books until closed or cancelled; to be called once.
  package func run() async { await mail.run() }

  /// Lets `run` end once what was said is written down; to be called after the listener has closed.
  package func close() { mail.close() }

  // MARK: - Who may enter

  /// Whether a request becomes a device's socket; the public listener asks this too.
  ///
  /// A request for another path is `.notWebSocket` and left to that listener; one for this path that may not become a
  /// socket is answered here, 403 for a page of a foreign Origin.
  package func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision {
    switch entry(head) {
    case .elsewhere: .notWebSocket
    case .refuse(let problem):
      .refuse(counted(problem).reply(headers: problem.status == .methodNotAllowed ? [("Allow", "GET")] : []))
    case .accept: accept()
    }
  }

  private func counted(_ problem: HTTPProblem) -> HTTPProblem {
    counters.count(problem.code == HTTPProblem.foreignOrigin.code ? .foreignOrigin : .deviceRequestRefused)
    return problem
  }

  private enum Entry {
    case elsewhere
    case refuse(HTTPProblem)
    case accept
  }

  private func entry(_ head: RequestHead) -> Entry {
    guard head.path == path else { return .elsewhere }
    guard head.method == .GET else {
      return .refuse(HTTPProblem(.methodNotAllowed, "method_not_allowed", "a WebSocket begins with GET"))
    }
    guard head.mayOpenSocket(by: origins) else { return .refuse(HTTPProblem.foreignOrigin) }
    guard head.elements("sec-websocket-protocol").contains(DeviceDoor.subprotocol) else {
      return .refuse(
        HTTPProblem(.badRequest, "wrong_subprotocol", "a device speaks the subprotocol \(DeviceDoor.subprotocol)")
      )
    }
    return .accept
  }

  private static let subprotocol = "\(LinkTransport.subprotocol)"

  private func accept() -> WebSocketDecision {
    .accept(subprotocol: DeviceDoor.subprotocol, options: DeviceDoor.socketOptions) { [self] in DeviceLink(self) }
  }

  /// A device pings on the link's own level; frames are short and few.
  private static let socketOptions = {
    var options = WebSocketOptions()
    options.maxMessageBytes = Frame.limit
    options.maxFragments = 8
    options.maxPendingBytes = 32_768
    options.firstMessageWithinMS = ServerSession.challengeLifeMS
    options.messageWithinMS = ServerSession.challengeLifeMS
    options.pingEveryMS = nil
    return options
  }()

  // MARK: - A listener of its own

  package func admit(_ head: RequestHead, from remote: SocketAddress?) -> PlainHTTPAdmission {
    .refuse(HTTPProblem(.notFound, "not_found", "nothing is here").reply())
  }

  package func answer(_ head: RequestHead, body: ByteBuffer, from remote: SocketAddress?) -> PlainHTTPAnswer {
    .hangUp
  }
}
