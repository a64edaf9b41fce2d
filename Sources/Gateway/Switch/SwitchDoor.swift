package import Coinslot
package import Logging
package import NIOCore
import NIOHTTP1
package import Sockets
import Synchronization

/// Where boards with the bitcoinSwitch firmware come in: `/api/v1/ws/` and the board's secret, on the public listener.
///
/// A path with no board's secret is no path of this door, so whoever tries one learns no more than of any other page
/// that does not exist. Nothing but a WebSocket is served there: no request makes a board do anything.
///
/// ## On failure
/// Nothing is kept here; after a start every board is away until it dials in again.
package final class SwitchDoor: Sendable {
  /// What stands before the secret in the firmware's path.
  package static let path = "/api/v1/ws/"

  let counters: GatewayCounters
  let log: Logger
  private let boards: [(path: [UInt8], board: BitcoinSwitch)]
  private let origins: OriginRule
  private let news = Mutex<Set<DeviceID>>([])
  private let bell = Bell()

  /// A door for these boards.
  package init(_ boards: [BitcoinSwitch], origins: OriginRule, counters: GatewayCounters, log: Logger) {
    self.boards = boards.map { (Array("\(Self.path)\($0.secret)".utf8), $0) }
    self.origins = origins
    self.counters = counters
    self.log = log
  }

  /// Whether a request becomes a board's socket; the public listener asks this.
  ///
  /// A request without a board's secret is `.notWebSocket` and left to that listener. Offered subprotocols are ignored:
  /// the firmware offers one and does not mind.
  package func webSocket(_ head: RequestHead, from remote: SocketAddress?) -> WebSocketDecision {
    guard let board = board(at: head) else { return .notWebSocket }
    guard head.method == .GET else {
      counters.count(.deviceRequestRefused)
      let problem = HTTPProblem(.methodNotAllowed, "method_not_allowed", "a WebSocket begins with GET")
      return .refuse(problem.reply(headers: [("Allow", "GET")]))
    }
    guard head.mayOpenSocket(by: origins) else {
      counters.count(.foreignOrigin)
      return .refuse(HTTPProblem.foreignOrigin.reply())
    }
    return .accept(options: Self.socketOptions) { [self] in SwitchLink(board, self) }
  }

  /// Compares with every secret, each in constant time, so that the time tells nothing of any.
  private func board(at head: RequestHead) -> BitcoinSwitch? {
    var found: BitcoinSwitch?
    for (path, board) in boards where head.isPath(path) { found = found ?? board }
    return found
  }

  /// Tells of each board that came or went until cancelled; several changes of one board may be told as one.
  package func run(_ tell: @escaping @Sendable (DeviceID) async -> Void) async {
    while !Task.isCancelled {
      let rings = bell.rings
      let devices = news.withLock { news in
        defer { news = [] }
        return news
      }
      await withTaskGroup(of: Void.self) { group in
        for device in devices { group.addTask { await tell(device) } }
      }
      await bell.wait(past: rings)
    }
  }

  func changed(_ device: DeviceID) {
    news.withLock { _ = $0.insert(device) }
    bell.ring()
  }

  /// The link pings by itself, since a firmware that waits for the end of a run answers nothing.
  private static let socketOptions = {
    var options = WebSocketOptions()
    options.maxMessageBytes = 4_096
    options.maxFragments = 8
    options.maxPendingBytes = 4_096
    options.firstMessageWithinMS = nil
    options.pingEveryMS = nil
    return options
  }()
}
