import Coinslot
import Logging
import NIOCore
import Primitives
import Sockets

/// One connection of a board with the bitcoinSwitch firmware, confined to its event loop.
///
/// The board greets with `Connected`, newer firmware with JSON. Nothing it says is ever answered or obeyed.
final class SwitchLink: WebSocketConnectionHandler {
  /// How often the connection is pinged, milliseconds; three unanswered pings end it.
  static let pingEveryMS: Int64 = 20_000
  /// How long a firmware that reads may say nothing, not even a pong, milliseconds.
  static let silenceMS: Int64 = 60_000

  private let board: BitcoinSwitch
  private let door: SwitchDoor
  private var handle: WebSocketHandle?
  private var hasGreeted = false
  private var heardMS: Int64 = 0
  private var pingedMS: Int64 = 0

  init(_ board: BitcoinSwitch, _ door: SwitchDoor) {
    self.board = board
    self.door = door
  }

  func opened(_ connection: WebSocketConnection) {
    guard let handle = connection.handle else { return }
    self.handle = handle
    (heardMS, pingedMS) = (board.clock.nowMS, board.clock.nowMS)
    door.counters.count(.deviceWelcomed)
    door.log.debug("board connected", metadata: ["device.id": "\(board.device)"])
    guard let replaced = board.opened(handle) else { return }
    door.counters.count(.deviceReplaced)
    replaced.close(.policyViolation, reason: "the board has connected anew")
  }

  func text(_ bytes: ByteBuffer, on connection: WebSocketConnection) {
    heardMS = board.clock.nowMS
    guard !hasGreeted, SwitchLink.isGreeting(bytes.readableBytesUInt8Span) else { return }
    hasGreeted = true
    door.changed(board.device)
  }

  func pong(_ payload: ByteBuffer, on connection: WebSocketConnection) {
    heardMS = board.clock.nowMS
    guard let handle, let number = payload.getInteger(at: payload.readerIndex, as: UInt64.self) else { return }
    board.heard(pong: number, on: handle)
  }

  func swept(_ connection: WebSocketConnection, nowMS: Int64) {
    let (nowMS, quietUntilMS) = (board.clock.nowMS, board.quietUntilMS)
    if nowMS - max(heardMS, quietUntilMS) >= SwitchLink.silenceMS {
      door.counters.count(.deviceSilent)
      return connection.drop()
    }
    if nowMS - max(pingedMS, quietUntilMS) >= SwitchLink.pingEveryMS {
      pingedMS = nowMS
      connection.ping()
    }
  }

  func closed(_ end: WebSocketEnd, _ connection: WebSocketConnection) {
    if end == .tooSlow { door.counters.count(.deviceTooSlow) }
    guard let handle else { return }
    self.handle = nil
    guard board.closed(handle) else { return }
    door.log.debug("board left", metadata: ["device.id": "\(board.device)"])
    door.changed(board.device)
  }

  private static func isGreeting(_ text: Span<UInt8>) -> Bool {
    ("Connected" as StaticString).equals(text, 0..<text.count) || text.count > 1 && text[0] == UInt8(ascii: "{")
  }
}
