import Coinslot
import Primitives
import Sockets
import Synchronization
import TestKit
import Web

/// A small server's world for one test.
final class World: Sendable {
  let bell = Bell()
  let clock = TestClock()
  let ledger: FakeLedger
  let storefront: FakeStorefront
  let workshop: FakeWorkshop
  let presence = FakePresence()
  let hints: HintBoard
  let token: String
  private let home = try? Folder()
  /// Where backups are made.
  var folder: String { home?.path ?? "/nowhere" }
  /// The hash of the token that counts now.
  let hash: Mutex<String>

  init(_ slots: [Slot] = [World.charger()]) {
    ledger = FakeLedger(bell)
    hints = HintBoard(bell: bell)
    storefront = FakeStorefront(slots, ledger: ledger)
    workshop = FakeWorkshop(ledger)
    let made = AdminToken.make(entropy: CountingEntropy())
    token = made.token
    hash = Mutex(made.hash)
  }

  static let address = "nano_1anrzcuwe64rwxzcco8dkhpyxpi8kd7zsjc1oeimpc3ppca4mrjtwnqposrs"
  static let account = Account(chain: .nanoSim, canonical: address)
  static let device = id(DeviceID.init(rawValue:), "charger-1")
  static let slot = id(SlotID.init(rawValue:), "charger")
  static let tenth = Amount(Asset.nano.one.units / 10)

  /// A name that is known to be one.
  static func id<T>(_ make: (String) -> T?, _ text: String) -> T {
    guard let id = make(text) else { preconditionFailure(text) }
    return id
  }

  static func xno(_ tenths: UInt128) -> Amount { Amount(tenth.units * tenths) }

  static let steps = PriceRule.steps([
    Step(at: xno(1), gives: Purchase(ms: 600_000)), Step(at: xno(2), gives: Purchase(ms: 1_200_000)),
    Step(at: xno(5), gives: Purchase(ms: 3_600_000)),
  ])

  static func charger(
    title: String = "USB charger",
    price: PriceRule = steps,
    tellApart: Slot.TellApart = .nothing
  ) -> Slot {
    Slot(
      id: slot,
      title: title,
      pay: [Slot.PayOption(account: account, price: price, tellApart: tellApart)],
      does: Slot.Effect(device: device, channel: 0)
    )
  }

  static func payment(
    _ number: Int,
    amount: Amount = tenth,
    standing: Standing = .sold,
    reason: String? = nil,
    sale: SaleID? = nil,
    atMS: Int64 = TestClock.baseMS
  ) -> PaymentRecord {
    let hex = String(number, radix: 16, uppercase: true)
    let transaction = String(repeating: "0", count: 64 - hex.count) + hex
    let payment = Payment(
      id: PaymentID(chain: .nanoSim, transaction: transaction),
      account: account,
      payer: "nano_3payer",
      amount: amount,
      earliestAtMS: atMS,
      evidence: "{\"type\":\"state\"}"
    )
    return PaymentRecord(
      name: "pay_\(number)",
      payment: payment,
      standing: standing,
      reason: reason,
      recordedAtMS: atMS,
      sale: sale
    )
  }

  static func sale(
    _ name: String,
    payment: PaymentRecord,
    quote: String? = nil,
    purchase: Purchase? = Purchase(ms: 600_000),
    remainder: Amount = .zero,
    atMS: Int64 = TestClock.baseMS,
    outcome: Outcome? = nil,
    reason: String? = nil
  ) -> Sale {
    Sale(
      id: SaleID(rawValue: name),
      slot: slot,
      payment: payment.payment.id,
      quote: quote,
      purchase: purchase,
      price: tenth,
      remainder: remainder,
      createdAtMS: atMS,
      outcome: outcome,
      reason: reason,
      endedAtMS: outcome == nil ? nil : atMS + 600_000
    )
  }

  static func dispatch(
    _ name: String = "dsp_1",
    sale: SaleID? = nil,
    channel: ChannelID = ChannelID(device: device, number: 0),
    ms: UInt64 = 600_000,
    mode: Dispatch.Mode = .new,
    state: Dispatch.State = .waiting,
    leftMS: UInt64? = nil,
    leftAtMS: Int64? = nil
  ) -> Dispatch {
    Dispatch(
      id: DispatchID(rawValue: name),
      sequence: 1,
      sale: sale,
      slot: sale == nil ? nil : slot,
      channel: channel,
      command: .init(mode: mode, ms: ms, once: true),
      deadlineMS: TestClock.baseMS + 600_000,
      doubtMS: 600_000,
      createdAtMS: TestClock.baseMS,
      number: state == .waiting ? nil : 1,
      state: state,
      acceptedAtMS: state == .accepted ? leftAtMS : nil,
      leftMS: leftMS,
      leftAtMS: leftAtMS
    )
  }

  static func sighting(_ address: String = address) -> Sighting {
    Sighting(
      id: payment(1).payment.id,
      account: Account(chain: .nanoSim, canonical: address),
      heardAtMS: TestClock.baseMS
    )
  }

  static func quote(
    _ id: String = "quo_1",
    due: Amount = Amount(tenth.units + 123 * (Asset.nano.one.units / 1_000_000)),
    atMS: Int64,
    lifeMS: Int64 = 900_000,
    received: Amount = .zero,
    state: Quote.State = .open,
    owns: Bool = false
  ) -> Quote {
    Quote(
      id: id,
      slot: slot,
      account: account,
      ownsAccount: owns,
      due: due,
      price: tenth,
      purchase: Purchase(ms: 600_000),
      priceVersion: 1,
      createdAtMS: atMS,
      expiresAtMS: atMS + lifeMS,
      client: "-@local",
      received: received,
      state: state
    )
  }

  func context(
    network: FakeNetwork = FakeNetwork(),
    checks: [ReadinessCheck] = [.init(name: "ledger_write", state: .ok)],
    heartbeatMS: Int64 = 15_000,
    eventStreams: Int = 64,
    livePages: Int = 1_024,
    publicURL: String = "http://127.0.0.1:8402",
    trustedProxies: Set<String> = [],
    clients: ClientGate? = nil,
    _ change: (inout WebSettings) -> Void = { _ in }
  ) -> WebContext {
    var settings = WebSettings(
      publicURL: publicURL,
      ledgerEpoch: "7",
      backupFolder: folder,
      trustedProxies: trustedProxies,
      heartbeatMS: heartbeatMS,
      greatestEventStreams: eventStreams,
      greatestLivePages: livePages
    )
    change(&settings)
    var context = WebContext(
      ledger: ledger,
      storefront: storefront,
      workshop: workshop,
      presence: presence,
      networks: [network.chain: network],
      bell: bell,
      hints: hints,
      clock: clock,
      entropy: CountingEntropy(),
      adminTokenHash: { self.hash.withLock { $0 } },
      readiness: { checks },
      settings: settings
    )
    context.clients = clients
    return context
  }
}
