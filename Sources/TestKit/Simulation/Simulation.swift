import Coinslot
import Primitives

/// The whole engine in a simulated world: payments, machines, crashes and repairs, all drawn by one seed, with checkers
/// that hold the promises.
///
/// First troubles and payments; then the world heals, and time goes on past every life; then everything must have ended
/// as promised.
///
/// `@unchecked Sendable`: as `World`.
package final class Simulation: @unchecked Sendable {
  /// How long a healed world may need until everything has ended, milliseconds.
  static let patienceMS: Int64 = 5_400_000

  let world: World
  let weather: Weather
  let plan: Plan
  let disk = MemoryDisk()
  let node: SimulatedNode
  let checker: Checker
  let key: Bytes32
  let planted: PlantedFault?
  /// What is counted.
  package let tally = Tally()
  private let seed: UInt64
  let troubles: Troubles
  private var isOver = false
  var isHealed = false
  var life: ServerLife?
  var bodies: [DeviceBody] = []
  private var booksBefore: MemoryBooks?
  private var backup: MemoryBooks?

  /// A world that a seed makes; `tell` gets each line of its trace at once.
  package init(seed: UInt64, planted: PlantedFault? = nil, tell: ((String) -> Void)? = nil) {
    self.seed = seed
    self.planted = planted
    var chance = SeededRandom(seed: seed &* 0x9E37_79B9 &+ 1)
    troubles = Troubles(using: &chance)
    plan = Plan(using: &chance)
    weather = Weather(troubles)
    world = World(seed: seed, trace: Trace(tell: tell))
    key = Bytes32(world.bytes(32)) ?? .zero
    node = SimulatedNode(world: world, weather: weather)
    checker = Checker(world: world, disk: disk, node: node)
    node.isRecorded = { [disk] in disk.committed.record(of: $0) != nil }
  }

  /// How a run ended.
  package struct Report: Sendable {
    /// The seed.
    package let seed: UInt64
    /// The promise that was broken; nil where all were kept.
    package let broken: String?
    /// The last lines of the trace.
    package let lastLines: [String]
    /// A number that two runs share only if they went the same way.
    package let traceSum: UInt64
    /// How many lines and steps there were.
    package let lines: Int, steps: Int
    /// What the world had in store.
    package let troubles: String
  }

  /// Runs it to its end.
  package func run() -> Report {
    let startMS = world.nowMS
    world.note("seed \(seed): \(troubles.words)")
    for slot in plan.slots {
      let (does, hold, apart) = (slot.does, slot.ifAway.holdMS, slot.pay[0].tellApart)
      world.note("\(slot.id) \(slot.whileRunning) once=\(does.once) hold=\(hold) \(apart)")
    }
    for device in plan.outputs.keys.sorted(by: { $0.rawValue < $1.rawValue }) { add(device) }
    if world.once(in: 3) { pay() }
    begin()
    for _ in 0..<plan.payments { world.after(world.pick(1_000...plan.activeMS)) { [self] in pay() } }
    brew()
    go(until: { [self] in world.nowMS >= startMS + plan.activeMS })
    heal()
    let endMS = world.nowMS + Simulation.patienceMS
    world.after(240_000) { [self] in lookForQuiet() }
    go(until: { [self] in isOver || world.nowMS >= endMS })
    checker.finish(plan: plan)
    return conclude(since: startMS)
  }

  private func go(until isOver: () -> Bool) {
    while checker.broken == nil, !isOver(), world.step() {}
  }

  private func lookForQuiet() {
    if isQuiet {
      // Late words may still correct an end.
      world.after(90_000) { [self] in isOver = true }
    } else {
      world.after(15_000) { [self] in lookForQuiet() }
    }
  }

  /// Whether nothing more is to come.
  private var isQuiet: Bool {
    let books = disk.committed
    return !books.isBusy && books.allSales.allSatisfy { $0.outcome != nil } && bodies.allSatisfy { $0.lit.isEmpty }
      && node.log.allSatisfy { books.record(of: $0.id) != nil || $0.amount < plan.book.watched[$0.account] ?? .zero }
  }

  private func conclude(since startMS: Int64) -> Report {
    life?.process.die()
    while life?.process.isIdle == false { life?.process.unwind() }
    let books = disk.committed
    tally.dispatches = books.allDispatches.count
    tally.livedMS = world.nowMS - startMS
    for sale in books.allSales { tally.outcomes[sale.outcome?.rawValue ?? "open", default: 0] += 1 }
    return Report(
      seed: seed,
      broken: checker.broken,
      lastLines: world.trace.lastLines,
      traceSum: world.trace.sum,
      lines: world.trace.count,
      steps: world.steps,
      troubles: troubles.words
    )
  }

  // MARK: The server

  /// Keeps a copy of the books aside, as an operator does at night.
  func backUp() {
    world.note("a backup is made")
    backup = disk.committed
  }

  private func begin() {
    let new = ServerLife(self)
    life = new
    world.note("server starts")
    new.start { [self, weak new] in
      world.note("server could not start")
      if let new { end(new) }
    }
  }

  /// The server dies now; another starts a little later.
  func end(_ dying: ServerLife) {
    guard !dying.process.isDead else { return }
    tally.crashes += 1
    world.note("server dies")
    dying.process.die()
    dying.gate.cutAll(isMachineDown: world.once(in: 4))
    if weather.now.restores, let backup, world.once(in: 2) {
      world.note("the ledger is restored from a backup")
      disk.replace(with: backup.restored(atMS: world.nowMS))
      self.backup = nil
      checker.restored()
    }
    world.after(world.once(in: 4) ? world.pick(5_000...60_000) : world.pick(100...4_000)) { [self] in begin() }
  }

  private struct Dead: Error {}
  private struct DiskTrouble: Error {}

  /// What happens around each call of a life's ledger.
  func hooks(of process: SimulatedProcess) -> MemoryLedgerHooks {
    MemoryLedgerHooks(
      before: { [self] name, isChange in
        if process.isDead { throw Dead() }
        if isChange { dieBefore(name, process) }
        await wait(isChange: isChange)
        if process.isDead { throw Dead() }
        guard isChange else { return }
        if weather.now.ledgerFailures, world.once(in: 15) {
          world.note("ledger fails at \(name)")
          throw DiskTrouble()
        }
        if planted == .forgetsCommit { booksBefore = disk.committed }
      },
      after: { [self] name, isChange in
        if isChange {
          checker.committed()
          if world.trace.isRead { world.note("commit: \(name)") }
          if planted == .forgetsCommit, let booksBefore, !disk.committed.lastRecorded.isEmpty, world.once(in: 6) {
            disk.replace(with: booksBefore)
          }
          dieBefore(name, process)
        }
        if process.isDead { throw Dead() }
        await wait(isChange: isChange)
        if process.isDead { throw Dead() }
      },
      admitting: { [self] request in
        if planted == .sendsBeforeCommit, !process.isDead { await sendEarly(request) }
      }
    )
  }

  private func dieBefore(_ name: StaticString, _ process: SimulatedProcess) {
    guard weather.now.crashes, world.once(in: 90), let life, life.process === process else { return }
    world.note("a crash around \(name)")
    end(life)
  }

  private func wait(isChange: Bool) async {
    if weather.now.delays, world.once(in: 30) {
      await world.sleep(world.pick(20...3_000))
    } else if isChange {
      await world.sleep(world.pick(0...3))
    } else {
      await Task.yield()
    }
  }

  private func sendEarly(_ request: AdmissionRequest) async {
    let books = disk.committed, payment = request.verified.payment
    guard let slot = plan.slots.first(where: { $0.option(for: payment.account) != nil }), let life else { return }
    let channel = ChannelID(device: slot.does.device, number: slot.does.channel)
    guard let epoch = life.gate.session(of: channel.device) else { return }
    var early = Dispatch(
      id: DispatchID(rawValue: "dsp_early"),
      sequence: 0,
      sale: nil,
      slot: slot.id,
      channel: channel,
      command: Dispatch.Command(mode: .extend, ms: 5_000, once: true),
      deadlineMS: request.nowMS + 60_000,
      doubtMS: 0,
      createdAtMS: request.nowMS
    )
    early.number = books.output(channel).next
    if let order = Order(early, epoch: epoch) { _ = await life.gate.perform(order) }
    await world.sleep(60)
  }
}
