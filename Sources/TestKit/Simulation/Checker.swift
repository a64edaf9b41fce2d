import Coinslot

/// Holds what machines do and what the books say against the promises, as it happens.
///
/// `@unchecked Sendable`: as `World`.
final class Checker: @unchecked Sendable {
  /// One output of one body.
  struct Spot: Hashable {
    let body: String
    let output: UInt8
  }
  struct Run: Hashable {
    let spot: Spot
    let number: UInt64
    let erasures: Int
  }
  struct Light {
    var sinceMS: Int64?
    var totalMS: Int64 = 0
    /// What was paid for by the numbers that were started.
    var grantedMS: Int64 = 0
    var starts: Int64 = 0
    var endedAtMS: Int64?
    /// How often the power failed while it was on, or in the moment it went off.
    var cuts: Int64 = 0
  }

  private let world: World
  private let disk: MemoryDisk
  private let node: SimulatedNode
  private var runs: Set<Run> = []
  private(set) var lights: [Spot: Light] = [:]
  /// Every number that any body ever started on an output.
  private(set) var started: [ChannelID: Set<UInt64>] = [:]
  private var newestEvent: Int64 = 0
  private var hasRestored = false
  /// Every payment that a commit recorded, with its sale.
  private var recorded: [PaymentID: SaleID?] = [:]
  /// The furthest that a server's clock was behind the true time, milliseconds.
  var greatestLagMS: Int64 = 0
  /// The first promise that was broken.
  private(set) var broken: String?

  init(world: World, disk: MemoryDisk, node: SimulatedNode) {
    self.world = world
    self.disk = disk
    self.node = node
  }

  func fail(_ what: @autoclosure () -> String) {
    guard broken == nil else { return }
    let words = what()
    broken = words
    world.note("BROKEN: \(words)")
  }

  // MARK: Machines

  func started(_ number: UInt64, on output: UInt8, of body: DeviceBody, isFresh: Bool) {
    let channel = ChannelID(device: body.device, number: output)
    let spot = Spot(body: body.label, output: output)
    let books = disk.committed
    var light = lights[spot] ?? Light()
    light.sinceMS = light.sinceMS ?? world.nowMS
    defer { lights[spot] = light }
    guard let work = books.work(numbered: number, on: channel) else {
      return fail("effect without recorded work: \(channel) number \(number)")
    }
    started[channel, default: []].insert(number)
    if work.command.mode == .stop { fail("a stop switched \(channel) on: \(work.id)") }
    if let id = work.sale { checkMoney(of: id, work) }
    if work.outcome == .expired || work.outcome == .failed {
      fail("\(work.id) was called \(work.outcome?.rawValue ?? "") and then ran on \(spot.body)")
    }
    guard isFresh else { return }
    light.starts += 1
    if world.nowMS > work.deadlineMS + greatestLagMS {
      fail("\(work.id) started \(world.nowMS - work.deadlineMS) ms after its deadline")
    }
    if runs.insert(Run(spot: spot, number: number, erasures: body.erasures)).inserted {
      light.grantedMS += Int64(clamping: work.command.ms)
    } else if work.command.once {
      fail("\(work.id) started twice on \(spot.body), number \(number)")
    }
  }

  private func checkMoney(of id: SaleID, _ work: Dispatch) {
    guard let sale = disk.committed.sale(id), let record = disk.committed.record(of: sale.payment) else {
      return fail("effect without recorded payment: \(work.id)")
    }
    guard let made = node.made[sale.payment], made.isConfirmed, made.payment.digest == record.payment.digest else {
      return fail("effect without money at the node: \(work.id), payment \(sale.payment.transaction)")
    }
  }

  func ended(_ output: UInt8, of body: DeviceBody, byPowerCut: Bool) {
    let spot = Spot(body: body.label, output: output)
    guard var light = lights[spot], let sinceMS = light.sinceMS else { return }
    light.totalMS += world.nowMS - sinceMS
    light.sinceMS = nil
    light.endedAtMS = world.nowMS
    if byPowerCut { light.cuts += 1 }
    lights[spot] = light
    // A copy with the same key and flash can go on with what its original was paid for, until it is noticed.
    if !body.isCopy, light.totalMS > light.grantedMS {
      fail("\(body.label) output \(output) was on for \(light.totalMS) ms, paid for were \(light.grantedMS) ms")
    }
  }

  /// The power failed in the moment an output went off, perhaps before that was written down.
  func powerFailed(of body: DeviceBody) {
    for (spot, light) in lights where spot.body == body.label && light.endedAtMS == world.nowMS {
      lights[spot]?.cuts += 1
    }
  }

  /// A repeatable run was on and could not be written down any more: the device itself does not know of it.
  func forgot(_ number: UInt64, on output: UInt8, of body: DeviceBody) {
    let channel = ChannelID(device: body.device, number: output)
    guard let work = disk.committed.work(numbered: number, on: channel), !work.command.once,
      lights[Spot(body: body.label, output: output)]?.endedAtMS == world.nowMS
    else { return }
    started[channel]?.remove(number)
  }

  // MARK: Books

  /// Something was committed just now.
  func committed() {
    let books = disk.committed
    for work in books.lastChanged {
      guard let outcome = work.outcome else { continue }
      let ran = work.number.map { started[work.channel]?.contains($0) == true } ?? false
      switch outcome {
      case .expired, .failed: if ran { fail("\(work.id) is called \(outcome.rawValue) (\(why(work))), but it ran") }
      case .done: if !ran, work.command.mode != .stop { fail("\(work.id) is called done, but it never ran") }
      case .unknown: checkLeftBehind(work, books)
      default: break
      }
    }
    for id in books.lastRecorded { recorded[id] = .some(books.record(of: id)?.sale) }
    if books.newestEvent < newestEvent { fail("the newest event went from \(newestEvent) to \(books.newestEvent)") }
    if books.newestEvent > newestEvent, let last = books.keptEvents.last, last.sequence != books.newestEvent {
      fail("the last event is \(last.sequence), the newest \(books.newestEvent)")
    }
    newestEvent = books.newestEvent
  }

