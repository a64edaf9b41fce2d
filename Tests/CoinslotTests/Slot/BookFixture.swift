// swift-format-ignore-file: NeverForceUnwrap
import Coinslot
import TestKit

let minute: UInt64 = 60_000

func nano(_ text: String) -> Amount { (try? Asset.nano.amount(text)) ?? .zero }

/// A ledger that shows just what a test puts into it.
struct FakeView: LedgerView {
  var quotes: [Quote] = []
  var versions: [PriceVersion] = []
  var closures: [SlotID: String] = [:]
  var standing: Device.Standing? = .trusted
  var heldBecause: String?
  var work: [Dispatch] = []
  var restoredAtMS: Int64?

  func quote(on account: Account, due: Amount) -> Quote? {
    quotes.first { $0.account == account && $0.due == due && !$0.ownsAccount }
  }
  func quote(owning account: Account) -> Quote? { quotes.first { $0.account == account && $0.ownsAccount } }
  func prices(of slot: SlotID, on chain: Chain, during range: ClosedRange<Int64>) -> [PriceVersion] {
    versions.enumerated().filter { index, version in
      let endMS = index + 1 < versions.count ? versions[index + 1].fromMS : .max
      return version.fromMS <= range.upperBound && endMS > range.lowerBound
    }.map(\.element)
  }
  func closure(of slot: SlotID) -> String? { closures[slot] }
  func device(_ id: DeviceID) -> Device? { standing.map { Device(id: id, title: "", standing: $0) } }
  func channel(_ id: ChannelID) -> Channel { Channel(id: id, heldBecause: heldBecause) }
  func openWork(on channel: ChannelID) -> [Dispatch] { work.filter { $0.channel == channel } }
}

enum Fixture {
  static let now: Int64 = 1_800_000_000_000
  static let device = DeviceID(rawValue: "charger-1")!
  static let channel = ChannelID(device: device, number: 0)
  static let account = Account(chain: .nanoLive, canonical: "nano_shared")
  static let own = Account(chain: .nanoLive, canonical: "nano_own")
  static let slotID = SlotID(rawValue: "charger")!
  static let steps = PriceRule.steps([
    Step(at: nano("0.1"), gives: Purchase(ms: 10 * minute)), Step(at: nano("0.5"), gives: Purchase(ms: 60 * minute)),
  ])

  static func slot(
    _ name: String = "charger",
    account: Account = account,
    price: PriceRule = steps,
    tellApart: Slot.TellApart = .nothing,
    running: Slot.WhileRunning = .extend,
    quoteAccounts: [Account] = []
  ) -> Slot {
    Slot(
      id: SlotID(rawValue: name)!,
      title: name,
      pay: [Slot.PayOption(account: account, price: price, tellApart: tellApart, quoteAccounts: quoteAccounts)],
      does: Slot.Effect(device: device, channel: 0),
      whileRunning: running
    )
  }

  static func paid(_ text: String, to account: Account = account, ageMS: Int64 = 1_000, beforeStart: Bool = false)
    -> Verified
  {
    Verified(
      Payments.make(account: account, amount: nano(text), earliestAtMS: now - ageMS),
      isBeforeStart: beforeStart
    )
  }

  static func quote(
    due: String,
    price: String = "0.1",
    account: Account = account,
    owns: Bool = false,
    received: String = "0",
    endsInMS: Int64 = 60_000,
    state: Quote.State = .open
  ) -> Quote {
    Quote(
      id: "quo_1",
      slot: slotID,
      account: account,
      ownsAccount: owns,
      due: nano(due),
      price: nano(price),
      purchase: Purchase(ms: 33 * minute),
      priceVersion: 1,
      createdAtMS: now - 60_000,
      expiresAtMS: now + endsInMS,
      client: "c",
      received: nano(received),
      state: state
    )
  }

  static func dispatch(
    _ state: Dispatch.State = .waiting,
    number: UInt64? = nil,
    sequence: Int64 = 1,
    mode: Dispatch.Mode = .new,
    ms: UInt64 = 600_000,
    deadlineInMS: Int64 = 600_000
  ) -> Dispatch {
    Dispatch(
      id: DispatchID(rawValue: "dsp_\(sequence)"),
      sequence: sequence,
      sale: SaleID(rawValue: "sal_\(sequence)"),
      slot: slotID,
      channel: channel,
      command: Dispatch.Command(mode: mode, ms: ms, once: true),
      deadlineMS: now + deadlineInMS,
      doubtMS: 600_000,
      createdAtMS: now,
      number: number,
      state: state,
      attempts: number == nil ? 0 : 1,
      acceptedAtMS: state == .accepted ? now : nil,
      leftMS: state == .accepted ? ms : nil,
      leftAtMS: state == .accepted ? now : nil
    )
  }
}
