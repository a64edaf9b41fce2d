import Coinslot
import NIOCore
import Sockets
import Synchronization
import TestKit

/// How the firmware takes a text apart.
struct FirmwareOrder: Hashable, Sendable {
  let pin: Int
  let ms: Int

  /// Splits at every dash and reads the first two fields; what is no number is 0.
  init(reading text: String) {
    let fields = text.lowercased().map { $0 == "'" ? "\"" : $0 }.split(
      separator: "-",
      omittingEmptySubsequences: false
    ).map { String($0) }
    pin = FirmwareOrder.number(fields.first)
    ms = FirmwareOrder.number(fields.dropFirst().first)
  }

  private static func number(_ field: String?) -> Int {
    Int((field ?? "").drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }) ?? 0
  }
}

/// A board with the firmware: dials in, greets, and does what a text says, deaf while it does and two seconds more.
///
/// What came while it was deaf stays in the socket; of the texts there the last overwrites the others.
final class FirmwareBoard: Sendable {
  /// A text that it acted on.
  struct Run: Hashable, Sendable {
    let text: String
    let atMS: Int64
    var order: FirmwareOrder { FirmwareOrder(reading: text) }
  }
  private struct State {
    var handled = 0
    var runs: [Run] = []
    var lost: [String] = []
    var pings = 0
    var deafUntilMS = Int64.min
    var wasDeaf = false
    var isMute = false
    var delaysTexts = false
  }

  let client: RawClient
  private let clock: SteppedClock
  private let state = Mutex(State())
  private let loop = Mutex<Task<Void, Never>?>(nil)

  private init(_ client: RawClient, _ clock: SteppedClock) {
    self.client = client
    self.clock = clock
  }

  /// Dials in as the library of the firmware does; a mute one answers no ping.
  static func connect(
    _ rig: SwitchRig,
    secret: String = SwitchRig.candySecret,
    greeting: String? = "Connected",
    isMute: Bool = false
  ) async throws -> FirmwareBoard {
    let client = try await RawClient.webSocket(
      port: rig.port,
      path: "/api/v1/ws/\(secret)",
      headers: "Origin: file://\r\nSec-WebSocket-Protocol: arduino\r\nUser-Agent: arduino-WebSocket-Client\r\n"
    )
    let board = FirmwareBoard(client, rig.clock)
    if let greeting { client.sendFrame(greeting) }
    board.isMute = isMute
    board.loop.withLock {
      $0 = Task {
        while !Task.isCancelled {
          board.turn()
          try? await Task.sleep(for: .milliseconds(2))
        }
      }
    }
    return board
  }

  /// What it acted on, and when.
  var runs: [Run] { state.withLock { $0.runs } }
  /// Texts that a later one overwrote.
  var lost: [String] { state.withLock { $0.lost } }
  /// Pings that it answered.
  var pings: Int { state.withLock { $0.pings } }
  var isMute: Bool {
    get { state.withLock { $0.isMute } }
    set { state.withLock { $0.isMute = newValue } }
  }

  /// A text, and what is behind it, is still on its way.
  var delaysTexts: Bool {
    get { state.withLock { $0.delaysTexts } }
    set { state.withLock { $0.delaysTexts = newValue } }
  }

  /// The power is cut; nothing is said.
  func end() async {
    loop.withLock { $0 }?.cancel()
    await client.close()
  }

  /// One turn of the firmware's loop.
  private func turn() {
    let nowMS = clock.nowMS
    let pongs: [ByteBuffer] = state.withLock { state in
      guard !state.isMute, nowMS >= state.deafUntilMS else { return [] }
      let events = client.events
      var pongs: [ByteBuffer] = [], payload: String?
      for event in events.dropFirst(state.handled) {
        // Who listens begins with a text before it looks at what follows.
        if payload != nil, !state.wasDeaf { break }
        if state.delaysTexts, case .text = event { break }
        state.handled += 1
        switch event {
        case .ping(let number): pongs.append(number)
        case .text(let text):
          if let payload { state.lost.append(payload) }
          payload = String(buffer: text)
        default: break
        }
      }
      state.wasDeaf = payload != nil
      state.pings += pongs.count
      if let payload {
        let run = Run(text: payload, atMS: nowMS)
        state.runs.append(run)
        state.deafUntilMS = nowMS + Int64(run.order.ms) + 2_000
      }
      return pongs
    }
    for pong in pongs { client.send(Array(buffer: WebSocketFrames.pong(pong, mask: 0x0102_0304))) }
  }
}