  /// Runs add up under the newest number: when that one has ended, the earlier ones cannot be open.
  private func checkLeftBehind(_ work: Dispatch, _ books: MemoryBooks) {
    guard work.reason == "end_not_heard", let number = work.number else { return }
    let later = books.allDispatches.first {
      $0.channel == work.channel && ($0.number ?? 0) > number && $0.command.mode == .extend && $0.acceptedAtMS != nil
        && ($0.outcome == .done || $0.outcome == .partly) && ($0.acceptedAtMS ?? 0) >= (work.acceptedAtMS ?? 0)
    }
    if let later { fail("\(work.id) was left behind when \(later.id), which ran on for it, ended") }
  }

  /// An older copy of the books is in force now; what happened since is known to nobody but the machines.
  func restored() {
    hasRestored = true
    recorded = [:]
    newestEvent = disk.committed.newestEvent
  }

  private func why(_ work: Dispatch) -> String { work.reason ?? "-" }

  // MARK: The end

  /// What must be so once all has healed and time went on past every life.
  func finish(plan: Plan) {
    let books = disk.committed
    checkEvents(books)
    checkPayments(books, plan: plan)
    checkSales(books)
    if !hasRestored { checkTimes(books) }
  }

  private func checkEvents(_ books: MemoryBooks) {
    let numbers = books.keptEvents.map(\.sequence)
    if zip(numbers, numbers.dropFirst()).contains(where: { $0 + 1 != $1 }) { fail("events have a gap") }
  }

  private func checkPayments(_ books: MemoryBooks, plan: Plan) {
    for (id, sale) in recorded {
      guard let record = books.record(of: id) else {
        fail("payment \(id.transaction) was recorded and is gone")
        continue
      }
      if let sale, record.sale != sale { fail("payment \(id.transaction) was recorded for another sale") }
    }
    let least = plan.book.watched
    for (place, payment) in node.log.enumerated() {
      guard let mark = books.markOf(payment.account, genesis: SimulatedNode.genesis) else {
        fail("\(payment.account) never got its start mark")
        continue
      }
      let isBefore = place < NodeView.place(mark.cursor)
      guard let record = books.record(of: payment.id) else {
        if isBefore || payment.amount >= least[payment.account] ?? .zero {
          fail("payment \(payment.id.transaction) of \(payment.amount) was never recorded")
        }
        continue
      }
      if record.payment.digest != payment.digest {
        fail("payment \(payment.id.transaction) has other facts in the books")
      }
      if isBefore != (record.standing == .beforeStart) {
        fail("payment \(payment.id.transaction) is \(record.standing.rawValue), before the mark: \(isBefore)")
      }
    }
    for record in books.payments where node.made[record.payment.id]?.isConfirmed != true {
      fail("payment \(record.payment.id.transaction) is in the books and not at the node")
    }
  }

  private func checkSales(_ books: MemoryBooks) {
    var sold: [SaleID: UInt128] = [:]
    for record in books.payments {
      guard let id = record.sale else {
        if ![.held, .part, .beforeStart].contains(record.standing) {
          fail("payment \(record.payment.id.transaction) is \(record.standing.rawValue) without a sale")
        }
        continue
      }
      sold[id, default: 0] += record.payment.amount.units
      guard let sale = books.sale(id) else {
        fail("payment \(record.payment.id.transaction) names a sale that is not there")
        continue
      }
      if record.standing != Standing(saleOutcome: sale.outcome) {
        fail("\(sale.id) is \(sale.outcome?.rawValue ?? "open"), its money \(record.standing.rawValue)")
      }
    }
    for sale in books.allSales {
      guard let outcome = sale.outcome else {
        fail("\(sale.id) never ended: \(books.work(of: sale.id).map { "\($0.state)" } ?? "no work")")
        continue
      }
      let paid = sale.price.adding(sale.remainder) ?? .zero
      if sale.quote == nil, sold[sale.id] != paid.units { fail("\(sale.id): money in and money sold differ") }
      guard sale.purchase != nil else { continue }
      guard let work = books.work(of: sale.id) else {
        fail("\(sale.id) has no work")
        continue
      }
      if sale.following(work) != sale { fail("\(sale.id) is \(outcome.rawValue), its work \(work.state)") }
    }
    let numbers = books.allDispatches.compactMap { work in work.number.map { "\(work.channel) \($0)" } }
    if Set(numbers).count != numbers.count { fail("a number was given twice") }
  }

  /// The payer lost at most one tick a power cut.
  private func checkTimes(_ books: MemoryBooks) {
    var wantedMS: [ChannelID: Int64] = [:]
    for work in books.allDispatches where work.outcome == .done && work.command.mode != .stop {
      wantedMS[work.channel, default: 0] += Int64(clamping: work.command.ms)
    }
    for (channel, wanted) in wantedMS.sorted(by: { $0.key.description < $1.key.description }) {
      let name = channel.device.rawValue
      let all = lights.filter { $0.key.output == channel.number && $0.key.body.hasPrefix(name) }.values
      let given = all.reduce(0) { $0 + $1.totalMS }
      let allowed = all.reduce(0) { $0 + $1.cuts * 30_000 + $1.starts }
      if given + allowed < wanted {
        fail("\(channel): \(wanted) ms are called done, \(given) ms were given, at most \(allowed) may be lost")
      }
    }
  }
}
