import Coinslot

/// A network's node in a simulated world: payments are made and confirmed there, and it tells of them as badly as nodes
/// do.
///
/// Its log of confirmed payments only grows; a cursor is a place in it.
///
/// `@unchecked Sendable`: as `World`.
final class SimulatedNode: @unchecked Sendable {
  static let chain = Chain.nanoSim
  static let genesis = "SIMULATED"

  /// One payment as the network knows it.
  struct Made {
    let payment: Payment
    var isConfirmed = false
  }

  let world: World
  let weather: Weather
  private(set) var made: [PaymentID: Made] = [:]
  /// Confirmed payments in the order of their confirmation.
  private(set) var log: [Payment] = []
  var isAway = false {
    didSet {
      world.note("node \(isAway ? "is away" : "is back")")
      if oldValue, !isAway { listener?.missedSome() }
    }
  }
  /// Whose hints they are now.
  weak var listener: NodeView?
  /// Which payments the ledger knows: only about those can the node lie without anybody being able to tell.
  var isRecorded: (PaymentID) -> Bool = { _ in false }

  init(world: World, weather: Weather) {
    self.world = world
    self.weather = weather
  }

  // MARK: What payers do

  /// Somebody pays; the network confirms it a little later.
  func pay(_ units: UInt128, to account: Account) {
    let name = "TX\(made.count + 1)"
    let payment = Payments.make(
      name,
      chain: Self.chain,
      account: account,
      payer: "nano_payer\(world.pick(1...4))",
      amount: Amount(units),
      earliestAtMS: world.nowMS - world.pick(0...1_500)
    )
    made[payment.id] = Made(payment: payment)
    world.note("payer \(name) pays \(units) to \(account)")
    if weather.now.hints, world.once(in: 4) { hint(payment, after: world.pick(1...400)) }
    let isSlow = weather.now.slowConfirmation && world.once(in: 3)
    world.after(isSlow ? world.pick(2_000...90_000) : world.pick(200...900)) { [self] in confirm(payment) }
  }

  private func confirm(_ payment: Payment) {
    guard made[payment.id]?.isConfirmed == false else { return }
    made[payment.id]?.isConfirmed = true
    log.append(payment)
    world.note("node confirms \(payment.id.transaction)")
    guard weather.now.hints else { return hint(payment, after: 5) }
    for _ in 0..<world.oneOf(0, 1, 1, 1, 2) {
      hint(payment, after: world.once(in: 5) ? world.pick(500...30_000) : world.pick(1...300))
    }
    if world.once(in: 6) { hint(payment, after: world.pick(1...2_000), wrongly: true) }
  }

  private func hint(_ payment: Payment, after ms: Int64, wrongly: Bool = false) {
    world.after(ms) { [self] in
      guard !isAway else { return }
      let id = wrongly && world.once(in: 2) ? PaymentID(chain: Self.chain, transaction: "NOTHING") : payment.id
      let account =
        wrongly && id == payment.id
        ? Account(chain: Self.chain, canonical: payment.account.address + "x") : payment.account
      listener?.hint(id, account)
    }
  }

  /// Everything that was sent is confirmed now.
  func settle() {
    for payment in made.values.map(\.payment).sorted(by: { $0.id.transaction < $1.id.transaction }) {
      confirm(payment)
    }
  }
}

/// The node as one life of the server sees it.
///
/// `@unchecked Sendable`: as `World`.
final class NodeView: PaymentNetwork, @unchecked Sendable {
  let chain = SimulatedNode.chain
  let asset = Asset.nano
  private let node: SimulatedNode
  private let process: SimulatedProcess
  private let planted: PlantedFault?
  private var inbox: (any SightingInbox)?

  init(_ node: SimulatedNode, process: SimulatedProcess, planted: PlantedFault?) {
    self.node = node
    self.process = process
    self.planted = planted
  }

  var health: SourceHealth { node.isAway ? .degraded("node is away") : .ok }

  func account(_ text: String) throws(AddressRefusal) -> Account { Account(chain: chain, canonical: text) }

  func uri(for account: Account, amount: Amount?, label: String?, message: String?) -> String { "sim:\(account)" }

  func watch(_ accounts: [Account: Amount]) async {}

