import Coinslot
import Logging
import NIOCore
import Primitives
import Sockets
import Synchronization

/// Hears confirmations on the node's own socket, for ever: connects, subscribes with every account, waits for the
/// acknowledgement, then asks for a re-read, because what came before it was not heard.
///
/// Silence is checked: a subscription without acknowledgement or a ping without pong ends the connection, and after a
/// pause of 1 to 30 s the next one begins with the full list again.
struct NanoStream: Sendable {
  static let ackWithinMS: Int64 = 5_000
  static let pingEveryMS: Int64 = 20_000
  static let pongWithinMS: Int64 = 10_000
  /// Above this many accounts the node is asked for every confirmation, which are then looked up here.
  static let accountLimit = 20_000
  static let longestPauseMS: Int64 = 30_000

  let endpoint: Endpoint
  let hearing: NanoNetwork.Hearing
  let condition: NodeCondition
  let clock: any Clock
  let log: Logger

  /// Hears until cancelled.
  func run(into inbox: any SightingInbox, tell: @escaping @Sendable (HeardTransfer) -> Void) async {
    var pauseMS: Int64 = 1_000
    while !Task.isCancelled {
      let sinceMS = clock.nowMS
      do {
        try await listen(into: inbox, tell: tell)
      } catch {
        guard !Task.isCancelled else { return }
        condition.setFeed("the node's notices do not reach us: \(error)")
        log.info("node socket ended", metadata: ["reason": "\(error)"])
      }
      if clock.nowMS - sinceMS > Self.longestPauseMS { pauseMS = 1_000 }
      try? await Task.sleep(for: .milliseconds(pauseMS))
      pauseMS = min(pauseMS * 2, Self.longestPauseMS)
    }
  }

  private func listen(into inbox: any SightingInbox, tell: @escaping @Sendable (HeardTransfer) -> Void) async throws {
    var options = WebSocketClientOptions()
    options.maxMessageBytes = NodeMessage.limit
    try await WebSocketClient.withConnection(to: endpoint, options: options) { connection in
      let talk = Talk(nowMS: clock.nowMS)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for try await text in connection.messages { hear(text, talk: talk, inbox: inbox, tell: tell) }
          throw StreamEnd.closed
        }
        group.addTask { try await keepUp(talk, on: connection) }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }

  private func hear(
    _ text: ByteBuffer,
    talk: Talk,
    inbox: any SightingInbox,
    tell: @Sendable (HeardTransfer) -> Void
  ) {
    let now = clock.nowMS
    let message: NodeMessage
    do {
      message = try NodeMessage(decoding: Array(buffer: text).span)
    } catch {
      log.debug("node message cannot be read", metadata: ["reason": "\(error)"])
      return
    }
    switch message {
    case .ack(let ack):
      if talk.heard(ack, nowMS: now) {
        condition.setFeed(nil)
        inbox.missedSome(of: hearing.chain)
      }
    case .confirmation(let confirmation):
      // Whose is it? Only then is the signature worth its hundred microseconds.
      guard let destination = confirmation.spoken?.block.destination, hearing.isWanted(destination),
        case .candidate(let send) = NoticeVerdict(confirmation)
      else { return }
      let transfer = hearing.transfer(send, frame: ForwardedCallback(confirmation)?.bytes, heardAtMS: now)
      tell(transfer)
      if hearing.watchSet.account(destination) != nil { _ = inbox.hear(transfer.sighting) }
    case .unconfirmedBlock, .other: break
    }
  }

  /// Subscribes whenever the accounts have changed, pings, and throws where the node falls silent.
  private func keepUp(_ talk: Talk, on connection: WebSocketClientConnection) async throws {
    while true {
      let now = clock.nowMS
      let (keys, version) = hearing.watchSet.all
      for request in try talk.due(keys: keys, version: version, nowMS: now) {
        try await connection.send(text: request.text)
      }
      try await Task.sleep(for: .milliseconds(250))
    }
  }
}

/// Why listening ended.
enum StreamEnd: Error, CustomStringConvertible {
  case closed, noAck, noPong

  var description: String {
    switch self {
    case .closed: "it closed the connection"
    case .noAck: "it did not acknowledge the subscription"
    case .noPong: "it does not answer pings"
    }
  }
}

/// What was asked on one connection and what came back.
private final class Talk: Sendable {
  private struct State {
    var subscribed: UInt64?
    var pending: (id: String, sinceMS: Int64)?
    var pingedAtMS: Int64
    var awaitsPongSinceMS: Int64?
    var count = 0
  }
  private let state: Mutex<State>

  init(nowMS: Int64) { state = Mutex(State(pingedAtMS: nowMS)) }

  /// What to send now; throws where an answer is overdue.
  func due(keys: [Bytes32], version: UInt64, nowMS: Int64) throws -> [SocketRequest] {
    try state.withLock { state in
      if let pending = state.pending, nowMS - pending.sinceMS > NanoStream.ackWithinMS { throw StreamEnd.noAck }
      if let since = state.awaitsPongSinceMS, nowMS - since > NanoStream.pongWithinMS { throw StreamEnd.noPong }
      var requests: [SocketRequest] = []
      if state.subscribed != version, state.pending == nil {
        state.count += 1
        state.subscribed = version
        state.pending = ("s\(state.count)", nowMS)
        let filter = keys.count > NanoStream.accountLimit ? nil : keys
        requests.append(.confirmations(of: filter, id: "s\(state.count)"))
      }
      if nowMS - state.pingedAtMS >= NanoStream.pingEveryMS {
        state.pingedAtMS = nowMS
        state.awaitsPongSinceMS = nowMS
        requests.append(.ping())
      }
      return requests
    }
  }

  /// Notes an acknowledgement; true where it is that of the subscription waited for.
  func heard(_ ack: SocketAck, nowMS: Int64) -> Bool {
    state.withLock { state in
      if ack.isPong { state.awaitsPongSinceMS = nil }
      guard ack.action == "subscribe", let pending = state.pending, ack.id == pending.id else { return false }
      state.pending = nil
      return true
    }
  }
}
