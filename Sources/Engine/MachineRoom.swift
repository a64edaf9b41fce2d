package import Coinslot
package import Logging
import Synchronization

/// Machines that we drive ourselves, as the dispatcher's actuator: each order is carried out once, each end is told
/// until it is recorded.
///
/// ## On failure
/// What was being done when the process died is not remembered here: the order comes again with a higher attempt, and
/// the machine is told that an earlier try may have reached it.
package final class MachineRoom: Actuator, Sendable {
  /// How often machines are looked at, milliseconds.
  static let lookEveryMS: Int64 = 30_000
  static let retryMS: Int64 = 1_000
  /// Orders remembered for each output: those that cannot come again are older.
  static let remembered = 16

  private struct Seat {
    var epoch: SessionEpoch?
    var obstacle: String?
    var lastSeenMS: Int64?
  }
  private struct State {
    var seats: [DeviceID: Seat] = [:]
    /// Numbers taken up in this process, newest last.
    var taken: [ChannelID: [UInt64]] = [:]
    var ears: (any DeviceEars)?
  }
  private let state: Mutex<State>
  private let machines: [DeviceID: any Machine]
  private let assets: [Chain: Asset]
  private let ledger: any Ledger
  private let clock: any Clock
  private let log: Logger
  private let (work, queue) = AsyncStream<@Sendable () async -> Void>.makeStream(bufferingPolicy: .unbounded)

  /// A room of machines.
  package init(
    _ machines: [DeviceID: any Machine],
    assets: [Chain: Asset] = [:],
    ledger: any Ledger,
    clock: any Clock,
    log: Logger
  ) {
    self.machines = machines
    self.assets = assets
    self.ledger = ledger
    self.clock = clock
    self.log = log
    state = Mutex(State())
  }

  /// Who is told what became of orders.
  package func tell(_ ears: any DeviceEars) { state.withLock { $0.ears = ears } }

  /// Whether the device is one of these machines.
  package func has(_ device: DeviceID) -> Bool { machines[device] != nil }

  /// Why a machine cannot be asked just now, as found at the last look; nil where it can.
  package func obstacle(of device: DeviceID) -> String? { state.withLock { $0.seats[device]?.obstacle } }

  /// When a machine was last found well, wall-clock milliseconds.
  package func lastSeenMS(_ device: DeviceID) -> Int64? { state.withLock { $0.seats[device]?.lastSeenMS } }

  package func session(of device: DeviceID) -> SessionEpoch? {
    state.withLock { state in
      guard let seat = state.seats[device], seat.obstacle == nil else { return nil }
      return seat.epoch
    }
  }

  /// Asks a machine for a sign of life now, at most two seconds.
  package func answers(_ device: DeviceID) async -> Bool { await look(at: device) }

  package func perform(_ order: Order) async -> Performance {
    let channel = order.dispatch.channel
    let isNew: Bool? = state.withLock { state in
      guard state.seats[channel.device]?.epoch == order.epoch else { return nil }
      var taken = state.taken[channel] ?? []
      guard !taken.contains(order.number) else { return false }
      taken.append(order.number)
      if taken.count > Self.remembered { taken.removeFirst() }
      state.taken[channel] = taken
      return true
    }
    guard let isNew else { return .away }
    // Bounded by the dispatcher: one unanswered number and one stop an output.
    if isNew { queue.yield { await self.carryOut(order) } }
    return .sent
  }

  /// Opens a session for each machine, looks at them from time to time, and carries out orders until cancelled.
  package func run() async {
    await open()
    await takeUp()
    await withTaskGroup(of: Void.self) { group in
      for device in machines.keys { group.addTask { await self.watch(device) } }
      for await job in work { group.addTask { await job() } }
    }
  }

  private func open() async {
    for device in machines.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      while !Task.isCancelled {
        do {
          let known = try await ledger.change(device, nowMS: clock.nowMS) { $0.epoch += 1 }
          state.withLock { $0.seats[device] = Seat(epoch: known?.epoch, obstacle: "not looked at yet") }
          break
        } catch {
          log.error("a machine cannot be opened", metadata: ["device.id": "\(device)", "error": "\(error)"])
          await clock.pause(forMS: Self.retryMS)
        }
      }
    }
  }

  /// Goes on with what ran when the last life of the process ended: only the machine can still tell its end.
  private func takeUp() async {
    do {
      for channel in try await ledger.busyChannels() where has(channel.device) {
        for dispatch in try await ledger.openWork(on: channel) where dispatch.state == .accepted {
          guard let epoch = state.withLock({ $0.seats[channel.device]?.epoch }),
            let order = Order(dispatch, epoch: epoch)
          else { continue }
          state.withLock { $0.taken[channel, default: []].append(order.number) }
          queue.yield { await self.carryOut(order, isTakenUp: true) }
        }
      }
    } catch {
      log.error("running work could not be taken up", metadata: ["error": "\(error)"])
    }
  }

  private func watch(_ device: DeviceID) async {
    while !Task.isCancelled {
      _ = await look(at: device)
      await clock.pause(forMS: Self.lookEveryMS)
    }
  }

  private func look(at device: DeviceID) async -> Bool {
    guard let machine = machines[device] else { return false }
    let obstacle = await machine.obstacle()
    let now = clock.nowMS
    let (was, ears) = state.withLock { state in
      let was = state.seats[device]?.obstacle
      state.seats[device]?.obstacle = obstacle
      if obstacle == nil { state.seats[device]?.lastSeenMS = now }
      return (was, state.ears)
    }
    if was != obstacle {
      log.info("machine", metadata: ["device.id": "\(device)", "obstacle": "\(obstacle ?? "-")"])
    }
    if was != nil, obstacle == nil { await ears?.arrived(device) }
    if was == nil, obstacle != nil { await ears?.departed(device, lastSeenMS: now) }
    return obstacle == nil
  }

  // MARK: One order

  private func carryOut(_ order: Order, isTakenUp: Bool = false) async {
    guard let machine = machines[order.dispatch.channel.device] else { return }
    let dispatch = order.dispatch
    let deed = Deed(
      id: dispatch.id,
      channel: dispatch.channel,
      command: dispatch.command,
      deadlineMS: dispatch.deadlineMS,
      mayHaveHappened: isTakenUp || dispatch.attempts > 1,
      cause: await cause(of: dispatch)
    )
    let end = await machine.carryOut(deed) { leftMS in
      await self.say(.accepted, of: order, leftMS: leftMS)
    }
    switch end {
    case .done: await say(.done, of: order, leftMS: 0)
    case .sent: await say(.sent, of: order)
    case .notDone(let why): await say(.failed, of: order, reason: why)
    // Cut short by our own end: the next life asks again and may know better.
    case .unknown where Task.isCancelled: break
    case .unknown(let why): await say(.unknown, of: order, reason: why)
    }
  }

  /// Tells the dispatcher until it is recorded: nobody else will say it again.
  private func say(_ word: Answer.Word, of order: Order, leftMS: UInt64? = nil, reason: String? = nil) async {
    let answer = Answer(
      channel: order.dispatch.channel,
      number: order.number,
      word: word,
      leftMS: leftMS,
      reason: reason
    )
    while let ears = state.withLock({ $0.ears }), await !ears.heard(answer), !Task.isCancelled {
      await clock.pause(forMS: Self.retryMS)
    }
  }

  private func cause(of dispatch: Dispatch) async -> Deed.Cause {
    var cause = Deed.Cause(slot: dispatch.slot, sale: dispatch.sale)
    guard let id = dispatch.sale, let sale = try? await ledger.sale(id) else { return cause }
    cause.payment = sale.payment
    cause.function = sale.purchase?.function
    if let payment = try? await ledger.payment(sale.payment)?.payment {
      cause.amount = payment.amount
      cause.asset = assets[payment.id.chain]?.code
    }
    if let quote = sale.quote { cause.comment = try? await ledger.quote(quote)?.note }
    return cause
  }
}