  func listen(into inbox: any SightingInbox) async {
    self.inbox = inbox
    node.listener = self
    let silence = Bell()
    await silence.wait(past: .max)
  }

  func hint(_ id: PaymentID, _ account: Account) {
    process.call { [self] in
      let hearing = inbox?.hear(Sighting(id: id, account: account, heardAtMS: process.world.nowMS))
      process.world.note("hint of \(id.transaction): \(hearing.map { "\($0)" } ?? "nobody listens")")
    }
  }

  func missedSome() { process.call { [self] in inbox?.missedSome(of: chain) } }

  func genesis() async throws(VerificationFailure) -> String {
    try await ask()
    return SimulatedNode.genesis
  }

  func verify(_ sighting: Sighting, since mark: StartMark) async throws(VerificationFailure) -> Verified {
    try await ask()
    guard let found = node.made[sighting.id] else { throw .refused("no such payment") }
    guard found.payment.account == sighting.account else { throw .refused("pays another account") }
    if node.weather.now.lies, node.world.once(in: 4) { try lie(found) }
    if planted == .trustsUnconfirmed, !found.isConfirmed { return Verified(found.payment, isBeforeStart: false) }
    guard found.isConfirmed, let place = node.log.firstIndex(of: found.payment) else { throw .notYet("unconfirmed") }
    if node.weather.now.lies, node.isRecorded(sighting.id) {
      return Verified(wrong(found.payment), isBeforeStart: false)
    }
    return Verified(found.payment, isBeforeStart: place < Self.place(mark.cursor))
  }

  func mark(_ account: Account, least: Amount) async throws(VerificationFailure) -> NewMark {
    try await ask()
    let before = node.log.filter { $0.account == account }
    let mark = StartMark(
      account: account,
      genesis: SimulatedNode.genesis,
      takenAtMS: process.world.nowMS,
      cursor: Cursor(position: "\(node.log.count)")
    )
    try await ask()
    return NewMark(mark: mark, before: before)
  }

  func reread(_ account: Account, from cursor: Cursor, least: Amount) async throws(VerificationFailure) -> Reread {
    try await ask()
    var new = Array(node.log.dropFirst(Self.place(cursor))).filter { $0.account == account && $0.amount >= least }
    let next = Cursor(position: "\(node.log.count)")
    if planted == .passesBy, !new.isEmpty { new.removeLast() }
    try await ask()
    new.shuffle(using: &node.world.chance)
    return Reread(
      sightings: new.map { Sighting(id: $0.id, account: account, heardAtMS: process.world.nowMS) },
      next: next
    )
  }

  func statement(
    of account: Account,
    from cursor: Cursor,
    _ page: ([StatementLine]) async throws -> Void
  ) async throws -> [String] {
    try await ask()
    let lines = node.log.filter { $0.account == account }.map { StatementLine(id: $0.id, amount: $0.amount) }
    for start in stride(from: 0, to: lines.count, by: StatementLine.most) {
      try await ask()
      try await page(Array(lines[start..<min(start + StatementLine.most, lines.count)]))
    }
    return []
  }

  static func place(_ cursor: Cursor) -> Int { Int(cursor.position) ?? 0 }

  /// A question on its way to the node and back.
  private func ask() async throws(VerificationFailure) {
    let world = process.world
    let isSlow = node.weather.now.delays && world.once(in: 12)
    await world.sleep(isSlow ? world.pick(500...8_000) : world.pick(1...20))
    if node.isAway || process.isDead { throw .unavailable("node is away") }
  }

  private func lie(_ found: SimulatedNode.Made) throws(VerificationFailure) {
    process.world.note("node lies of \(found.payment.id.transaction)")
    switch process.world.pick(0...2) {
    case 0: throw .contradiction("the amount does not follow from the balances")
    case 1: throw .unavailable("nonsense instead of an answer")
    default: throw .notYet("not cemented")
    }
  }

  private func wrong(_ payment: Payment) -> Payment {
    Payments.make(
      payment.id.transaction,
      chain: payment.id.chain,
      account: payment.account,
      payer: payment.payer,
      amount: payment.amount.doubled,
      earliestAtMS: payment.earliestAtMS
    )
  }
}
