import Coinslot
import Gateway
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Sockets
import Synchronization
import TestKit

/// A public listener on loopback where two boards may dial in; everything else there is answered 404.
struct SwitchRig: Sendable {
  static let candySecret = "9f86d081884c7d659a2fea"
  static let gateSecret = "Ab0CdEfGhIjKlMnOpQrStU"

  let clock: SteppedClock
  /// Output 0 is pin 4, output 1 pin 12.
  let candy: BitcoinSwitch
  /// Output 0 is pin 25.
  let gate: BitcoinSwitch
  let door: SwitchDoor
  let counters: GatewayCounters
  let listener: Listener
  /// Set: the next text to a board ends in its middle, and the connection with it.
  let cut: Flag
  let log: LineLog
  let stall: Stall

  var port: Int { listener.ports[0] }

  /// Runs `body` with a rig whose listener has event loops of its own.
  static func withOwnLoops(_ body: (SwitchRig) async throws -> Void) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 4)
    do {
      try await with(group: group, body)
    } catch {
      try await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  static func with(
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    _ body: (SwitchRig) async throws -> Void
  ) async throws {
    let (clock, counters, cut, stall) = (SteppedClock(), GatewayCounters(), Flag(), Stall())
    let lines = LineLog()
    let log = Logger(label: "test") { _ in lines }
    let candy = BitcoinSwitch(.candy, secret: candySecret, pins: [4, 12], clock: clock, log: log)
    let gate = BitcoinSwitch(.gate, secret: gateSecret, pins: [25], clock: clock, log: log)
    let origins = OriginRule(listening: [try ListenAddress(parsing: "127.0.0.1:0")], names: ["shop.example"])
    let door = SwitchDoor([candy, gate], origins: origins, counters: counters, log: log)
    var options = Listener.Options()
    options.sweepEveryMS = 20
    let listener = try await Listener.bind(
      ["127.0.0.1:0"],
      options: options,
      group: group
    ) { channel, sweeper in
      let front = WebSocketFront<Void>(
        eventLoop: channel.eventLoop,
        sweeper: sweeper,
        decide: { door.webSocket($0, from: $1) },
        startHTTP: { $0.pipeline.addHandler(NothingHere()) }
      )
      try channel.pipeline.syncOperations.addHandlers([Cutter(cut), Staller(stall), front])
    }
    let rig = SwitchRig(
      clock: clock,
      candy: candy,
      gate: gate,
      door: door,
      counters: counters,
      listener: listener,
      cut: cut,
      log: lines,
      stall: stall
    )
    do {
      try await body(rig)
    } catch {
      stall.release()
      await listener.close(graceMS: 0)
      throw error
    }
    await listener.close(graceMS: 0)
  }

  /// A deed for an output of a board.
  func deed(
    _ output: UInt8 = 0,
    ms: UInt64 = 2_000,
    mode: Dispatch.Mode = .new,
    lifeMS: Int64 = 60_000,
    mayHaveHappened: Bool = false,
    comment: String? = nil
  ) -> Deed {
    Deed(
      id: DispatchID(rawValue: "dsp_\(output)"),
      channel: ChannelID(device: .candy, number: output),
      command: Dispatch.Command(mode: mode, ms: ms, once: true),
      deadlineMS: clock.nowMS + lifeMS,
      mayHaveHappened: mayHaveHappened,
      cause: Deed.Cause(comment: comment)
    )
  }

  /// Begins a deed.
  func begin(_ deed: Deed, on board: BitcoinSwitch? = nil) -> Doing {
    let (board, end) = (board ?? candy, Doing())
    end.task = Task { end.end = await board.carryOut(deed) { _ in end.hasStarted = true } }
    return end
  }

  /// Lets time pass pause by pause until something is so; whether it became so within `limitMS`.
  func pass(atMost limitMS: Int64 = 600_000, until isSo: @Sendable () -> Bool) async throws -> Bool {
    let endMS = clock.nowMS + limitMS
    while !isSo() {
      let clock = clock
      guard try await eventually({ isSo() || clock.nextDueMS != nil }) else { return false }
      if isSo() { break }
      guard let dueMS = clock.nextDueMS else { continue }
      guard dueMS <= endMS else { return false }
      // Whoever still can go on without time does so first.
      if try await eventually(within: 0, isSo) { break }
      clock.advance(max(0, dueMS - clock.nowMS))
    }
    return true
  }
}

/// A deed under way.
final class Doing: Sendable {
  private let state = Mutex((end: DeedEnd?.none, hasStarted: false, task: Task<Void, Never>?.none))

  /// How it ended, once it has.
  var end: DeedEnd? {
    get { state.withLock { $0.end } }
    set { state.withLock { $0.end = newValue } }
  }
  /// Whether it said that it runs.
  var hasStarted: Bool {
    get { state.withLock { $0.hasStarted } }
    set { state.withLock { $0.hasStarted = newValue } }
  }
  var task: Task<Void, Never>? {
    get { state.withLock { $0.task } }
    set { state.withLock { $0.task = newValue } }
  }

  /// Waits, without time passing, for its end.
  func ends(_ end: DeedEnd) async throws -> Bool {
    _ = try await eventually { self.end != nil }
    return self.end == end
  }
}

/// Something that is so or not.
final class Flag: Sendable {
  private let state = Atomic(false)

  /// Whether it is so.
  var isSet: Bool {
    get { state.load(ordering: .relaxed) }
    set { state.store(newValue, ordering: .relaxed) }
  }
}

extension DeviceID {
  static let candy = named("candy")
  static let gate = named("gate")

  private static func named(_ name: String) -> DeviceID {
    guard let id = DeviceID(rawValue: name) else { preconditionFailure("\(name) cannot name a device") }
    return id
  }
}
