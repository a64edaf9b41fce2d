package import Coinslot
package import Logging
import NIOCore
import Sockets
import Synchronization

/// A board with the bitcoinSwitch firmware as it is: it dials in at `SwitchDoor`, and is told a pin and a time.
///
/// The firmware answers nothing and knows neither numbers nor deadlines. While a pin is on, and two seconds more, it
/// reads nothing; of what comes meanwhile at most one text survives. So a text leaves only when the time of the one
/// before is over, and only to a connection that has just answered a ping. A run cannot be stopped or cut short. What
/// a payer wrote is never sent, since the firmware takes texts apart at every dash.
///
/// ## On failure
/// Nothing is kept here, and what may have left is never sent again. After a restart boards dial in anew, which they
/// only do between two runs.
package final class BitcoinSwitch: Machine {
  /// How long after a text's own time the next may leave, milliseconds: the firmware waits for two seconds, one more
  /// is for the way.
  package static let restMS: Int64 = 3_000
  /// The longest time that the firmware can read, milliseconds.
  package static let longestMS: UInt64 = 2_147_483_647
  /// How long a sign of life may take, milliseconds.
  static let aliveWithinMS: Int64 = 2_000
  /// Deeds that may wait at once.
  static let most = 32

  private struct State {
    /// The newest connection; only it is ever told anything.
    var link: WebSocketHandle?
    var lastPing: UInt64 = 0
    var lastPong: UInt64 = 0
    /// Before this moment the firmware may not read.
    var freeAtMS = Int64.min
    var nextTicket: UInt64 = 0
    /// Deeds in order of arrival; the first acts.
    var line: [UInt64] = []
    var takeovers = Takeovers()
  }

  /// The board's name.
  package let device: DeviceID
  let secret: String
  let clock: any Clock
  private let pins: [UInt8]
  private let log: Logger
  private let state = Mutex(State())
  private let bell = Bell()

  /// A board that nobody has seen yet.
  ///
  /// `secret` is the end of its socket's path; `pins` are its pins by the number of the output.
  package init(_ device: DeviceID, secret: String, pins: [UInt8], clock: any Clock, log: Logger) {
    self.device = device
    self.secret = secret
    self.pins = pins
    self.clock = clock
    self.log = log
  }

  /// How many deeds wait.
  package var waiting: Int { state.withLock { $0.line.count } }

  /// Why the board cannot be asked: it has no connection, or does not answer a ping there; nil while its firmware
  /// waits for the end of a run and cannot answer.
  package func obstacle() async -> String? {
    let untilMS = clock.nowMS + Self.aliveWithinMS
    while let link = state.withLock({ $0.link }) {
      if isBlocked { return nil }
      if await answers(link, untilMS: untilMS) { return nil }
      let isSame = state.withLock { $0.link == link }
      if isSame || clock.nowMS >= untilMS { return "connected, but it does not answer" }
    }
    return "not connected"
  }

  /// Sends pin and time once the firmware reads, before the deadline or never.
  ///
  /// `sent` once the text was handed to the socket. It is never `done`, and `started` is never called: the firmware
  /// says nothing of either.
  package func carryOut(_ deed: Deed, started: @Sendable (_ leftMS: UInt64) async -> Void) async -> DeedEnd {
    guard !deed.mayHaveHappened else { return .unknown("interrupted") }
    guard let text = text(for: deed) else { return .notDone("cannot") }
    guard let ticket = takeTicket() else { return .notDone("full") }
    defer { giveBack(ticket) }
    var word = "too_late"
    while clock.nowMS < deed.deadlineMS {
      guard !Task.isCancelled else { return .notDone("interrupted") }
      let rings = bell.rings
      switch next(ticket, deed) {
      case .give(let reason): return .notDone(reason)
      case .wait(let reason, let untilMS):
        word = reason
        await wait(past: rings, untilMS: min(untilMS, deed.deadlineMS))
      case .ask(let link):
        word = "away"
        let untilMS = min(clock.nowMS + Self.aliveWithinMS, deed.deadlineMS)
        guard await answers(link, untilMS: untilMS) else { continue }
        let rings = bell.rings
        switch await hand(text, of: deed, to: link) {
        case .handed: return .sent
        case .broken: return .unknown("connection_lost")
        case .not: await wait(past: rings, untilMS: min(clock.nowMS + 1_000, deed.deadlineMS))
        }
      }
    }
    return .notDone(word)
  }

  /// What the firmware is told; nil where it cannot be told.
  private func text(for deed: Deed) -> String? {
    let output = Int(deed.channel.number), ms = deed.command.ms
    // It reads anything odd as 0: pin 0, or no time.
    guard deed.command.mode != .stop, pins.indices.contains(output), (1...Self.longestMS).contains(ms) else {
      return nil
    }
    return "\(pins[output])-\(ms)"
  }
}

// MARK: - One after the other

