import Coinslot
import DeviceWire
import Engine

// What payers, machines, nights and operators do in a simulated world.

extension Simulation {
  func add(_ device: DeviceID, label: String? = nil, flash: [RecordPlace: [UInt8]] = [:]) {
    let body = DeviceBody(
      label: label ?? device.rawValue,
      device: device,
      configuration: plan.configuration(of: device, key: key),
      flash: flash,
      world: world,
      weather: weather,
      tally: tally,
      checker: checker
    ) { [self] body in
      guard let life, life.isServing, !life.process.isDead else { return nil }
      let wire = Wire(world: world, weather: weather, tally: tally)
      life.gate.answer(wire)
      return wire
    }
    bodies.append(body)
    world.after(world.pick(0...4_000)) { body.boot() }
  }

  // MARK: Payers

  func pay() {
    let slot = plan.slots[Int(world.pick(0...Int64(plan.slots.count - 1)))]
    let option = slot.pay[0]
    let units = amount(for: option.price)
    guard option.tellApart != .nothing, !world.once(in: 4), let life, life.isServing else {
      tally.payments += 1
      return node.pay(units, to: option.account)
    }
    life.process.start { [self] in
      let customer = Customer(name: "client-\(world.pick(1...3))", network: nil)
      guard
        case .quote(let quote)? = try? await life.shop.quote(
          slot,
          on: SimulatedNode.chain,
          wish: OfferWish(amount: Amount(units)),
          for: customer
        ), !life.process.isDead
      else { return }
      world.note("quote \(quote.due) at \(quote.account) until \(quote.expiresAtMS)")
      world.after(world.pick(500...80_000)) { [self] in pay(quote) }
    }
  }

  /// Mostly what the sign says, sometimes nonsense.
  private func amount(for rule: PriceRule) -> UInt128 {
    let isOdd = world.once(in: 5)
    guard !isOdd else {
      return world.oneOf(Plan.unit / 2, Plan.unit / 8, Plan.unit + Plan.unit / 2, 4 * Plan.unit, 9 * Plan.unit)
    }
    switch rule {
    case .exact(let step): return step.at.units
    case .steps(let steps), .functions(let steps): return steps[Int(world.pick(0...Int64(steps.count - 1)))].at.units
    case .rate(_, let minimum, _): return minimum.units * UInt128(world.pick(1...8))
    }
  }

  private func pay(_ quote: Quote) {
    tally.payments += 1
    guard quote.ownsAccount, world.once(in: 2) else { return node.pay(quote.due.units, to: quote.account) }
    // In two parts, the second perhaps never or too much.
    let part = quote.due.units / 3
    node.pay(part, to: quote.account)
    guard !world.once(in: 4) else { return }
    let rest = world.once(in: 5) ? quote.due.units * 3 : quote.due.units - part
    tally.payments += 1
    world.after(world.pick(100...30_000)) { [self] in node.pay(rest, to: quote.account) }
  }

  // MARK: Troubles

  /// Lets the troubles of this world happen, again and again, until it heals.
  func brew() {
    let now = weather.now
    if now.restores {
      again(20_000...120_000) { [self] in backUp() }
      again(60_000...300_000) { [self] in life.map { end($0) } }
    }
    if now.crashes { again(20_000...200_000) { [self] in life.map { end($0) } } }
    if now.suspensions { again(40_000...200_000) { [self] in suspend() } }
    if now.wallJumps { again(30_000...200_000) { [self] in jump() } }
    if now.nodeOutages { again(30_000...150_000) { [self] in nodeOutage() } }
    if now.drops { again(8_000...90_000) { [self] in someBody()?.dropLink() } }
    if now.powerCuts { again(20_000...150_000) { [self] in someBody()?.cutPower() } }
    if now.operators { again(10_000...60_000) { [self] in operate() } }
    if now.erasedFlash { world.after(world.pick(10_000...plan.activeMS)) { [self] in someBody()?.erase() } }
    if now.clone { world.after(world.pick(10_000...plan.activeMS)) { [self] in clone() } }
  }

  private func again(_ range: ClosedRange<Int64>, _ body: @escaping () -> Void) {
    world.after(world.pick(range)) { [self] in
      guard !isHealed else { return }
      body()
      again(range, body)
    }
  }

  private func someBody() -> DeviceBody? {
    let there = bodies.filter(\.isOn)
    return there.isEmpty ? nil : there[Int(world.pick(0...Int64(there.count - 1)))]
  }

  private func suspend() {
    guard let process = life?.process, !process.isDead else { return }
    let ms: Int64 = world.oneOf(3_000, 20_000, 60_000, 130_000)
    world.note("server is held up for \(ms) ms")
    process.frozenUntilMS = world.nowMS + ms
    world.after(ms) { [self] in world.note("server goes on") }
  }

  private func jump() {
    world.wallAsideMS = world.oneOf(-90_000, -8_000, -3_000, 0, 0, 3_000, 8_000, 90_000)
    world.note("the wall clock is \(world.wallAsideMS) ms aside")
  }

  private func nodeOutage() {
    guard !node.isAway else { return }
    node.isAway = true
    world.after(world.pick(1_000...100_000)) { [self] in node.isAway = false }
  }

  private func clone() {
    guard let body = someBody() else { return }
    world.note("\(body.label) is copied")
    add(body.device, label: body.label + "'", flash: body.flash)
  }

  // MARK: Operators

  private func operate() {
    guard let life, life.isServing, !life.process.isDead else { return }
    let slot = plan.slots[Int(world.pick(0...Int64(plan.slots.count - 1)))]
    let channel = ChannelID(device: slot.does.device, number: slot.does.channel)
    switch world.pick(0...3) {
    case 0:
      world.note("operator stops \(channel)")
      life.process.start { _ = try? await life.workroom.stop(channel) }
    case 1:
      world.note("operator tests \(channel)")
      life.process.start { _ = try? await life.workroom.trigger(channel, ms: 2_000) }
    case 2:
      world.note("operator closes \(slot.id)")
      life.process.start { try? await life.ledger.close(slot.id, because: "painting", nowMS: life.clock.nowMS) }
    default:
      world.note("operator opens \(slot.id)")
      life.process.start { try? await life.ledger.close(slot.id, because: nil, nowMS: life.clock.nowMS) }
    }
  }

  // MARK: Healing

  /// Everything is well from now on.
  func heal() {
    isHealed = true
    world.note("all is well from now on")
    weather.clear()
    world.wallAsideMS = 0
    life?.process.frozenUntilMS = 0
    for body in bodies where body.isCopy { body.vanish() }
    if node.isAway { node.isAway = false }
    node.settle()
  }
}
