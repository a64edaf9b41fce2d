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
          throw SocketTalk.End.closed
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
      if talk.heard(ack) {
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
      guard hearing.watchSet.account(destination) != nil else { return }
      guard !hearing.isDust(send, atMS: now) else {
        hearing.dropped(send, log: log)
        return
      }
      _ = inbox.hear(transfer.sighting)
    case .unconfirmedBlock, .other: break
    }
  }

  /// Tells the node whenever the accounts have changed, pings, and throws where it falls silent.
  private func keepUp(_ talk: Talk, on connection: WebSocketClientConnection) async throws {
    while true {
      let now = clock.nowMS
      for request in try talk.due(hearing.watchSet, nowMS: now) {
        try await connection.send(text: request.text)
      }
      try await Task.sleep(for: .milliseconds(250))
    }
  }
}

/// The conversation, shared by who speaks and who hears.
private final class Talk: Sendable {
  private let talk: Mutex<SocketTalk>

  init(nowMS: Int64) { talk = Mutex(SocketTalk(nowMS: nowMS)) }

  func due(_ watchSet: WatchSet, nowMS: Int64) throws(SocketTalk.End) -> [SocketRequest] {
    try talk.withLock { talk throws(SocketTalk.End) in try talk.due(watchSet, nowMS: nowMS) }
  }

  func heard(_ ack: SocketAck) -> Bool { talk.withLock { $0.heard(ack) } }
}