extension BitcoinSwitch {
  private enum Next {
    /// It cannot be done in its time.
    case give(String)
    case wait(String, untilMS: Int64)
    /// It is this deed's turn, if the board is there.
    case ask(WebSocketHandle)
  }

  private func next(_ ticket: UInt64, _ deed: Deed) -> Next {
    let nowMS = clock.nowMS
    return state.withLock { state in
      guard let link = state.link else { return .wait("away", untilMS: deed.deadlineMS) }
      if nowMS < state.freeAtMS {
        // Nothing takes the place of a run, and nothing shortens it.
        if deed.command.mode == .replace || state.freeAtMS >= deed.deadlineMS { return .give("busy") }
        return .wait("busy", untilMS: state.line.first == ticket ? state.freeAtMS : deed.deadlineMS)
      }
      return state.line.first == ticket ? .ask(link) : .wait("busy", untilMS: deed.deadlineMS)
    }
  }

  private func takeTicket() -> UInt64? {
    state.withLock { state in
      guard state.line.count < Self.most else { return nil }
      state.nextTicket += 1
      state.line.append(state.nextTicket)
      return state.nextTicket
    }
  }

  private func giveBack(_ ticket: UInt64) {
    state.withLock { $0.line.removeAll { $0 == ticket } }
    bell.ring()
  }

  private func wait(past rings: UInt64, untilMS: Int64) async {
    let pauseMS = min(max(0, untilMS - clock.nowMS), 60_000)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [bell] in await bell.wait(past: rings) }
      group.addTask { [clock] in await clock.pause(forMS: pauseMS) }
      await group.next()
      group.cancelAll()
    }
  }
}

// MARK: - One connection

extension BitcoinSwitch {
  private enum Handing {
    case handed
    /// Nothing has left.
    case not
    /// Something may have left.
    case broken
  }

  /// Whether the connection answers a ping until then and still is the board's.
  private func answers(_ link: WebSocketHandle, untilMS: Int64) async -> Bool {
    let number: UInt64 = state.withLock { state in
      state.lastPing += 1
      return state.lastPing
    }
    link.run { $0.ping(ByteBuffer(integer: number)) }
    while true {
      let rings = bell.rings
      let isThere: Bool? = state.withLock { state in
        guard state.link == link else { return false }
        return state.lastPong >= number ? true : nil
      }
      if let isThere { return isThere }
      guard clock.nowMS < untilMS, !Task.isCancelled else { return false }
      await wait(past: rings, untilMS: untilMS)
    }
  }

  private func hand(_ text: String, of deed: Deed, to link: WebSocketHandle) async -> Handing {
    await withCheckedContinuation { continuation in
      link.run { [self] connection in
        continuation.resume(returning: hand(text, of: deed, to: link, over: connection))
      }
    }
  }

  /// On the connection's event loop, so that it cannot end in between.
  private func hand(
    _ text: String,
    of deed: Deed,
    to link: WebSocketHandle,
    over connection: WebSocketConnection
  ) -> Handing {
    guard connection.isOpen else { return .not }
    let mayLeave = state.withLock { state in
      let nowMS = clock.nowMS
      guard state.link == link, nowMS < deed.deadlineMS, nowMS >= state.freeAtMS else { return false }
      state.freeAtMS = nowMS + Int64(clamping: deed.command.ms) + Self.restMS
      return true
    }
    guard mayLeave else { return .not }
    connection.send(text: text)
    // A board that has just answered takes so little at once; where it does not, nobody knows how much it got.
    guard connection.isOpen, connection.pendingBytes == 0 else {
      connection.drop()
      return .broken
    }
    return .handed
  }
}

// MARK: - What its link tells

extension BitcoinSwitch {
  /// Whether the firmware may not read just now.
  var isBlocked: Bool { clock.nowMS < quietUntilMS }

  /// Before this moment nothing can be expected to be heard, wall-clock milliseconds.
  var quietUntilMS: Int64 { state.withLock { $0.freeAtMS } }

  /// A connection was made; gives the one whose place it takes.
  func opened(_ link: WebSocketHandle) -> WebSocketHandle? {
    let nowMS = clock.nowMS
    let (replaced, isOften) = state.withLock { state in
      let replaced = state.link
      state.link = link
      guard replaced != nil, state.takeovers.note(nowMS: nowMS) else { return (replaced, false) }
      // Counted anew, so that neither memory nor log grows with every further one.
      state.takeovers = Takeovers()
      return (replaced, true)
    }
    bell.ring()
    if isOften { log.warning("connections take each other's place; do two boards have one secret?") }
    return replaced
  }

  /// A connection answered a ping.
  func heard(pong number: UInt64, on link: WebSocketHandle) {
    state.withLock { state in
      if state.link == link { state.lastPong = max(state.lastPong, number) }
    }
    bell.ring()
  }

  /// A connection ended; whether it was the board's.
  func closed(_ link: WebSocketHandle) -> Bool {
    let wasIts = state.withLock { state in
      guard state.link == link else { return false }
      state.link = nil
      return true
    }
    bell.ring()
    return wasIts
  }
}
